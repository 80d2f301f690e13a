"""Promised callbacks for machines: the line, how promises were kept, a new one, an end to one."""

from datetime import timedelta
from typing import Any
from uuid import UUID

from django.utils import timezone
from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.permissions import BasePermission
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from telephony import policies
from telephony.actions.callbacks import ask_worker_to_look, cancel_callback, enter_callback
from telephony.api.shapes import NamedSerializer
from telephony.errors import CallbackGone
from telephony.models import Callback
from telephony.queries import callbacks as reads
from tenants.masking import mask_number
from tenants.people.actions import record_audit
from tenants.people.console.access import RolePermission
from tenants.people.policies import Role

WORKING = RolePermission.of(Role.AGENT, *policies.LEADERS)
MOST_LISTED = 500


class CallbackSerializer(serializers.Serializer):
    """One promise; `number` is masked, `link` is the customer's own page."""

    id = serializers.UUIDField()
    number = serializers.CharField()
    queue = NamedSerializer()
    state = serializers.CharField()
    source = serializers.CharField()
    waiting_since = serializers.DateTimeField()
    promised_from = serializers.DateTimeField(allow_null=True)
    promised_until = serializers.DateTimeField(allow_null=True)
    not_before = serializers.DateTimeField(allow_null=True)
    attempts = serializers.IntegerField()
    max_attempts = serializers.IntegerField()
    outcomes = serializers.ListField(child=serializers.CharField())
    link = serializers.CharField()


class NewCallbackSerializer(serializers.Serializer):
    number = serializers.CharField(max_length=32)
    queue = serializers.IntegerField(min_value=1, max_value=2**31 - 1)
    language = serializers.ChoiceField(["zh", "en"], default="zh")


class KeptSerializer(serializers.Serializer):
    """Of the last 30 days: `in_time` of the `tried` within their window, `reached` of the `ended`."""

    tried = serializers.IntegerField()
    in_time = serializers.IntegerField()
    late = serializers.IntegerField()
    ended = serializers.IntegerField()
    reached = serializers.IntegerField()
    share = serializers.FloatField(allow_null=True)
    median_minutes = serializers.FloatField(allow_null=True)


class CallbacksView(APIView):
    permission_classes: list[type[BasePermission]] = [WORKING]

    @extend_schema(operation_id="callbacks_list", responses=CallbackSerializer(many=True))
    def get(self, request: Request) -> Response:
        found = reads.callbacks(shown=str(request.query_params.get("show", "open")))[:MOST_LISTED]
        return Response(CallbackSerializer([_row(one) for one in found], many=True).data)

    @extend_schema(
        operation_id="callbacks_create", request=NewCallbackSerializer, responses={201: CallbackSerializer}
    )
    def post(self, request: Request) -> Response:
        """The same number in the same queue gives the same promise, with 200."""
        wanted = NewCallbackSerializer(data=request.data)
        wanted.is_valid(raise_exception=True)
        callback, is_new = enter_callback(
            number=wanted.validated_data["number"],
            queue_id=wanted.validated_data["queue"],
            language=wanted.validated_data["language"],
            at=timezone.now(),
            source=Callback.Source.API,
        )
        record_audit(verb="promised", subject=callback, before={}, after={"queue": callback.queue_id})
        ask_worker_to_look(callback.pk)
        return Response(CallbackSerializer(_row(callback)).data, status=201 if is_new else 200)


class CancelCallbackView(APIView):
    permission_classes: list[type[BasePermission]] = [WORKING]

    @extend_schema(operation_id="callbacks_cancel", request=None, responses=CallbackSerializer)
    def post(self, request: Request, callback_id: UUID) -> Response:
        cancel_callback(callback_id=callback_id, by="agent", at=timezone.now())
        callback = reads.callback(callback_id)
        if callback is None:
            raise CallbackGone
        record_audit(verb="cancelled", subject=callback, before={}, after={"state": callback.state})
        ask_worker_to_look(callback_id)
        return Response(CallbackSerializer(_row(callback)).data)


class KeptView(APIView):
    permission_classes: list[type[BasePermission]] = [WORKING]

    @extend_schema(operation_id="callbacks_kept", responses=KeptSerializer)
    def get(self, request: Request) -> Response:
        now = timezone.now()
        return Response(KeptSerializer(reads.promises_kept(now - timedelta(days=30), now)).data)


def _row(callback: Callback) -> dict[str, Any]:
    return {
        "id": callback.pk,
        "number": mask_number(callback.number),
        "queue": {"id": callback.queue_id, "name": callback.queue.name},
        "state": callback.state,
        "source": callback.source,
        "waiting_since": callback.waiting_since,
        "promised_from": callback.promised_from,
        "promised_until": callback.promised_until,
        "not_before": callback.not_before,
        "attempts": callback.attempts,
        "max_attempts": callback.max_attempts,
        "outcomes": [one.outcome for one in callback.tries.all()],
        "link": f"/callback/{callback.cancel_key}/",
    }
