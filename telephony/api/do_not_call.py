"""The do-not-call list for machines: is this number on it, put it there, take it off."""

from django.utils import timezone
from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework import serializers
from rest_framework.permissions import BasePermission
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from telephony import policies
from telephony.actions.do_not_call import bar_number, lift_bar
from telephony.models import DoNotCall
from telephony.queries.do_not_call import entries
from tenants.masking import mask_number
from tenants.people.console.access import RolePermission

KEEPING = RolePermission.of(*policies.LEADERS)
MOST_LISTED = 500


class EntrySerializer(serializers.Serializer):
    """`number` is masked: whoever asks for a whole number knows it."""

    id = serializers.IntegerField()
    number = serializers.SerializerMethodField()
    reason = serializers.CharField()
    source = serializers.CharField()
    added_at = serializers.DateTimeField()

    def get_number(self, entry: DoNotCall) -> str:
        return mask_number(entry.number)


class NewEntrySerializer(serializers.Serializer):
    number = serializers.CharField(max_length=40)
    reason = serializers.CharField(max_length=200, default="", allow_blank=True)


class DoNotCallView(APIView):
    permission_classes: list[type[BasePermission]] = [KEEPING]

    @extend_schema(
        operation_id="do_not_call_list",
        parameters=[
            OpenApiParameter("number", str, description="A whole number in any spelling: is it there?")
        ],
        responses=EntrySerializer(many=True),
    )
    def get(self, request: Request) -> Response:
        """The newest 500, or the one asked for."""
        asked = str(request.query_params.get("number", ""))[:40]
        return Response(EntrySerializer(entries(asked)[:MOST_LISTED], many=True).data)

    @extend_schema(
        operation_id="do_not_call_add", request=NewEntrySerializer, responses={201: EntrySerializer}
    )
    def post(self, request: Request) -> Response:
        """A number that is there already stays as it is, with 200."""
        wanted = NewEntrySerializer(data=request.data)
        wanted.is_valid(raise_exception=True)
        entry, is_new = bar_number(**wanted.validated_data, source=DoNotCall.Source.API, at=timezone.now())
        return Response(EntrySerializer(entry).data, status=201 if is_new else 200)


class DoNotCallEntryView(APIView):
    permission_classes: list[type[BasePermission]] = [KEEPING]

    @extend_schema(operation_id="do_not_call_lift", request=None, responses={204: None})
    def delete(self, request: Request, donotcall_id: int) -> Response:
        lift_bar(entry_id=donotcall_id, at=timezone.now())
        return Response(status=204)
