"""Emergency plans for machines: what the page does, with the same refusals."""

from typing import Any

from django.db.models import QuerySet
from django.utils import timezone
from drf_spectacular.utils import extend_schema
from rest_framework import mixins, serializers, status, viewsets
from rest_framework.decorators import action
from rest_framework.generics import get_object_or_404
from rest_framework.permissions import BasePermission
from rest_framework.request import Request
from rest_framework.response import Response

from telephony import actions, policies, queries
from telephony.emergencies import start_drill, switch_plan
from telephony.models import EmergencyPlan
from tenants.people.console.access import RolePermission

LEADING = RolePermission.of(*policies.LEADERS)
CONFIGURING = RolePermission.of(*policies.CONFIGURERS)
LATEST = 50


class EmergencySwitchSerializer(serializers.Serializer):
    """`seconds`: from the click until a call went the new way; null while that is not known."""

    id = serializers.IntegerField(read_only=True)
    plan_id = serializers.IntegerField(read_only=True)
    is_on = serializers.BooleanField()
    is_drill = serializers.BooleanField(read_only=True)
    asked_at = serializers.DateTimeField(read_only=True)
    effective_at = serializers.DateTimeField(read_only=True, allow_null=True)
    seconds = serializers.FloatField(read_only=True, allow_null=True)
    outcome = serializers.CharField(read_only=True)


class EmergencyPlanSerializer(serializers.Serializer):
    """`entry_id` null: every number of the company."""

    id = serializers.IntegerField(read_only=True)
    entry_id = serializers.IntegerField(allow_null=True, required=False, default=None)
    number = serializers.CharField(read_only=True, source="entry.number_e164", default=None)
    action = serializers.ChoiceField(EmergencyPlan.Action.choices)
    backup_number = serializers.CharField(required=False, allow_blank=True, max_length=40, default="")
    queue_id = serializers.IntegerField(allow_null=True, required=False, default=None)
    is_on = serializers.BooleanField(read_only=True)
    switched_at = serializers.DateTimeField(read_only=True, allow_null=True)


class SwitchWordSerializer(serializers.Serializer):
    is_on = serializers.BooleanField()


class EmergencyPlanViewSet(mixins.ListModelMixin, mixins.RetrieveModelMixin, viewsets.GenericViewSet):
    """Leaders see and switch plans; owners and administrators prepare them."""

    queryset = EmergencyPlan.objects.none()
    serializer_class = EmergencyPlanSerializer
    permission_classes: list[type[BasePermission]] = [LEADING]

    def get_permissions(self) -> list[BasePermission]:
        """Switching is a leader's, preparing an administrator's."""
        is_preparing = self.action in ("create", "update", "partial_update", "destroy")
        return [CONFIGURING()] if is_preparing else super().get_permissions()

    pagination_class = None
    filter_backends: list[Any] = []

    def get_queryset(self) -> QuerySet[EmergencyPlan]:
        return self.queryset if getattr(self, "swagger_fake_view", False) else queries.emergency_plans()

    @extend_schema(request=EmergencyPlanSerializer, responses={201: EmergencyPlanSerializer})
    def create(self, request: Request) -> Response:
        plan = actions.save_emergency_plan(plan_id=None, **self._given(request))
        return Response(self.get_serializer(plan).data, status=status.HTTP_201_CREATED)

    @extend_schema(request=EmergencyPlanSerializer, responses=EmergencyPlanSerializer)
    def update(self, request: Request, pk: str) -> Response:
        found = get_object_or_404(self.get_queryset(), pk=pk)
        plan = actions.save_emergency_plan(plan_id=found.pk, **self._given(request))
        return Response(self.get_serializer(plan).data)

    @extend_schema(request=SwitchWordSerializer, responses={200: EmergencySwitchSerializer, 204: None})
    @action(detail=True, methods=["post"])
    def switch(self, request: Request, pk: str) -> Response:
        """204 when it was so already."""
        plan = get_object_or_404(self.get_queryset(), pk=pk)
        given = SwitchWordSerializer(data=request.data)
        given.is_valid(raise_exception=True)
        is_on = given.validated_data["is_on"]
        made = switch_plan(plan_id=plan.pk, is_on=is_on, by=request.user, at=timezone.now())
        if made is None:
            return Response(status=status.HTTP_204_NO_CONTENT)
        return Response(EmergencySwitchSerializer(made).data)

    @extend_schema(request=None, responses={202: EmergencySwitchSerializer})
    @action(detail=True, methods=["post"])
    def drill(self, request: Request, pk: str) -> Response:
        plan = get_object_or_404(self.get_queryset(), pk=pk)
        made = start_drill(plan_id=plan.pk, by=request.user, at=timezone.now())
        return Response(EmergencySwitchSerializer(made).data, status=status.HTTP_202_ACCEPTED)

    @extend_schema(responses=EmergencySwitchSerializer(many=True))
    @action(detail=True, methods=["get"])
    def switches(self, request: Request, pk: str) -> Response:
        """Drills and switches of this plan, newest first."""
        plan = get_object_or_404(self.get_queryset(), pk=pk)
        return Response(EmergencySwitchSerializer(queries.emergency_switches(plan)[:LATEST], many=True).data)

    def _given(self, request: Request) -> dict[str, Any]:
        given = self.get_serializer(data=request.data)
        given.is_valid(raise_exception=True)
        return dict(given.validated_data)
