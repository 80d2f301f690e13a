"""Leaders step into a talk, or change somebody's state: one address per act. 202 means that the worker has the order.

What comes of it is seen in `listenings/`, on the floor's socket and in the audit log.
"""

from typing import Any
from uuid import UUID

from django.db.models import QuerySet
from drf_spectacular.utils import extend_schema
from rest_framework import serializers, status, viewsets
from rest_framework.pagination import CursorPagination
from rest_framework.permissions import BasePermission
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from telephony import floor_orders, policies, queries
from telephony.api.shapes import NamedSerializer, OrderTakenSerializer
from telephony.errors import AgentNotFound, CallNotFound
from telephony.models import Listening
from telephony.orders import Order, send_order
from telephony.queries.supervision import listenings
from telephony.serializers import listening_row
from telephony.switch import EarMode
from tenants.people.actions import record_audit
from tenants.people.console.access import RolePermission

LEADING = RolePermission.of(*policies.LEADERS)


class EarSerializer(serializers.Serializer):
    """listen: nobody hears you; whisper: the agent alone; barge: agent and caller."""

    mode = serializers.ChoiceField([str(mode) for mode in EarMode])


class ForcedStateSerializer(serializers.Serializer):
    """A talk in hand is not cut: not ready comes true when it and its wrap-up are over."""

    state = serializers.ChoiceField(["ready", "not_ready", "signed_out"])
    reason_id = serializers.IntegerField(required=False, min_value=1, max_value=2**31 - 1, allow_null=True)


class ListeningSerializer(serializers.Serializer):
    """Who listened in on whom, from when to when; `modes` holds each change as [moment, mode]."""

    id = serializers.UUIDField()
    call_id = serializers.UUIDField()
    agent = NamedSerializer()
    supervisor = NamedSerializer()
    mode = serializers.ChoiceField(Listening.Mode.choices)
    asked_at = serializers.DateTimeField()
    began_at = serializers.DateTimeField(allow_null=True)
    ended_at = serializers.DateTimeField(allow_null=True)
    modes = serializers.ListField(child=serializers.ListField(child=serializers.CharField()))
    is_told = serializers.BooleanField()
    version = serializers.IntegerField()


class NewestListenings(CursorPagination):
    ordering = ("-asked_at", "-id")
    page_size = 50


class ListeningViewSet(viewsets.ReadOnlyModelViewSet):
    """Newest first; those that go on have no `ended_at`."""

    queryset = Listening.objects.none()
    serializer_class = ListeningSerializer
    permission_classes: list[type[BasePermission]] = [LEADING]
    pagination_class = NewestListenings
    filterset_fields = ("call", "agent", "supervisor")

    def get_queryset(self) -> QuerySet[Listening]:
        return self.queryset if getattr(self, "swagger_fake_view", False) else listenings()

    def get_serializer(self, *args: Any, **kwargs: Any) -> Any:
        """Rows are the same ones the floor's socket sends."""
        if args and kwargs.get("many"):
            return super().get_serializer([listening_row(one) for one in args[0]], **kwargs)
        return super().get_serializer(listening_row(args[0]) if args else None, **kwargs)


class _CallAct(APIView):
    permission_classes: list[type[BasePermission]] = [LEADING]

    def give(self, request: Request, order: Order, call_id: UUID) -> Response:
        if queries.call(call_id) is None:
            raise CallNotFound
        order_id = send_order(order, member=request.user)
        return Response({"order_id": order_id}, status=status.HTTP_202_ACCEPTED)


class ListenView(_CallAct):
    """Ring your own phone; picked up, it hears the talk, and nobody hears you."""

    @extend_schema(request=None, responses={202: OrderTakenSerializer})
    def post(self, request: Request, call_id: UUID) -> Response:
        return self.give(request, floor_orders.Listen(call_id=call_id), call_id)


class EarView(_CallAct):
    """Be heard by the agent, by both, or by nobody again. You listen already."""

    @extend_schema(request=EarSerializer, responses={202: OrderTakenSerializer})
    def post(self, request: Request, call_id: UUID) -> Response:
        given = EarSerializer(data=request.data)
        given.is_valid(raise_exception=True)
        order = floor_orders.SetEar(call_id=call_id, mode=given.validated_data["mode"])
        return self.give(request, order, call_id)


class StopListeningView(_CallAct):
    @extend_schema(request=None, responses={202: OrderTakenSerializer})
    def post(self, request: Request, call_id: UUID) -> Response:
        """Your phone is let go; the talk goes on."""
        return self.give(request, floor_orders.StopListening(call_id=call_id), call_id)


class TakeOverView(_CallAct):
    """You listen already: the caller is yours, the agent's part of the call is over."""

    @extend_schema(request=None, responses={202: OrderTakenSerializer})
    def post(self, request: Request, call_id: UUID) -> Response:
        return self.give(request, floor_orders.TakeOverCall(call_id=call_id), call_id)


class HangUpCallView(_CallAct):
    """The call ends for everybody in it."""

    @extend_schema(request=None, responses={202: OrderTakenSerializer})
    def post(self, request: Request, call_id: UUID) -> Response:
        return self.give(request, floor_orders.HangUpCall(call_id=call_id), call_id)


class ForcedStateView(APIView):
    """Somebody else's state."""

    permission_classes: list[type[BasePermission]] = [LEADING]

    @extend_schema(request=ForcedStateSerializer, responses={202: OrderTakenSerializer})
    def post(self, request: Request, agent_id: int) -> Response:
        given = ForcedStateSerializer(data=request.data)
        given.is_valid(raise_exception=True)
        agent = queries.agent(agent_id)
        if agent is None:
            raise AgentNotFound
        order = floor_orders.ForceState(agent_id=agent_id, **given.validated_data)
        order_id = send_order(order, member=request.user)
        record_audit(verb=f"ordered {order.type}", subject=agent, after=dict(given.validated_data))
        return Response({"order_id": order_id}, status=status.HTTP_202_ACCEPTED)
