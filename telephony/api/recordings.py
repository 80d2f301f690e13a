"""Mask, start and stop the recording of a talk by machine: a payment page masks while a card number is keyed."""

from typing import Any
from uuid import UUID

from drf_spectacular.utils import extend_schema
from rest_framework import serializers, status
from rest_framework.permissions import BasePermission
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from telephony import policies, queries
from telephony.api.shapes import OrderTakenSerializer
from telephony.errors import CallNotFound, NoCallHere
from telephony.orders import Order, send_order
from telephony.queries.recording_states import talking_agent
from telephony.recording_orders import (
    LONGEST_MASK,
    MaskRecording,
    StartRecording,
    StopRecording,
    UnmaskRecording,
)
from tenants.errors import NotAllowed
from tenants.people.actions import record_audit
from tenants.people.console.access import RolePermission
from tenants.people.policies import Role

ACTS: dict[str, type[Order]] = {
    "mask": MaskRecording,
    "unmask": UnmaskRecording,
    "start": StartRecording,
    "stop": StopRecording,
}


class RecordingActSerializer(serializers.Serializer):
    """`seconds` is for a mask: it ends by itself after so many, 180 at the latest."""

    act = serializers.ChoiceField(list(ACTS))
    seconds = serializers.IntegerField(required=False, min_value=1, max_value=LONGEST_MASK)


class RecordingActView(APIView):
    """202 means that the telephony worker has it; the agent's own talk, or for a leader's mask anybody's."""

    permission_classes: list[type[BasePermission]] = [RolePermission.of(Role.AGENT, *policies.LEADERS)]

    @extend_schema(request=RecordingActSerializer, responses={202: OrderTakenSerializer})
    def post(self, request: Request, call_id: UUID) -> Response:
        given = RecordingActSerializer(data=request.data)
        given.is_valid(raise_exception=True)
        if queries.call(call_id) is None:
            raise CallNotFound
        agent = talking_agent(call_id)
        if agent is None:
            raise NoCallHere
        more: dict[str, Any] = {k: v for k, v in given.validated_data.items() if k == "seconds"}
        kind = ACTS[given.validated_data["act"]]
        order = kind(call_id=call_id, agent_id=agent.pk, **(more if kind is MaskRecording else {}))
        if not policies.can_order(request.user, order, agent):
            raise NotAllowed
        order_id = send_order(order, member=request.user)
        record_audit(verb=f"ordered {order.type}", subject=agent)
        return Response({"order_id": order_id}, status=status.HTTP_202_ACCEPTED)
