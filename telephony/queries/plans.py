"""What the rules and a queue's terms ask for a caller: a real one at entry, a made-up one on the what-if page."""

from collections.abc import Iterable
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from django.db.models import Exists, OuterRef, Q, QuerySet
from django.utils import timezone

from telephony.models import (
    Agent,
    GroupMember,
    Queue,
    QueueAgent,
    QueueSkill,
    QueueStep,
    RoutingRule,
    Skill,
    VirtualNumber,
)
from telephony.queries.caller_facts import last_agent_of
from telephony.queries.remembered import once
from telephony.queries.suitability import scores_of
from telephony.routing.asking import Remembered, Terms, Widening, asks_of
from telephony.routing.rules import Decision, Person, Rule, decide
from tenants.prepared import Compiled, answers, given

Plan = dict[str, Any]
MASKED_SECONDS = 20
"""So long an agent whose virtual number was dialled is asked alone, where the queue says nothing of it."""


def active_rules() -> list[Rule]:
    """All rules in use, in the order they are asked."""
    return once("rules", lambda: [rule_of(row) for row in _rules_in_use()], is_setting=True)


def rule_of(row: RoutingRule) -> Rule:
    return Rule(
        id=row.pk,
        name=row.name,
        version=row.version,
        conditions=row.conditions,
        effects=row.effects,
        queue_id=row.queue_id,
        is_last=row.is_last,
    )


def plan(
    facts: dict[str, Any],
    queue: Queue,
    *,
    at: datetime | None = None,
    rules: Iterable[Rule] | None = None,
    may_move: bool = True,
    call_id: UUID | None = None,
) -> Plan:
    """`{"queue", "rules", "asks", "last_agent"}` for these facts; `queue` is where the caller comes to.

    A rule may choose another queue when `may_move`: the asks are then that queue's. `at` is now unless given.
    """
    moment = at or timezone.now()
    decision = decide(active_rules() if rules is None else rules, facts, may_move=may_move)
    check_named(decision, moment)
    if decision.queue_id is not None and decision.queue_id != queue.pk:
        queue = Queue.objects.get(pk=decision.queue_id)
    return plan_in(queue, decision, facts, at=moment, call_id=call_id)


def plan_in(
    queue: Queue,
    decision: Decision,
    facts: dict[str, Any],
    *,
    at: datetime,
    call_id: UUID | None = None,
    priority: int | None = None,
) -> Plan:
    """What this queue asks once the rules have spoken. `priority` is the queue's own unless given."""
    terms = terms_of(queue, at)
    last = masked_agent(queue, str(facts.get("number") or ""), at) or last_agent(
        queue, str(facts.get("caller_number") or ""), at, but_call=call_id
    )
    is_asked = last is not None and last["why_not"] == ""
    alone = queue.sticky_seconds or MASKED_SECONDS
    remembered = Remembered(last["agent"], alone) if last and is_asked else None
    own = queue.priority if priority is None else priority
    asks = asks_of(terms, decision, priority=own + decision.priority, remembered=remembered)
    if queue.is_scored:
        asks["scores"] = scores_of(queue.pk, asks, facts, at)
    return {"queue": queue.pk, "rules": decision.trace, "asks": asks, "last_agent": last}


def terms_of(queue: Queue, at: datetime) -> Terms:
    """A step's group without agents at that moment is nobody's: everyone is asked."""
    return once(("terms", queue.pk), lambda: _terms_of(queue, at), is_setting=True)


def _terms_of(queue: Queue, at: datetime) -> Terms:
    skills, steps = answers(_skills_asked.asking(queue=queue.pk), _steps.asking(queue=queue.pk, at=at))
    return Terms(
        queue_id=queue.pk,
        strategy=queue.strategy,
        together=queue.ring_group_size if queue.strategy == Queue.Strategy.RING_GROUP else 1,
        required=tuple((skill, level) for skill, level, is_preferred in skills if not is_preferred),
        preferred=tuple((skill, level) for skill, level, is_preferred in skills if is_preferred),
        widenings=tuple(
            Widening(after=after, group_id=group if is_manned else None, level_drop=drop, queue_id=other)
            for after, group, drop, other, is_manned in steps
        ),
    )


def masked_agent(queue: Queue, number: str, at: datetime) -> dict[str, Any] | None:
    """As `last_agent`, with "is_theirs": whose virtual number was dialled. Who calls it back means that agent."""
    agents = once("virtual numbers", _virtual_numbers, is_setting=True)
    agent_id = agents.get(number)
    if agent_id is None:
        return None
    agent = Agent.objects.filter(pk=agent_id).first()
    return {"agent": agent_id, "is_theirs": True, "why_not": _why_not(queue, agent, at)}


def _virtual_numbers() -> dict[str, int]:
    return dict(_virtual())


def last_agent(
    queue: Queue, caller_number: str, at: datetime, *, but_call: UUID | None = None
) -> dict[str, Any] | None:
    """`{"agent", "answered_at", "why_not"}` of the last talk within the queue's days; None without one.

    `why_not` is "" when the agent is to be asked first, else "gone", "offline" or "not_in_queue".
    """
    if not queue.sticky_days or not caller_number:
        return None
    found = last_agent_of(caller_number, since=at - timedelta(days=queue.sticky_days), but_call=but_call)
    if found is None:
        return None
    agent_id, answered_at = found
    agent = Agent.objects.filter(pk=agent_id, is_active=True).first()
    return {"agent": agent_id, "answered_at": answered_at.isoformat(), "why_not": _why_not(queue, agent, at)}


def _why_not(queue: Queue, agent: Agent | None, at: datetime) -> str:
    if agent is None or not agent.is_active:
        return "gone"
    if agent.presence != Agent.Presence.ONLINE:
        return "offline"
    return "" if _has_place(queue.pk, agent.pk, at) else "not_in_queue"


def _has_place(queue_id: int, agent_id: int, at: datetime) -> bool:
    places = QueueAgent.objects.filter(queue_id=queue_id, agent_id=agent_id)
    return places.filter(Q(until=None) | Q(until__gt=at)).exists()


def check_named(decision: Decision, at: datetime) -> None:
    """What a rule names and is no longer there is left out, and its rule's line in the trace says so under `missing`.

    Nobody waits for a group that was deleted, or has no agents any more.
    """
    queue_id, group, agent = decision.queue_id, decision.group, decision.agent
    if queue_id is not None and not Queue.objects.filter(pk=queue_id).exists():
        _miss(decision, decision.queue_rule, "queue_id", queue_id)
        decision.queue_id = None
    if group is not None and not _places(at).filter(group_id=group.id).exists():
        _miss_person(decision, group, "group_id")
        decision.group = None
    if agent is not None and not Agent.objects.filter(pk=agent.id, is_active=True).exists():
        _miss_person(decision, agent, "agent_id")
        decision.agent = None
    if decision.skills:
        there = set(Skill.objects.filter(pk__in=list(decision.skills)).values_list("pk", flat=True))
        for skill_id in set(decision.skills) - there:
            _miss(decision, decision.skills.pop(skill_id).rule, "skill_id", skill_id)


def _places(at: datetime) -> QuerySet[GroupMember]:
    """Who is in a group at that moment and may take calls."""
    return GroupMember.objects.filter(Q(until=None) | Q(until__gt=at), agent__is_active=True)


def _steps_with_places() -> QuerySet[Any, Any]:
    places = _places(given("at")).filter(group_id=OuterRef("group_id"))
    steps = QueueStep.objects.filter(queue_id=given("queue")).annotate(is_manned=Exists(places))
    return steps.order_by("after_seconds").values_list(
        "after_seconds", "group_id", "level_drop", "with_queue_id", "is_manned"
    )


_rules_in_use = Compiled(lambda: RoutingRule.objects.filter(is_active=True).order_by("position", "pk"))
_virtual = Compiled(lambda: VirtualNumber.objects.values_list("number_e164", "agent_id"))
_skills_asked = Compiled(
    lambda: QueueSkill.objects.filter(queue_id=given("queue")).values_list(
        "skill_id", "min_level", "is_preferred"
    )
)
_steps = Compiled(_steps_with_places)


def _miss_person(decision: Decision, person: Person, key: str) -> None:
    _miss(decision, person.rule, key, person.id)


def _miss(decision: Decision, rule_id: Any, key: str, value: int) -> None:
    for entry in decision.trace:
        if entry["rule"] == rule_id:
            entry.setdefault("missing", []).append({key: value})
