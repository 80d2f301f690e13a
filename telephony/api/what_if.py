"""What would become of a call, for machines: a past or a made-up one, with the rules as they are or a draft of them."""

from datetime import datetime
from typing import Any

from django.utils import timezone
from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.permissions import BasePermission
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from telephony import policies, queries
from telephony.api.shapes import NamedSerializer
from telephony.errors import CallNotFound, QueueNotFound
from telephony.models import Entry, Queue
from telephony.queries.caller_facts import caller_facts, collected_facts
from telephony.queries.what_if import Trial, all_rules, facts_of_call, rules_in_use, try_out
from telephony.routing.rules import Rule
from tenants.numbers import to_e164
from tenants.people.console.access import RolePermission

MOST_RULES = 200
LEVELS = ("standard", "silver", "gold", "vip")


class DraftRuleSerializer(serializers.Serializer):
    """One rule of a draft; they are asked in the order given."""

    name = serializers.CharField(max_length=120, default="", allow_blank=True)
    queue_id = serializers.IntegerField(min_value=1, max_value=2**31 - 1, allow_null=True, default=None)
    is_last = serializers.BooleanField(default=False)
    conditions = serializers.JSONField(default=list)
    effects = serializers.JSONField()

    def validate(self, given: dict[str, Any]) -> dict[str, Any]:
        told: dict[str, list[Any]] = {}
        for problem in queries.problems_of_rule(given["conditions"], given["effects"]):
            told.setdefault(problem.part, []).append(problem.as_dict())
        if told:
            raise serializers.ValidationError(told)
        return given


class WhatIfSerializer(serializers.Serializer):
    """`call_id` of a past call, or a made-up one: `number` dialled or `queue_id`, and what is known of the caller.

    `collected` is what a flow collected of the caller, by its names there: then the flow has chosen the queue.
    `rules` is a draft in place of all rules; without it they are as they are. `moment` is what the rules see.
    """

    call_id = serializers.UUIDField(required=False)
    number = serializers.CharField(required=False, max_length=40)
    queue_id = serializers.IntegerField(required=False, min_value=1, max_value=2**31 - 1)
    caller = serializers.CharField(required=False, max_length=40, default="", allow_blank=True)
    level = serializers.ChoiceField(choices=LEVELS, required=False)
    tags = serializers.ListField(child=serializers.CharField(max_length=80), required=False, max_length=50)
    language = serializers.ChoiceField(choices=("zh-hans", "en"), required=False)
    collected = serializers.DictField(child=serializers.CharField(max_length=80), required=False)
    moment = serializers.DateTimeField(required=False)
    is_everybody_free = serializers.BooleanField(default=False)
    rules = DraftRuleSerializer(many=True, required=False, max_length=MOST_RULES)

    def validate(self, given: dict[str, Any]) -> dict[str, Any]:
        if not {"call_id", "number", "queue_id"} & set(given):
            raise serializers.ValidationError({"number": "Give call_id, number or queue_id."})
        return given


class TrialSerializer(serializers.Serializer):
    """`rules`: each rule asked and whether it fits; a draft's rules are numbered from 1. `asked` ring at once."""

    facts = serializers.DictField()
    queue = NamedSerializer()
    rules = serializers.ListField(child=serializers.DictField())
    asks = serializers.DictField()
    asked = NamedSerializer(many=True)
    ahead = serializers.IntegerField()
    expected_seconds = serializers.FloatField(allow_null=True)
    verdicts = serializers.ListField(child=serializers.DictField())


class WhatIfView(APIView):
    """Reads only: no row is changed, nobody is rung."""

    permission_classes: list[type[BasePermission]] = [RolePermission.of(*policies.LEADERS)]

    @extend_schema(operation_id="what_if", request=WhatIfSerializer, responses=TrialSerializer)
    def post(self, request: Request) -> Response:
        given = WhatIfSerializer(data=request.data)
        given.is_valid(raise_exception=True)
        said, now = given.validated_data, timezone.now()
        facts, queue = _past(request, said) if "call_id" in said else _made_up(request, said, now)
        drafted = [_rule(place, rule) for place, rule in enumerate(said.get("rules", ()), start=1)]
        rules = drafted if "rules" in said else rules_in_use(all_rules())
        found = try_out(facts, queue, at=now, rules=rules, is_everybody_free=said["is_everybody_free"])
        return Response(TrialSerializer(_told(found)).data)


def _past(request: Request, said: dict[str, Any]) -> tuple[dict[str, Any], Queue]:
    call = queries.visible_calls(request.user).filter(pk=said["call_id"]).first()
    if call is None:
        raise CallNotFound
    facts, queue = facts_of_call(call)
    if queue is None:
        raise QueueNotFound
    return facts, queue


def _made_up(request: Request, said: dict[str, Any], now: datetime) -> tuple[dict[str, Any], Queue]:
    country = str(request.tenant.country)
    dialled = to_e164(said.get("number", ""), country) or said.get("number", "").strip()
    entry = Entry.objects.filter(number_e164=dialled).select_related("queue").first() if dialled else None
    queue = entry.queue if entry else None
    if "queue_id" in said:
        queue = Queue.objects.filter(pk=said["queue_id"]).first()
    if queue is None:
        raise QueueNotFound
    caller = to_e164(said["caller"], country) or said["caller"].strip()
    facts = caller_facts(entry.number_e164 if entry else "", caller, queue, said.get("moment", now))
    facts |= {name: said[name] for name in ("level", "tags", "language") if said.get(name)}
    if said.get("collected"):
        facts |= collected_facts(said["collected"]) | {"is_from_flow": True}
    return facts, queue


def _rule(place: int, said: dict[str, Any]) -> Rule:
    return Rule(
        id=place,
        name=said["name"],
        version=0,
        conditions=said["conditions"],
        effects=said["effects"],
        queue_id=said["queue_id"],
        is_last=said["is_last"],
    )


def _told(found: Trial) -> dict[str, Any]:
    names = {agent.pk: agent.name for agent in found.agents.values()}
    return {
        "facts": found.facts,
        "queue": {"id": found.queue.pk, "name": found.queue.name},
        "rules": found.plan["rules"],
        "asks": found.plan["asks"],
        "asked": [{"id": agent, "name": names.get(agent, "")} for agent in found.asked],
        "ahead": found.explanation.ahead_count,
        "expected_seconds": found.expected_seconds,
        "verdicts": found.verdicts,
    }
