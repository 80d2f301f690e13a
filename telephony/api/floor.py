"""Agents moved between queues and skills, the limits by which a queue rings, what rang: what the floor's pages do."""

from collections.abc import Callable
from functools import partial
from typing import Any

from django.db.models import QuerySet
from django.utils import timezone
from drf_spectacular.utils import extend_schema
from rest_framework import serializers, viewsets
from rest_framework.decorators import action
from rest_framework.pagination import CursorPagination
from rest_framework.permissions import BasePermission
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from telephony import policies, queries
from telephony.actions.placements import (
    end_change,
    move_to_queue,
    put_into_queue,
    set_skill_level,
    take_out_of_queue,
)
from telephony.actions.queue_alerts import set_limits, take_on_alert
from telephony.errors import QueueNotFound
from telephony.models import AlertTerms, FloorChange, QueueAlert
from telephony.queries.placements import moves, moves_that_end
from telephony.queries.queue_alerts import alerts
from telephony.queries.supervision import agents_led_by, check_led
from tenants.people.console.access import RolePermission

LEADING = RolePermission.of(*policies.LEADERS)
LARGEST_ID = 2**31 - 1
MOST_AGENTS = 500
NEEDED = {
    "put": ("queue_id",),
    "take": ("queue_id",),
    "move": ("queue_id", "from_queue_id"),
    "skill": ("skill_id", "level"),
}


def _id(**more: Any) -> serializers.IntegerField:
    return serializers.IntegerField(min_value=1, max_value=LARGEST_ID, **more)


class MoveSerializer(serializers.ModelSerializer):
    """`before` and `after`: {"position"} or {"level"}; null where there was no place. `until` null: for good."""

    class Meta:
        model = FloorChange
        fields = (
            "id",
            "agent",
            "queue",
            "skill",
            "before",
            "after",
            "made_at",
            "made_by",
            "until",
            "ended_at",
        )


class NewMoveSerializer(serializers.Serializer):
    """put and take: `queue_id`; move: `queue_id` and `from_queue_id`; skill: `skill_id` and `level`, 0 takes it away.
    Without `until` it is for good.
    """

    agents = serializers.ListField(child=_id(), min_length=1, max_length=MOST_AGENTS)
    act = serializers.ChoiceField(sorted(NEEDED))
    queue_id = _id(required=False)
    from_queue_id = _id(required=False)
    skill_id = _id(required=False)
    level = serializers.IntegerField(required=False, min_value=0, max_value=10)
    until = serializers.DateTimeField(required=False, allow_null=True)

    def validate(self, given: dict[str, Any]) -> dict[str, Any]:
        lacking = [name for name in NEEDED[given["act"]] if name not in given]
        if lacking:
            raise serializers.ValidationError(dict.fromkeys(lacking, "This act needs it."))
        return given


class MovedSerializer(serializers.Serializer):
    """How many were not so already."""

    changed = serializers.IntegerField()


class NewestMoves(CursorPagination):
    ordering = ("-made_at", "-id")
    page_size = 50


class MoveViewSet(viewsets.ReadOnlyModelViewSet):
    """Newest first; `?holding=true`: what is for a while and not over yet. Of the agents one leads."""

    queryset = FloorChange.objects.none()
    serializer_class = MoveSerializer
    pagination_class = NewestMoves
    permission_classes: list[type[BasePermission]] = [LEADING]
    filterset_fields = ("agent", "queue", "skill")

    def get_queryset(self) -> QuerySet[FloorChange]:
        if getattr(self, "swagger_fake_view", False):
            return self.queryset
        led = agents_led_by(self.request.user)
        found = moves_that_end() if self.request.query_params.get("holding") == "true" else moves()
        return found if led is None else found.filter(agent__in=led)

    @extend_schema(request=NewMoveSerializer, responses=MovedSerializer)
    def create(self, request: Request) -> Response:
        shape = NewMoveSerializer(data=request.data)
        shape.is_valid(raise_exception=True)
        given = shape.validated_data
        check_led(request.user, given["agents"])
        by = request.user.name or request.user.username
        how = {"agent_ids": given["agents"], "at": timezone.now(), "until": given.get("until"), "by": by}
        return Response({"changed": _act(given)(**how)})

    @extend_schema(request=None, responses=MoveSerializer)
    @action(detail=True, methods=["post"])
    def end(self, request: Request, pk: str) -> Response:
        """It is as it was before, unless somebody changed it since."""
        move = self.get_object()
        end_change(change_id=move.pk, at=timezone.now())
        move.refresh_from_db()
        return Response(MoveSerializer(move).data)


def _act(given: dict[str, Any]) -> Callable[..., int]:
    if given["act"] == "skill":
        return partial(set_skill_level, skill_id=given["skill_id"], level=given["level"])
    if given["act"] == "move":
        return partial(move_to_queue, from_id=given["from_queue_id"], to_id=given["queue_id"])
    return partial(put_into_queue if given["act"] == "put" else take_out_of_queue, queue_id=given["queue_id"])


class LimitsSerializer(serializers.ModelSerializer):
    """`queue` null: for all queues without limits of their own. A limit that is null does not ring."""

    class Meta:
        model = AlertTerms
        fields = (
            "queue",
            "waiting_over",
            "expected_wait_over",
            "longest_wait_over",
            "service_level_under",
            "rings_when_nobody",
        )
        extra_kwargs = {"queue": {"validators": [], "required": True}}


class LimitsView(APIView):
    permission_classes: list[type[BasePermission]] = [LEADING]

    @extend_schema(responses=LimitsSerializer(many=True))
    def get(self, request: Request) -> Response:
        return Response(LimitsSerializer(AlertTerms.objects.order_by("queue_id"), many=True).data)

    @extend_schema(request=LimitsSerializer, responses=LimitsSerializer)
    def post(self, request: Request) -> Response:
        """The whole set of one queue, or of all others: what is not said is no limit."""
        shape = LimitsSerializer(data=request.data)
        shape.is_valid(raise_exception=True)
        given = dict(shape.validated_data)
        queue = given.pop("queue")
        if queue is not None and queries.queue(queue.pk) is None:
            raise QueueNotFound
        values = {name: given.get(name) for name in LimitsSerializer.Meta.fields if name != "queue"}
        values["rings_when_nobody"] = given.get("rings_when_nobody", True)
        return Response(LimitsSerializer(set_limits(queue_id=queue and queue.pk, values=values)).data)


class AlertSerializer(serializers.ModelSerializer):
    """`limit`, `value` and `worst` in the unit of the kind: callers, seconds, percent."""

    class Meta:
        model = QueueAlert
        fields = (
            "id",
            "queue",
            "kind",
            "limit",
            "value",
            "worst",
            "waiting",
            "expected_wait_seconds",
            "agents_to_add",
            "raised_at",
            "cleared_at",
            "seen_by",
            "seen_at",
            "version",
        )


class NewestAlerts(CursorPagination):
    ordering = ("-raised_at", "-id")
    page_size = 50


class AlertViewSet(viewsets.ReadOnlyModelViewSet):
    """Newest first; `?open=true`: those that ring."""

    queryset = QueueAlert.objects.none()
    serializer_class = AlertSerializer
    pagination_class = NewestAlerts
    permission_classes: list[type[BasePermission]] = [LEADING]
    filterset_fields = ("queue", "kind")

    def get_queryset(self) -> QuerySet[QueueAlert]:
        if getattr(self, "swagger_fake_view", False):
            return self.queryset
        is_open = self.request.query_params.get("open") == "true"
        return alerts().filter(cleared_at=None) if is_open else alerts()

    @extend_schema(request=None, responses=AlertSerializer)
    @action(detail=True, methods=["post"], url_path="take-on")
    def take_on(self, request: Request, pk: str) -> Response:
        """You deal with it: it is quiet on every screen."""
        alert = self.get_object()
        take_on_alert(alert_id=alert.pk, member=request.user, at=timezone.now())
        alert.refresh_from_db()
        return Response(AlertSerializer(alert).data)
