"""The API says what the pages say: the same policies, actions, queries and masks."""

from __future__ import annotations

from typing import Any

from django.utils import timezone
from drf_spectacular.utils import OpenApiParameter, extend_schema, extend_schema_view
from rest_framework import mixins, status
from rest_framework.decorators import action
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.viewsets import GenericViewSet

from tenants.errors import NotAllowed
from tenants.people.console.access import RolePermission
from ticketing import actions, policies, queries
from ticketing.models import Customer, Ticket
from ticketing.serializers import (
    CustomerSerializer,
    TicketCommentSerializer,
    TicketEntrySerializer,
    TicketSerializer,
    TicketStateSerializer,
)

READING = ("list", "retrieve", "metadata")


class _ByRole(GenericViewSet):
    """Readers may read; who talks to customers may write."""

    def get_permissions(self) -> list:
        roles = policies.READING_ROLES if self.action in READING else policies.CONTACT_ROLES
        return [RolePermission.of(*roles)()]


@extend_schema_view(
    list=extend_schema(parameters=[OpenApiParameter("q", str, description="Name, tag or part of a number")])
)
class CustomerViewSet(mixins.ListModelMixin, mixins.RetrieveModelMixin, _ByRole):
    queryset = Customer.objects.none()
    serializer_class = CustomerSerializer
    filter_backends: list[Any] = []

    def get_queryset(self):
        return queries.search_customers(self.request.query_params.get("q", "")[:100])

    def create(self, request: Request) -> Response:
        given = self.get_serializer(data=request.data)
        given.is_valid(raise_exception=True)
        made = actions.create_customer(
            **given.validated_data, country=request.tenant.country, at=timezone.now(), by=request.user
        )
        return Response(self.get_serializer(made).data, status=status.HTTP_201_CREATED)

    def partial_update(self, request: Request, pk: str) -> Response:
        who = self.get_object()
        given = self.get_serializer(who, data=request.data, partial=True)
        given.is_valid(raise_exception=True)
        changes = {name: value for name, value in given.validated_data.items() if name != "numbers"}
        changed = actions.change_customer(customer_id=who.pk, at=timezone.now(), by=request.user, **changes)
        return Response(self.get_serializer(changed).data)


class TicketViewSet(mixins.ListModelMixin, mixins.RetrieveModelMixin, _ByRole):
    queryset = Ticket.objects.none()
    serializer_class = TicketSerializer
    lookup_field = "number"
    filterset_fields = ["state", "priority", "type", "assignee", "customer", "call_id"]

    def get_queryset(self):
        if getattr(self, "swagger_fake_view", False):
            return self.queryset
        return queries.visible_tickets(self.request.user)

    def _workable(self) -> Ticket:
        ticket = self.get_object()
        if not policies.can_work_on_ticket(self.request.user, ticket):
            raise NotAllowed()
        return ticket

    def create(self, request: Request) -> Response:
        given = self.get_serializer(data=request.data)
        given.is_valid(raise_exception=True)
        fields = dict(given.validated_data)
        who = fields.pop("customer", None)
        made = actions.open_ticket(
            **fields,
            customer_id=who.pk if who else None,
            assignee_id=request.user.pk,
            at=timezone.now(),
            by=request.user,
        )
        return Response(self.get_serializer(made).data, status=status.HTTP_201_CREATED)

    def partial_update(self, request: Request, number: str) -> Response:
        ticket = self._workable()
        given = self.get_serializer(ticket, data=request.data, partial=True)
        given.is_valid(raise_exception=True)
        changes = {
            name: value for name, value in given.validated_data.items() if name in actions.TICKET_FIELDS
        }
        changed = actions.change_ticket(ticket_id=ticket.pk, at=timezone.now(), by=request.user, **changes)
        return Response(self.get_serializer(changed).data)

    @extend_schema(request=TicketStateSerializer, responses=TicketSerializer)
    @action(detail=True, methods=["post"])
    def state(self, request: Request, number: str) -> Response:
        ticket = self._workable()
        given = TicketStateSerializer(data=request.data)
        given.is_valid(raise_exception=True)
        changed = actions.change_ticket_state(
            ticket_id=ticket.pk, at=timezone.now(), by=request.user, **given.validated_data
        )
        return Response(self.get_serializer(changed).data)

    @extend_schema(request=TicketCommentSerializer, responses={201: TicketEntrySerializer})
    @action(detail=True, methods=["post"])
    def comments(self, request: Request, number: str) -> Response:
        ticket = self._workable()
        given = TicketCommentSerializer(data=request.data)
        given.is_valid(raise_exception=True)
        entry = actions.comment_on_ticket(
            ticket_id=ticket.pk, at=timezone.now(), by=request.user, **given.validated_data
        )
        return Response(TicketEntrySerializer(entry).data, status=status.HTTP_201_CREATED)
