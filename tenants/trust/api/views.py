"""The head of the audit log's chain for programs that write it down."""

from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from tenants.people.console.access import RolePermission
from tenants.trust import queries
from tenants.trust.policies import READERS


class HeadSerializer(serializers.Serializer):
    position = serializers.IntegerField()
    hash = serializers.CharField()
    last_check_at = serializers.DateTimeField(allow_null=True)
    is_whole = serializers.BooleanField(
        allow_null=True, help_text="What the last check found; null before the first."
    )


class AuditHead(APIView):
    permission_classes = [RolePermission.of(*READERS)]

    @extend_schema(responses=HeadSerializer)
    def get(self, request: Request) -> Response:
        head, checks = queries.head(), queries.checks(1)
        return Response(
            HeadSerializer(
                {
                    "position": head.position if head else 0,
                    "hash": head.hash if head else "",
                    "last_check_at": checks[0].at if checks else None,
                    "is_whole": checks[0].is_whole if checks else None,
                }
            ).data
        )
