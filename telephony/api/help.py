"""Raised hands for machines: an agent's goes up and down, those who lead see and answer those of whom they lead."""

from django.utils import timezone
from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.permissions import BasePermission
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from telephony import actions, policies, queries
from telephony.api.shapes import NamedSerializer
from telephony.errors import AgentNotFound
from telephony.message_errors import HelpGone
from telephony.models import HelpRequest
from telephony.queries import help as hands
from telephony.queries.messages import WHO_WRITE
from telephony.serializers.messages import help_row, help_rows
from tenants.people.console.access import RolePermission

WRITING = RolePermission.of(*WHO_WRITE)
LEADING = RolePermission.of(*policies.LEADERS)


class HelpSerializer(serializers.Serializer):
    """`taken_by` is empty until somebody comes; the hand is down once `ended_at` is set."""

    id = serializers.IntegerField()
    agent = NamedSerializer()
    call_id = serializers.UUIDField(allow_null=True)
    text = serializers.CharField()
    asked_at = serializers.DateTimeField()
    taken_by = serializers.CharField()
    taken_at = serializers.DateTimeField(allow_null=True)
    ended_at = serializers.DateTimeField(allow_null=True)


class NewHelpSerializer(serializers.Serializer):
    text = serializers.CharField(max_length=200, required=False, allow_blank=True, default="")


class HelpView(APIView):
    permission_classes: list[type[BasePermission]] = [LEADING]

    @extend_schema(operation_id="help_list", responses=HelpSerializer(many=True))
    def get(self, request: Request) -> Response:
        """The hands that are up, the longest first; of a leader of groups those of their agents."""
        return Response(help_rows(request.user))


class RaiseHandView(APIView):
    permission_classes: list[type[BasePermission]] = [WRITING]

    @extend_schema(operation_id="help_ask", request=NewHelpSerializer, responses={201: HelpSerializer})
    def post(self, request: Request) -> Response:
        """One's own, for the call in hand when there is one. Raised again it is the same hand with newer words."""
        shape = NewHelpSerializer(data=request.data)
        shape.is_valid(raise_exception=True)
        agent = queries.agent_of(request.user)
        if agent is None:
            raise AgentNotFound
        call = queries.current_call(agent.pk)
        row = actions.ask_for_help(
            agent_id=agent.pk,
            at=timezone.now(),
            call_id=call.pk if call else None,
            text=shape.validated_data["text"],
        )
        return Response(_shown(row), status=201)


class LowerHandView(APIView):
    permission_classes: list[type[BasePermission]] = [WRITING]

    @extend_schema(operation_id="help_down", request=None, responses={204: None})
    def post(self, request: Request) -> Response:
        """One's own; nothing happens when it is down already."""
        agent = queries.agent_of(request.user)
        row = hands.open_help_of(agent.pk) if agent else None
        if row is not None:
            actions.end_help(help_id=row.pk, at=timezone.now())
        return Response(status=204)


class TakeHelpView(APIView):
    permission_classes: list[type[BasePermission]] = [LEADING]

    @extend_schema(operation_id="help_take", request=None, responses=HelpSerializer)
    def post(self, request: Request, help_id: int) -> Response:
        """You come; the agent is told so."""
        _check_led(request, help_id)
        return Response(_shown(actions.take_help(help_id=help_id, member=request.user, at=timezone.now())))


class EndHelpView(APIView):
    permission_classes: list[type[BasePermission]] = [LEADING]

    @extend_schema(operation_id="help_end", request=None, responses=HelpSerializer)
    def post(self, request: Request, help_id: int) -> Response:
        _check_led(request, help_id)
        return Response(_shown(actions.end_help(help_id=help_id, at=timezone.now())))


def _check_led(request: Request, help_id: int) -> None:
    if hands.help_request(request.user, help_id) is None:
        raise HelpGone


def _shown(row: HelpRequest) -> dict[str, object]:
    return dict(help_row(hands.help_requests().get(pk=row.pk)))
