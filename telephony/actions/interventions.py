"""People and triggers step in while a call waits: what it asks for changes, its place in time does not.

Each act rewrites `stay.priority` or `stay.routing["asks"]`, appends to `stay.routing["changes"]`, is audited and tells
`StayChanged`; the worker, another process, is told by an order. A pulled or escalated call never hangs on one agent or
one group: after a while it asks again for what it asked before.
"""

import math
from datetime import datetime
from functools import partial
from typing import Any
from uuid import UUID

import structlog
from django.db import transaction

from telephony import events
from telephony.actions.narrowing import ask_for_a_while, only_agent
from telephony.errors import (
    AgentNotFound,
    AgentNotReady,
    AlreadyInQueue,
    CallIsRinging,
    CallNotFound,
    CallWaitsNoLonger,
    PriorityOutOfRange,
    QueueClosed,
    QueueNotFound,
    TelephonyUnreachable,
)
from telephony.models import Agent, Call, Queue, QueueStay
from telephony.orders import LookAtStay, Redirect, send_order
from telephony.queries.devices import device_to_ring
from telephony.queries.queues import waiting_stays
from tenants.context import current_schema, enter
from tenants.events import emit
from tenants.people.actions import record_audit

log = structlog.get_logger()

MOST_SECONDS = 3600
PULL_MARGIN = 5.0
"""Seconds beyond one ring of the phone after which a pulled call that nobody took is everybody's again."""


@transaction.atomic
def pull_call(*, call_id: UUID, to_agent_id: int, at: datetime, by: str = "") -> QueueStay:
    """Give a waiting call to one agent who is free now, whatever their queues and skills.

    Raises CallNotFound, CallWaitsNoLonger, CallIsRinging, AgentNotFound, AgentNotReady.
    """
    stay = waiting_stay(call_id)
    agent = _free_agent(to_agent_id)
    change = {"what": "pulled", "agent": agent.pk, "agent_name": agent.name}
    seconds = stay.queue.offer_seconds + PULL_MARGIN
    ask_for_a_while(stay, at, seconds, only_agent(agent.pk))
    return keep_change(stay, change, at=at, by=by, verb="pulled the call to an agent")


@transaction.atomic
def reprioritise_call(*, call_id: UUID, seconds: int, at: datetime, by: str = "") -> QueueStay:
    """Give `seconds` of waiting for free (take them, when negative), in place of what was given before.

    Raises CallNotFound, CallWaitsNoLonger, CallIsRinging, PriorityOutOfRange.
    """
    if not -MOST_SECONDS <= seconds <= MOST_SECONDS:
        raise PriorityOutOfRange(field="seconds")
    return _give_seconds(waiting_stay(call_id), seconds, "reprioritised", at=at, by=by)


@transaction.atomic
def move_call_to_front(*, call_id: UUID, at: datetime, by: str = "") -> QueueStay:
    """Make the call the next one for every agent who suits it. Raises as `reprioritise_call`."""
    stay = waiting_stay(call_id)
    return _give_seconds(stay, seconds_to_front(stay), "next", at=at, by=by)


def seconds_to_front(stay: QueueStay) -> int:
    """The priority with which nobody who waits in this tenant comes before this call; never less than it has."""
    others = waiting_stays().exclude(pk=stay.pk).only("entered_at", "priority", "routing")
    needed = ((stay.waiting_since - other.waiting_since).total_seconds() + other.priority for other in others)
    return max([stay.priority, *(math.floor(seconds) + 1 for seconds in needed)])


def redirect_call(*, call_id: UUID, queue_id: int, at: datetime, by: str = "") -> QueueStay:
    """Let a waiting call wait in another queue, with the time it has waited. The switch moves it, and says so.

    Raises CallNotFound, CallWaitsNoLonger, CallIsRinging, QueueNotFound, QueueClosed, AlreadyInQueue, and
    TelephonyUnreachable when no worker could move it; then nothing has changed.
    """
    stay = waiting_stay(call_id)
    queue = Queue.objects.filter(pk=queue_id).first()
    if queue is None:
        raise QueueNotFound
    if queue.pk == stay.queue_id:
        raise AlreadyInQueue
    if queue.state != Queue.State.OPEN:
        raise QueueClosed
    send_order(Redirect(call_id=call_id, queue_id=queue.pk), member=None)
    change = {"what": "redirected", "queue": queue.pk, "queue_name": queue.name}
    return _note_move(stay.pk, change, at=at, by=by)


@transaction.atomic
def _note_move(stay_id: int, change: dict[str, Any], *, at: datetime, by: str) -> QueueStay:
    """Under the call's lock: the worker may be writing the end of this stay at the same moment."""
    stay = QueueStay.objects.select_related("queue").get(pk=stay_id)
    stay.call = Call.objects.select_for_update(no_key=True).get(pk=stay.call_id)
    stay.refresh_from_db(fields=["routing"])
    write_change(stay, change, at=at, by=by, verb="redirected the call")
    return stay


def waiting_stay(call_id: UUID) -> QueueStay:
    """The open stay of a call that waits and rings nobody, its call locked while in a transaction.

    Raises CallNotFound, CallWaitsNoLonger, CallIsRinging.
    """
    calls = Call.objects.filter(pk=call_id)
    if transaction.get_connection().in_atomic_block:
        calls = calls.select_for_update(no_key=True)
    call = calls.first()
    if call is None:
        raise CallNotFound
    open_stays = call.stays.filter(left_at=None).select_related("queue", "call")
    stay = open_stays.order_by("-entered_at").first()
    if stay is None or call.ended_at is not None:
        raise CallWaitsNoLonger
    ringing = call.offers.filter(ended_at=None, answered_at=None).select_related("agent").first()
    if ringing is not None:
        raise CallIsRinging(agent=ringing.agent.name)
    return stay


@transaction.atomic
def tell_of_stay(*, call_id: UUID, at: datetime) -> None:
    """Another process changed what the call asks for: here, too, it is news."""
    stay = QueueStay.objects.filter(call_id=call_id, left_at=None).order_by("-entered_at").first()
    if stay is not None:
        emit(events.StayChanged(occurred_at=at, call_id=call_id, stay_id=stay.pk))


def _free_agent(agent_id: int) -> Agent:
    agent = Agent.objects.filter(pk=agent_id, is_active=True).first()
    if agent is None:
        raise AgentNotFound
    if not agent.can_take_calls or device_to_ring(agent_id) is None:
        raise AgentNotReady
    return agent


def _give_seconds(stay: QueueStay, seconds: int, what: str, *, at: datetime, by: str) -> QueueStay:
    change = {"what": what, "seconds": seconds, "before": stay.priority}
    stay.priority = seconds
    return keep_change(stay, change, at=at, by=by, verb="changed the priority of the call")


def keep_change(stay: QueueStay, change: dict[str, Any], *, at: datetime, by: str, verb: str) -> QueueStay:
    """Write the change down and tell it, here and to the worker."""
    if "asks" in stay.routing:
        stay.routing["asks"]["priority"] = stay.priority
    write_change(stay, change, at=at, by=by, verb=verb)
    emit(events.StayChanged(occurred_at=at, call_id=stay.call_id, stay_id=stay.pk))
    transaction.on_commit(partial(_tell_worker, current_schema(), stay.call_id))
    return stay


def write_change(stay: QueueStay, change: dict[str, Any], *, at: datetime, by: str, verb: str) -> None:
    """Into the stay's routing, and into the audit log."""
    stay.routing.setdefault("changes", []).append({"at": at.isoformat(), "by": by} | change)
    stay.save(update_fields=["priority", "routing"])
    record_audit(verb=verb, subject=stay.call, after=change, reason=change.get("trigger", ""))


def _tell_worker(schema_name: str, call_id: UUID) -> None:
    """Without a worker nothing is lost: it reads the rows when it starts."""
    try:
        with enter(schema_name):
            send_order(LookAtStay(call_id=call_id), member=None)
    except TelephonyUnreachable:
        log.info("A waiting call was changed while no telephony worker listened.", tenant=schema_name)
