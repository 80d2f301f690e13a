"""What would become of a call: rules, asks and agents worked out as for a real one. Reads only; nothing is written."""

from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

from django.utils import timezone

from telephony.models import Agent, Call, Entry, Queue, RoutingRule
from telephony.queries.caller_facts import caller_facts, collected_facts
from telephony.queries.devices import has_phone
from telephony.queries.flow_facts import queue_sent_to
from telephony.queries.plans import plan, rule_of
from telephony.queries.queues import waiting_stays
from telephony.queries.routables import Load, agents_as_routed, loads, routable, work_from, work_of
from telephony.queries.waiting import FREE, UNSUITED, handle_seconds
from telephony.routing import Assignment, Availability, Explanation, Outcome, Router
from telephony.routing.expectation import expected_wait
from telephony.routing.rules import Rule

TRIED = 0
"""The work's id in a trial: no stay has it."""


@dataclass(frozen=True)
class Trial:
    """What would happen at `at`. `asked` ring at once (none: it waits), `expected_seconds` as for a waiting call."""

    facts: dict[str, Any]
    queue: Queue
    plan: dict[str, Any]
    explanation: Explanation
    verdicts: list[dict[str, Any]]
    asked: tuple[int, ...]
    expected_seconds: float | None
    agents: dict[int, Agent]


def all_rules() -> list[RoutingRule]:
    """In use or not, in the order they are asked."""
    return list(RoutingRule.objects.select_related("queue").order_by("position", "pk"))


def rules_in_use(rows: Iterable[RoutingRule]) -> list[Rule]:
    return [rule_of(row) for row in rows if row.is_active]


def facts_of_call(call: Call) -> tuple[dict[str, Any], Queue | None]:
    """What was known when the call came (what its first stay wrote down, else what is known today), all its flow
    collected, and where its flow or its number leads.
    """
    entry = Entry.objects.filter(number_e164=call.number).select_related("queue").first()
    stay = call.stays.select_related("queue").order_by("entered_at").first()
    sent_to = queue_sent_to(call)
    queue = sent_to or (entry.queue if entry else (stay.queue if stay else call.queue))
    kept = stay.routing.get("facts") if stay else None
    collected = collected_facts(call.collected) | ({"is_from_flow": True} if sent_to else {})
    if kept:
        return kept | collected, queue
    told = caller_facts(call.number, call.caller_number, queue, call.arrived_at, language=call.language)
    return told | collected, queue


def try_out(
    facts: dict[str, Any], queue: Queue, *, at: datetime, rules: list[Rule], is_everybody_free: bool = False
) -> Trial:
    """`at` is now for the agents and the line; the facts say which day and time the rules see.

    With `is_everybody_free` everyone who may take calls counts as free, and nobody waits.
    """
    found = plan(facts, queue, at=at, rules=rules)
    to = queue if found["queue"] == queue.pk else Queue.objects.get(pk=found["queue"])
    midnight = timezone.localtime(at).replace(hour=0, minute=0, second=0, microsecond=0)
    agents = {agent.pk: agent for agent in agents_as_routed(at)}
    router = _router(agents, midnight, at, is_everybody_free=is_everybody_free)
    asks = found["asks"]
    work = work_from(asks, TRIED, to.pk, at, float(asks["priority"]))
    made = router.work_arrived(work, at.timestamp())
    told = router.explain(TRIED, at.timestamp(), most=max(100, len(agents)))
    assert told is not None, "A work that has just arrived is known."
    return Trial(
        facts=facts,
        queue=to,
        plan=found,
        explanation=told,
        verdicts=_verdicts(made, told),
        asked=tuple(told.agents),
        expected_seconds=_expected(told, handle_seconds(midnight).get(to.pk)),
        agents=agents,
    )


def _router(agents: dict[int, Agent], midnight: datetime, at: datetime, *, is_everybody_free: bool) -> Router:
    """As the floor is now: who waits has been given whom they can be given."""
    router, load = Router(keeps_inputs=True), loads(midnight, at)
    for agent in agents.values():
        seen = routable(agent, load.get(agent.pk, Load()), at)
        if is_everybody_free:
            seen = replace(seen, idle_since=agent.idle_since.timestamp())
        router.put_agent(seen)
        if not is_everybody_free and not (agent.is_ready and has_phone(agent)):
            router.agent_became_busy(agent.pk, Availability.NOT_READY)
    if not is_everybody_free:
        for stay in waiting_stays().select_related("queue").prefetch_related("queue__queue_skills"):
            router.work_arrived(work_of(stay), at.timestamp())
    router.tick(at.timestamp())
    return router


def _verdicts(made: Assignment | None, told: Explanation) -> list[dict[str, Any]]:
    """As they were just before anybody was reserved: the next ones stand in their order, with what decided."""
    if made is not None and made.inputs is not None:
        return list(made.inputs["match"]["candidates"])
    return [verdict.as_dict() for verdict in told.verdicts]


def _expected(told: Explanation, handle: float | None) -> float | None:
    if told.agents:
        return 0.0
    suited = [verdict for verdict in told.verdicts if verdict.outcome.value not in UNSUITED]
    working = [verdict for verdict in suited if verdict.outcome is not Outcome.NOT_READY]
    free = sum(1 for verdict in working if verdict.outcome in FREE)
    return expected_wait(
        position=told.ahead_count + 1, free=free, working=len(working), handle_seconds=handle
    )
