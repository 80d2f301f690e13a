"""Step in while a call waits: one address per act, for leaders and for the triggers they let act."""

from collections.abc import Callable
from typing import Any
from uuid import UUID

from django.utils import timezone
from drf_spectacular.utils import extend_schema, extend_schema_view
from rest_framework import serializers, status
from rest_framework.permissions import BasePermission
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from telephony import actions, policies
from telephony.models import QueueStay
from tenants.people.console.access import RolePermission


class PullSerializer(serializers.Serializer):
    agent_id = serializers.IntegerField(min_value=1, max_value=2**31 - 1)


class ReprioritiseSerializer(serializers.Serializer):
    """`seconds` of waiting given for free, or `is_next`: before everybody who waits."""

    seconds = serializers.IntegerField(required=False, min_value=-3600, max_value=3600)
    is_next = serializers.BooleanField(default=False)

    def validate(self, given: dict[str, Any]) -> dict[str, Any]:
        if given["is_next"] == ("seconds" in given):
            raise serializers.ValidationError({"seconds": "Give either seconds or is_next."})
        return given


class RedirectSerializer(serializers.Serializer):
    queue_id = serializers.IntegerField(min_value=1, max_value=2**31 - 1)


class EscalateSerializer(serializers.Serializer):
    """`trigger` is what was noticed, in a few words; it is kept in the call's routing."""

    trigger = serializers.CharField(max_length=80)
    group_id = serializers.IntegerField(min_value=1, max_value=2**31 - 1)
    seconds = serializers.IntegerField(required=False, min_value=0, max_value=3600)
    for_seconds = serializers.IntegerField(required=False, min_value=5, max_value=3600)


class StandingSerializer(serializers.Serializer):
    """What the call asks for now, and every change so far."""

    call_id = serializers.UUIDField()
    queue_id = serializers.IntegerField()
    entered_at = serializers.DateTimeField()
    priority = serializers.IntegerField()
    changes = serializers.ListField(child=serializers.DictField())


class _Intervention(APIView):
    permission_classes: list[type[BasePermission]] = [RolePermission.of(*policies.LEADERS)]
    shape: type[serializers.Serializer]

    def post(self, request: Request, call_id: UUID) -> Response:
        given = self.shape(data=request.data)
        given.is_valid(raise_exception=True)
        by = request.user.name or request.user.username
        stay = self.act(given.validated_data, {"call_id": call_id, "at": timezone.now(), "by": by})
        return Response(StandingSerializer(_standing(stay)).data, status=status.HTTP_200_OK)

    def act(self, given: dict[str, Any], whose: dict[str, Any]) -> QueueStay:
        raise NotImplementedError


def _described(shape: type[serializers.Serializer]) -> Callable[[type[_Intervention]], type[_Intervention]]:
    """Name the request's shape once, for the reading of the body and for the API's description."""
    describe = extend_schema_view(post=extend_schema(request=shape, responses=StandingSerializer))

    def with_shape(view: type[_Intervention]) -> type[_Intervention]:
        view.shape = shape
        return describe(view)

    return with_shape


@_described(PullSerializer)
class PullView(_Intervention):
    """To one agent who is free now."""

    def act(self, given: dict[str, Any], whose: dict[str, Any]) -> QueueStay:
        return actions.pull_call(to_agent_id=given["agent_id"], **whose)


@_described(ReprioritiseSerializer)
class ReprioritiseView(_Intervention):
    """Seconds given for free, or to the front."""

    def act(self, given: dict[str, Any], whose: dict[str, Any]) -> QueueStay:
        if given["is_next"]:
            return actions.move_call_to_front(**whose)
        return actions.reprioritise_call(seconds=given["seconds"], **whose)


@_described(RedirectSerializer)
class RedirectView(_Intervention):
    """Into another queue, keeping its time."""

    def act(self, given: dict[str, Any], whose: dict[str, Any]) -> QueueStay:
        return actions.redirect_call(queue_id=given["queue_id"], **whose)


@_described(EscalateSerializer)
class EscalateView(_Intervention):
    """To a group of agents first, because of what was noticed."""

    def act(self, given: dict[str, Any], whose: dict[str, Any]) -> QueueStay:
        return actions.escalate_call(**given, **whose)


def _standing(stay: QueueStay) -> dict[str, Any]:
    return {
        "call_id": stay.call_id,
        "queue_id": stay.queue_id,
        "entered_at": stay.entered_at,
        "priority": stay.priority,
        "changes": stay.routing.get("changes", []),
    }
