"""Groups, working hours, expansion steps and rules for machines: leaders read, administrators change."""

from itertools import pairwise
from typing import Any

from django.core.exceptions import ValidationError as ModelError
from django.db import models, transaction
from django.utils.translation import gettext as _
from rest_framework import serializers, viewsets
from rest_framework.permissions import BasePermission

from telephony import actions, policies, queries
from telephony.models import (
    Agent,
    AgentGroup,
    GroupMember,
    OpeningTime,
    QueueStep,
    RoutingRule,
    SpecialDay,
    WorkingHours,
)
from tenants.people.console.access import RolePermission
from tenants.people.policies import Role

READERS = RolePermission.of(*policies.LEADERS)
WRITERS = RolePermission.of(Role.OWNER, Role.ADMIN)
READING = ("list", "retrieve", "metadata")


class _Configured(serializers.ModelSerializer):
    """Checked as the page's form checks it: each field, then the row as a whole. Nested rows are checked alike."""

    parts: tuple[str, ...] = ()

    def validate(self, given: dict[str, Any]) -> dict[str, Any]:
        row = type(self.instance)() if self.instance else self.Meta.model()
        for field in row._meta.concrete_fields:
            if self.instance is not None:
                setattr(row, field.attname, getattr(self.instance, field.attname))
        for name, value in given.items():
            if name not in self.parts:
                setattr(row, name, value)
        try:
            row.clean()
        except ModelError as wrong:
            raise serializers.ValidationError(wrong.message_dict) from wrong
        return given

    def create(self, given: dict[str, Any]) -> Any:
        return self._keep(self.Meta.model(), given)

    def update(self, row: Any, given: dict[str, Any]) -> Any:
        return self._keep(row, given)

    @transaction.atomic
    def _keep(self, row: Any, given: dict[str, Any]) -> Any:
        parts = {name: given.pop(name, None) for name in self.parts}
        for name, value in given.items():
            setattr(row, name, value)
        actions.keep_row(row)
        self.keep_parts(row, parts)
        return row

    def keep_parts(self, row: Any, parts: dict[str, Any]) -> None:
        """The rows inside; None where nothing was said of them."""


class GroupMemberSerializer(serializers.ModelSerializer):
    agent = serializers.PrimaryKeyRelatedField(queryset=Agent.objects.all())

    class Meta:
        model = GroupMember
        fields = ["agent", "until"]


class GroupSerializer(_Configured):
    """`members`, when given, are all of them."""

    members = GroupMemberSerializer(many=True, required=False)
    parts = ("members",)

    class Meta:
        model = AgentGroup
        fields = ["id", "name", "members"]

    def validate_members(self, members: list[dict[str, Any]]) -> list[dict[str, Any]]:
        agents = [one["agent"] for one in members]
        if len(agents) != len(set(agents)):
            raise serializers.ValidationError(_("An agent is named twice."))
        return members

    def keep_parts(self, row: AgentGroup, parts: dict[str, Any]) -> None:
        if parts["members"] is not None:
            actions.keep_members(row, parts["members"])


class OpeningTimeSerializer(_Configured):
    class Meta:
        model = OpeningTime
        fields = ["weekday", "opens_at", "closes_at"]


class SpecialDaySerializer(_Configured):
    class Meta:
        model = SpecialDay
        fields = ["on", "name", "opens_at", "closes_at"]


class HoursSerializer(_Configured):
    """In the tenant's time zone; `opening_times` and `special_days`, when given, are all of them."""

    opening_times = OpeningTimeSerializer(many=True, required=False)
    special_days = SpecialDaySerializer(many=True, required=False)
    parts = ("opening_times", "special_days")

    class Meta:
        model = WorkingHours
        fields = ["id", "name", "opening_times", "special_days"]

    def validate_opening_times(self, spans: list[dict[str, Any]]) -> list[dict[str, Any]]:
        if any(_overlap(*pair) for pair in pairwise(sorted(spans, key=_beginning))):
            raise serializers.ValidationError(_("Two opening times of a day overlap."))
        return spans

    def validate_special_days(self, days: list[dict[str, Any]]) -> list[dict[str, Any]]:
        if len({day["on"] for day in days}) != len(days):
            raise serializers.ValidationError(_("A date is named twice."))
        return days

    def keep_parts(self, row: WorkingHours, parts: dict[str, Any]) -> None:
        actions.keep_times(row, parts["opening_times"], parts["special_days"])


def _beginning(span: dict[str, Any]) -> tuple[int, Any]:
    return span["weekday"], span["opens_at"]


def _overlap(first: dict[str, Any], after: dict[str, Any]) -> bool:
    ends = first.get("closes_at")
    is_all_day = ends is not None and not (ends.hour or ends.minute)
    return first["weekday"] == after["weekday"] and (is_all_day or ends is None or after["opens_at"] < ends)


class StepSerializer(_Configured):
    class Meta:
        model = QueueStep
        fields = ["id", "queue", "after_seconds", "group", "level_drop", "with_queue"]


class RuleSerializer(_Configured):
    """Conditions `{"field", "op", "value"}` and effects `{"do", …}`; a change of what it says is a new `version`."""

    conditions = serializers.JSONField(default=list)
    effects = serializers.JSONField()
    version = serializers.IntegerField(read_only=True)

    class Meta:
        model = RoutingRule
        fields = [
            "id",
            "name",
            "position",
            "is_active",
            "is_last",
            "queue",
            "conditions",
            "effects",
            "version",
        ]

    def validate(self, given: dict[str, Any]) -> dict[str, Any]:
        super().validate(given)
        said = {name: given.get(name, getattr(self.instance, name, [])) for name in ("conditions", "effects")}
        problems = queries.problems_of_rule(said["conditions"], said["effects"])
        if problems:
            told: dict[str, list[Any]] = {}
            for problem in problems:
                told.setdefault(problem.part, []).append(problem.as_dict())
            raise serializers.ValidationError(told)
        return given


class _Configuration(viewsets.ModelViewSet):
    """Short lists without pages: a floor has few enough of them to be shown whole."""

    pagination_class = None
    filter_backends: list[Any] = []

    def get_permissions(self) -> list[BasePermission]:
        return [(READERS if self.action in READING else WRITERS)()]

    def perform_destroy(self, instance: models.Model) -> None:
        actions.drop_row(instance)


class GroupViewSet(_Configuration):
    queryset = AgentGroup.objects.prefetch_related("members")
    serializer_class = GroupSerializer


class HoursViewSet(_Configuration):
    queryset = WorkingHours.objects.prefetch_related("opening_times", "special_days")
    serializer_class = HoursSerializer


class StepViewSet(_Configuration):
    queryset = QueueStep.objects.order_by("queue", "after_seconds")
    serializer_class = StepSerializer


class RuleViewSet(_Configuration):
    """In the order they are asked."""

    queryset = RoutingRule.objects.order_by("position", "pk")
    serializer_class = RuleSerializer
