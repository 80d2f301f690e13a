"""At entry a stay writes down what is known of its caller, which rules fit, and what the call asks for."""

from contextlib import AbstractContextManager, nullcontext
from datetime import datetime
from typing import Any

import structlog
from django.db import DatabaseError, transaction

from telephony.actions.escalation import carry_escalation
from telephony.actions.sitting import sitting
from telephony.models import Agent, Call, Queue, QueueStay, Skill
from telephony.queries.arrivals import overflow_chain
from telephony.queries.caller_facts import caller_facts, collected_facts
from telephony.queries.flow_facts import queue_sent_to
from telephony.queries.plans import Plan, active_rules, check_named, plan, plan_in
from telephony.queries.remembered import once
from telephony.queries.routes import entry_of
from telephony.routing.rules import Decision, decide, fields_of
from tenants.context import current_schema, current_tenant

__all__ = ["plan", "plan_stay"]

log = structlog.get_logger()

HIGHEST_PRIORITY = 7200


def plan_stay(stay: QueueStay, *, is_first: bool = True) -> None:
    """Fills `stay.routing` and `stay.priority`; saving them is the caller's. Rules may not choose a queue unless it
    `is_first`.

    No error in here may cost a caller the place in line: what cannot be planned is logged, and the call asks for what
    its queue asks for, at worst for nothing written at all.
    """
    try:
        with _apart():
            _plan(stay, is_first=is_first)
    except Exception as error:
        if isinstance(error, DatabaseError) and sitting() is not None:
            # Of the sitting nothing more can be written: its facts are taken again, one by one.
            raise
        log.exception(
            "A call's routing could not be planned.", tenant=current_schema(), call=str(stay.call_id)
        )
        _plan_without_rules(stay)


def _apart() -> AbstractContextManager[Any]:
    """So that what fails inside leaves the rest of the transaction fit for use."""
    return nullcontext() if sitting() is not None else transaction.atomic()


def _plan(stay: QueueStay, *, is_first: bool) -> None:
    call, queue, at = stay.call, stay.queue, stay.entered_at
    sent_to = queue_sent_to(call) if is_first else None
    entry = sent_to or (_entry_queue(call) if is_first else None)
    rules = active_rules()
    facts = caller_facts(
        call.number, call.caller_number, entry or queue, at, call_id=call.pk, language=call.language
    )
    facts |= collected_facts(call.collected, fields_of(rules)) | ({"is_from_flow": True} if sent_to else {})
    decision = decide(rules, facts, may_move=is_first)
    check_named(decision, at)
    _log_unreadable(decision)
    found = plan_in(queue, decision, facts, at=at, call_id=call.pk, priority=stay.priority)
    way = _way(stay, entry, decision, is_first)
    if sent_to and way[0]["because"] == "number":
        way[0]["because"] = "flow"
    _write(stay, facts, found, way)
    if not is_first:
        carry_escalation(stay)


def _write(stay: QueueStay, facts: dict[str, Any], found: Plan, way: list[dict[str, Any]]) -> None:
    asks = found["asks"]
    _ask_as_flow(asks, stay.routing.get("flow"))
    if stay.target_agent_id:
        # A person chose this agent: nobody else is asked, however long it takes.
        asks |= {"target_agent": stay.target_agent_id, "steps": []}
    asks["priority"] = max(-HIGHEST_PRIORITY, min(HIGHEST_PRIORITY, asks["priority"]))
    stay.priority = asks["priority"]
    stay.routing |= {
        "at": stay.entered_at.isoformat(),
        "facts": facts,
        "rules": found["rules"],
        "arrival": way,
        "last_agent": found["last_agent"],
        "asks": asks,
        "changes": [],
    }


def _ask_as_flow(asks: dict[str, Any], wanted: dict[str, Any] | None) -> None:
    """What the caller chose in a flow holds at every step; only the switch ends the wait for a chosen agent."""
    if not wanted:
        return
    if wanted["agent"] and Agent.objects.filter(pk=wanted["agent"], is_active=True).exists():
        asks |= {"target_agent": wanted["agent"], "steps": []}
    chosen = [(skill, level) for skill, level in wanted["skills"]]
    known = set(Skill.objects.filter(pk__in=[skill for skill, _level in chosen]).values_list("pk", flat=True))
    for step in (asks, *asks["steps"]):
        levels = dict(step.get("requirements", []))
        levels |= {skill: max(level, levels.get(skill, 0)) for skill, level in chosen if skill in known}
        step["requirements"] = sorted([skill, level] for skill, level in levels.items())


def _entry_queue(call: Call) -> Queue | None:
    """Where the number dialled leads by itself, before rules."""
    country = str(current_tenant().country)
    if not call.number:
        return None
    entry = once(("entry", call.number), lambda: entry_of(call.number, country), is_setting=True)
    return entry.queue if entry else None


def _way(stay: QueueStay, entry: Queue | None, decision: Decision, is_first: bool) -> list[dict[str, Any]]:
    """How the call came to this queue: by its number, by a rule, by an overflow, or moved or sent by somebody."""
    if not is_first or entry is None:
        return [{"queue": stay.queue_id, "because": "moved" if not is_first else "sent"}]
    way: list[dict[str, Any]] = [{"queue": entry.pk, "because": "number"}]
    if decision.queue_id is not None and decision.queue_id != entry.pk:
        way.append({"queue": decision.queue_id, "because": "rule", "rule": decision.queue_rule})
    if way[-1]["queue"] != stay.queue_id:
        because = "overflow" if stay.queue_id in overflow_chain(way[-1]["queue"]) else "sent"
        way.append({"queue": stay.queue_id, "because": because})
    return way


def _plan_without_rules(stay: QueueStay) -> None:
    at: datetime = stay.entered_at
    try:
        with _apart():
            found = plan_in(stay.queue, Decision(), {}, at=at, priority=stay.priority)
            _write(stay, {}, found, [{"queue": stay.queue_id, "because": "unplanned"}])
    except Exception:
        log.exception("A call is routed by its queue alone.", tenant=current_schema(), call=str(stay.call_id))


def _log_unreadable(decision: Decision) -> None:
    for entry in decision.trace:
        if entry.get("problems") or entry.get("missing"):
            log.warning(
                "A routing rule could not be asked as it is written.",
                tenant=current_schema(),
                rule=entry["rule"],
                problems=entry.get("problems", []),
                missing=entry.get("missing", []),
            )
