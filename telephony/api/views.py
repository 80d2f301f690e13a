"""The API says what pages and sockets say: the same policies, queries, orders and masked rows."""

from typing import Any

from django.db.models import QuerySet
from django_filters import rest_framework as filters
from drf_spectacular.utils import extend_schema
from rest_framework import generics, status, viewsets
from rest_framework.pagination import CursorPagination
from rest_framework.permissions import BasePermission
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from telephony import policies, queries
from telephony.api.shapes import (
    AgentSerializer,
    CallSerializer,
    MyStateSerializer,
    OrderSerializer,
    OrderTakenSerializer,
    QueueSerializer,
)
from telephony.errors import NoCallHere
from telephony.models import Agent, Call, Queue
from telephony.orders import parse_order, send_order
from telephony.serializers import agent_row, snapshots
from tenants.errors import NotAllowed
from tenants.people.actions import record_audit
from tenants.people.console.access import RolePermission
from tenants.people.policies import Role
from tenants.typed import whole

WORKING = RolePermission.of(Role.AGENT, *policies.LEADERS)
SEEING_CALLS = RolePermission.of(*policies.SEEING_CALLS)


class NewestCalls(CursorPagination):
    ordering = ("-arrived_at", "-id")
    page_size = 50
    page_size_query_param = "page_size"
    max_page_size = 200


class CallFilter(filters.FilterSet):
    since = filters.IsoDateTimeFilter("arrived_at", lookup_expr="gte")
    until = filters.IsoDateTimeFilter("arrived_at", lookup_expr="lt")

    class Meta:
        model = Call
        fields = ["state", "exit", "direction", "queue", "agent"]


class CallViewSet(viewsets.ReadOnlyModelViewSet):
    """Leaders and inspectors see all calls, team leads those of their people, agents their own."""

    queryset = Call.objects.none()
    serializer_class = CallSerializer
    permission_classes: list[type[BasePermission]] = [SEEING_CALLS]
    pagination_class = NewestCalls
    filterset_class = CallFilter

    def get_queryset(self) -> QuerySet[Call]:
        if getattr(self, "swagger_fake_view", False):
            return self.queryset
        return queries.visible_calls(self.request.user)

    def get_serializer(self, *args: Any, **kwargs: Any) -> Any:
        """Rows are the same ones the sockets send."""
        if args and kwargs.get("many"):
            return super().get_serializer(snapshots.call_rows(list(args[0])), **kwargs)
        return super().get_serializer(snapshots.one_call(args[0]) if args else None, **kwargs)


class _Rows(viewsets.GenericViewSet):
    """Short lists without pages: a floor has few enough of them to be shown whole."""

    permission_classes: list[type[BasePermission]] = [WORKING]
    pagination_class = None
    filter_backends: list[Any] = []

    def rows(self, pk: int | None = None) -> list[Any]:
        raise NotImplementedError

    def list(self, request: Request) -> Response:
        return Response(self.get_serializer(self.rows(), many=True).data)

    def retrieve(self, request: Request, pk: str) -> Response:
        found = self.rows(key) if (key := whole(pk, 9)) is not None else []
        if not found:
            return Response(status=status.HTTP_404_NOT_FOUND)
        return Response(self.get_serializer(found[0]).data)


class AgentViewSet(_Rows):
    queryset = Agent.objects.none()
    serializer_class = AgentSerializer

    def rows(self, pk: int | None = None) -> list[Any]:
        agents = snapshots.with_phones(queries.agents_on_floor())
        return [agent_row(agent) for agent in (agents if pk is None else agents.filter(pk=pk))]


class QueueViewSet(_Rows):
    queryset = Queue.objects.none()
    serializer_class = QueueSerializer

    def rows(self, pk: int | None = None) -> list[Any]:
        return list(snapshots.queue_rows(None if pk is None else [pk]))


class MyStateView(generics.GenericAPIView):
    """Whoever works as an agent: their own state, and the call they ring for, talk on or wrap up."""

    serializer_class = MyStateSerializer
    permission_classes: list[type[BasePermission]] = [WORKING]

    def get(self, request: Request) -> Response:
        agent = queries.agent_of(request.user)
        if agent is None:
            raise NoCallHere
        call = queries.current_call(agent.pk)
        state = {"agent": agent_row(agent), "call": snapshots.one_call(call, agent.pk) if call else None}
        return Response(self.get_serializer(state).data)


class OrderView(APIView):
    """Give an order; 202 means that the telephony worker has it. What comes of it is seen as news."""

    permission_classes: list[type[BasePermission]] = [WORKING]

    @extend_schema(request=OrderSerializer, responses={202: OrderTakenSerializer})
    def post(self, request: Request) -> Response:
        given = OrderSerializer(data=request.data)
        given.is_valid(raise_exception=True)
        order = parse_order(given.validated_data)
        agent = queries.agent(order.agent_id) if order.agent_id else queries.agent_of(request.user)
        if not policies.can_order(request.user, order, agent):
            raise NotAllowed
        order_id = send_order(order, member=request.user)
        if agent and agent.member_id != request.user.pk:
            record_audit(verb=f"ordered {order.type}", subject=agent)
        return Response({"order_id": order_id}, status=status.HTTP_202_ACCEPTED)
