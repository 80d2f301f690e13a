"""The plan for programs: modules and quotas."""

from django.utils import timezone
from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from tenants.people.console.access import RolePermission
from tenants.plans.costs import costs_of
from tenants.plans.policies import PLAN_READERS
from tenants.plans.queries import gauges_of, today_of
from tenants.plans.queries.pages import module_lines


class ModuleShape(serializers.Serializer):
    """`is_unused`: no page, program or call used it in the last 30 days. `cost` is a month's, or ''."""

    module = serializers.CharField()
    name = serializers.CharField()
    is_on = serializers.BooleanField()
    last_used_on = serializers.DateField(allow_null=True)
    is_unused = serializers.BooleanField()
    cost = serializers.CharField()


class QuotaShape(serializers.Serializer):
    """`state`: good, near (from 80 %), urgent (from 95 %), full. Without a limit `most` is null."""

    key = serializers.CharField(source="source.key")
    name = serializers.CharField(source="source.name")
    unit = serializers.CharField(source="source.unit")
    used = serializers.FloatField()
    most = serializers.FloatField(allow_null=True)
    percent = serializers.IntegerField(allow_null=True)
    state = serializers.CharField()


class PlanShape(serializers.Serializer):
    modules = ModuleShape(many=True)
    quotas = QuotaShape(many=True)


class PlanView(APIView):
    permission_classes = [RolePermission.of(*PLAN_READERS)]

    @extend_schema(responses=PlanShape)
    def get(self, request: Request) -> Response:
        tenant, now = request._request.tenant, timezone.now()
        costs = costs_of(tenant, today_of(tenant, now))
        told = {"modules": module_lines(tenant, at=now, costs=costs), "quotas": gauges_of(tenant)}
        return Response(PlanShape(told).data)
