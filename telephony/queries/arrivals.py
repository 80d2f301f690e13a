"""Where a caller comes to once the number has named a queue: rules, hours, limits, overflow; before anybody rings."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

import structlog
from django.db.models import Q

from telephony.models import Agent, Queue
from telephony.queries.caller_facts import caller_facts, collected_facts, waiting_in
from telephony.queries.hours import is_open
from telephony.queries.plans import active_rules
from telephony.routing.rule_check import asks_what_was_collected
from telephony.routing.rules import Rule, decide, fields_of
from tenants.context import current_schema

log = structlog.get_logger()

LONGEST_CHAIN = 10


@dataclass(frozen=True)
class Arrival:
    """`may_wait` or to leave a message; `because` is "", "closed", "hours", "full" or "nobody"."""

    queue: Queue
    may_wait: bool
    because: str = ""


@dataclass(frozen=True, kw_only=True)
class FromFlow:
    """A caller whom a flow sends to a queue: numbers in their stored spelling, what it collected but secrets."""

    number: str = ""
    caller_number: str = ""
    language: str = ""
    collected: Mapping[str, str] = field(default_factory=dict)


def arrival(queue: Queue, *, number: str, caller_number: str, at: datetime) -> Arrival:
    """A rule may choose another queue; then each queue's own terms, along the overflow until one lets them wait.

    A rule that cannot be asked, or an error in asking, leaves the number's own queue.
    """
    return settled(_by_rules(queue, number=number, caller_number=caller_number, at=at), at=at)


def arrival_from_flow(queue: Queue, caller: FromFlow, *, at: datetime) -> Arrival:
    """The flow has chosen the queue; a rule that asks what it collected may choose another."""
    return settled(_by_collected(queue, caller, at), at=at)


def standing_arrival(queue: Queue, *, at: datetime) -> Arrival:
    """The same without what changes by the minute: for the list the switch keeps for when nobody answers it."""
    because = shut(queue, at)
    return Arrival(queue, may_wait=not because, because=because)


def _by_rules(queue: Queue, *, number: str, caller_number: str, at: datetime) -> Queue:
    try:
        rules = active_rules()
        if not any(chooses_queue(rule.effects) for rule in rules):
            return queue
        return _chosen(queue, rules, caller_facts(number, caller_number, queue, at, fields=fields_of(rules)))
    except Exception:
        log.exception("The routing rules could not be asked at a call's arrival.", tenant=current_schema())
        return queue


def _by_collected(queue: Queue, caller: FromFlow, at: datetime) -> Queue:
    try:
        rules = active_rules()
        if not any(
            chooses_queue(rule.effects) and asks_what_was_collected(rule.conditions) for rule in rules
        ):
            return queue
        asked = fields_of(rules)
        facts = caller_facts(
            caller.number, caller.caller_number, queue, at, fields=asked, language=caller.language
        )
        return _chosen(
            queue, rules, facts | collected_facts(caller.collected, asked) | {"is_from_flow": True}
        )
    except Exception:
        log.exception("The routing rules could not be asked on a flow's way.", tenant=current_schema())
        return queue


def _chosen(queue: Queue, rules: list[Rule], facts: Mapping[str, Any]) -> Queue:
    chosen = decide(rules, facts).queue_id
    if chosen is None or chosen == queue.pk:
        return queue
    return Queue.objects.filter(pk=chosen).first() or queue


def chooses_queue(effects: object) -> bool:
    if not isinstance(effects, list):
        return False
    return any(isinstance(effect, dict) and effect.get("do") == "queue" for effect in effects)


def settled(queue: Queue, *, at: datetime) -> Arrival:
    """Follow the overflow from here. It ends where somebody may wait, where it is shut, or where it would turn back.

    There a full queue takes a message, and one without anybody signed in lets callers wait.
    """
    seen: set[int] = set()
    while True:
        seen.add(queue.pk)
        because = shut(queue, at)
        if because:
            return Arrival(queue, may_wait=False, because=because)
        limit, because = _limit(queue, at)
        if limit == Queue.Limit.WAIT:
            return Arrival(queue, may_wait=True)
        if limit == Queue.Limit.VOICEMAIL:
            return Arrival(queue, may_wait=False, because=because)
        after = queue.overflow_queue
        if after is None or after.pk in seen or len(seen) >= LONGEST_CHAIN or shut(after, at):
            return Arrival(queue, may_wait=because == "nobody", because=because)
        queue = after


def shut(queue: Queue, at: datetime) -> str:
    if queue.state != Queue.State.OPEN:
        return "closed"
    return "" if is_open(queue.hours_id, at) else "hours"


def _limit(queue: Queue, at: datetime) -> tuple[str, str]:
    """What is to happen, and which limit says so; asked of the rows only where it would change anything."""
    if queue.when_nobody != Queue.Limit.WAIT and not anybody_signed_in(queue, at):
        return queue.when_nobody, "nobody"
    is_limited = queue.max_waiting is not None and queue.when_full != Queue.Limit.WAIT
    if is_limited and waiting_in(queue.pk) >= (queue.max_waiting or 0):
        return queue.when_full, "full"
    return Queue.Limit.WAIT, ""


def anybody_signed_in(queue: Queue, at: datetime) -> bool:
    """An agent who takes calls of this queue is online, ready or not."""
    places = queue.queue_agents.filter(Q(until=None) | Q(until__gt=at), agent__is_active=True)
    return places.filter(agent__presence=Agent.Presence.ONLINE).exists()


def overflow_chain(queue_id: int) -> list[int]:
    """The queues behind this one, nearest first, without coming back."""
    found: list[int] = []
    after = dict(Queue.objects.exclude(overflow_queue=None).values_list("pk", "overflow_queue_id"))
    while (queue_id := after.get(queue_id, 0)) and queue_id not in found:
        found.append(queue_id)
    return found
