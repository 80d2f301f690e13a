"""The promise to call back: made once for a number and a queue, kept by `callback_attempts`, or cancelled."""

import re
import secrets
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

import structlog
from django.db import transaction
from django.utils import timezone

from telephony import events
from telephony.errors import (
    CallbackBarred,
    CallbackGone,
    CallbackImpossible,
    CallbackNotPermitted,
    CallbackRings,
    TelephonyUnreachable,
)
from telephony.models import Call, Callback, Queue, QueueStay, WaitingTerms
from telephony.orders import LookAtCallback, send_order
from telephony.queries.calling_hours import next_calling_time, waiting_terms
from telephony.queries.displays import number_to_show, refuse_outside_terms
from telephony.queries.do_not_call import is_barred
from telephony.queries.emergency import has_outside_line
from telephony.queries.expected_wait import expected_seconds, pace_of
from tenants.context import current_tenant
from tenants.errors import BadInput
from tenants.events import emit
from tenants.numbers import to_e164
from tenants.prepared import Compiled, given

log = structlog.get_logger()

State = Callback.State
SHORTEST_WINDOW = timedelta(minutes=10)
UNKNOWN_WAIT = timedelta(minutes=30)
LEFT_FOR_CALLBACK = "callback"
"""`QueueStay.routing["left_for"]` of a caller who left the line for a promise: no abandoned call."""
_DIALABLE = re.compile(r"\+[1-9][0-9]{5,14}")


@transaction.atomic
def promise_callback(
    *, call_id: UUID, queue_id: int, at: datetime, language: str, source: str = Callback.Source.QUEUE
) -> tuple[Callback, bool]:
    """(the promise, is it new) to the caller of this call, with the place the wait has earned.

    Asked again, also in another call, it is the same promise. Raises CallbackImpossible for a number that cannot be
    dialled, a queue that is closed for good, or a call nobody knows.
    """
    call = Call.objects.select_for_update(no_key=True).filter(pk=call_id, ended_at=None).first()
    queue = Queue.objects.filter(pk=queue_id, state=Queue.State.OPEN).first()
    if call is None or queue is None or not has_outside_line() or not _DIALABLE.fullmatch(call.caller_number):
        raise CallbackImpossible
    terms = waiting_terms(queue_id)
    stay = call.stays.filter(left_at=None, queue_id=queue_id).order_by("-entered_at").first()
    # Locked alike by whoever else promises something to this number.
    Queue.objects.select_for_update(no_key=True).get(pk=queue_id)
    known = Callback.objects.filter(number=call.caller_number, queue_id=queue_id, ended_at=None).first()
    callback = known or _write(call, queue, terms, stay, at=at, language=language, source=source)
    if stay is not None:
        stay.routing = {**stay.routing, "left_for": LEFT_FOR_CALLBACK}
        QueueStay.objects.filter(pk=stay.pk).update(routing=stay.routing)
    tell_of_callback(callback, at)
    return callback, known is None


def _write(
    call: Call,
    queue: Queue,
    terms: WaitingTerms,
    stay: QueueStay | None,
    *,
    at: datetime,
    language: str,
    source: str,
) -> Callback:
    if is_barred(call.caller_number):
        raise CallbackBarred
    begins = next_calling_time(queue, terms, at)
    if begins is None:
        raise CallbackImpossible
    remaining = _remaining(stay, at)
    shown = number_to_show(call.number, queue_id=queue.pk, to=call.caller_number, at=at)
    refuse_promise(shown, call.caller_number)
    return Callback.objects.create(
        origin=None if call._state.adding else call,
        source=source,
        queue=queue,
        number=call.caller_number,
        shown_number=shown if _DIALABLE.fullmatch(shown) else "",
        language="zh" if language == "zh" else "en",
        priority=stay.priority if stay else queue.priority,
        routing=_kept_plan(stay),
        waiting_since=stay.waiting_since if stay else at,
        asked_at=at,
        promised_from=begins + remaining / 2,
        promised_until=begins + max(SHORTEST_WINDOW, remaining * 2),
        not_before=begins if begins > at else None,
        max_attempts=terms.max_attempts,
        cancel_key=secrets.token_urlsafe(24),
    )


@transaction.atomic
def enter_callback(
    *, number: str, queue_id: int, at: datetime, language: str, source: str, priority: int = 0
) -> tuple[Callback, bool]:
    """By an agent or a machine: in line from now on. Raises CallbackImpossible."""
    wanted = to_e164(number, str(current_tenant().country)) or ""
    queue = Queue.objects.select_for_update(no_key=True).filter(pk=queue_id, state=Queue.State.OPEN).first()
    if queue is None or not has_outside_line() or not _DIALABLE.fullmatch(wanted):
        raise CallbackImpossible
    known = Callback.objects.filter(number=wanted, queue_id=queue_id, ended_at=None).first()
    if known is not None:
        return known, False
    entry = queue.entries.order_by("pk").first()
    made_up = Call(caller_number=wanted, number=entry.number_e164 if entry else "")
    callback = _write(made_up, queue, waiting_terms(queue_id), None, at=at, language=language, source=source)
    callback.priority += priority
    callback.save(update_fields=["priority"])
    tell_of_callback(callback, at)
    return callback, True


def refuse_promise(shown: str, number: str) -> None:
    """Nobody is promised a call that the terms of our number forbid. Raises CallbackNotPermitted."""
    try:
        refuse_outside_terms(shown, number)
    except BadInput as refusal:
        raise CallbackNotPermitted(refusal.message) from refusal


def _kept_plan(stay: QueueStay | None) -> dict[str, Any]:
    if stay is None or not stay.routing.get("asks"):
        return {}
    return {
        "asks": stay.routing["asks"],
        "kept": (stay.entered_at - stay.waiting_since).total_seconds(),
    }


def _remaining(stay: QueueStay | None, at: datetime) -> timedelta:
    """How long this caller would probably still wait."""
    if stay is None:
        return UNKNOWN_WAIT
    midnight = timezone.localtime(at).replace(hour=0, minute=0, second=0, microsecond=0)
    seconds = expected_seconds(stay, pace_of(stay.queue_id, midnight), at=at)
    return UNKNOWN_WAIT if seconds is None else timedelta(seconds=seconds)


@transaction.atomic
def cancel_callback(*, callback_id: UUID, by: str, at: datetime) -> Callback:
    """`by` is customer, agent, key or answered. Cancelled or done already, nothing happens; one whose phones ring
    is refused with CallbackRings.
    """
    callback = locked_callback(callback_id)
    if callback.ended_at:
        return callback
    if callback.state == State.RINGING:
        raise CallbackRings
    callback.state, callback.ended_at, callback.cancelled_by = State.CANCELLED, at, by
    save_callback(callback)
    tell_of_callback(callback, at)
    return callback


def close_callbacks_of(*, call_id: UUID, at: datetime) -> None:
    """The caller speaks with an agent: whatever was promised to this number in this queue is no longer owed."""
    for number, queue_id in _caller_and_queue(call=call_id):
        for callback_id in _owed(number=number, queue=queue_id):
            cancel_callback(callback_id=callback_id, by="answered", at=at)


_caller_and_queue = Compiled(
    lambda: Call.objects.filter(pk=given("call"), direction=Call.Direction.INBOUND).values_list(
        "caller_number", "queue_id"
    )
)
_owed = Compiled(
    lambda: Callback.objects.filter(
        number=given("number"), queue_id=given("queue"), state__in=(State.WAITING, State.RETRY)
    ).values_list("pk", flat=True)
)


def locked_callback(callback_id: UUID) -> Callback:
    callback = Callback.objects.select_for_update(no_key=True).filter(pk=callback_id).first()
    if callback is None:
        raise CallbackGone
    return callback


@transaction.atomic
def look_at_callback(*, callback_id: UUID, at: datetime) -> None:
    """Tells of it anew, so that the router sees what was promised elsewhere."""
    tell_of_callback(locked_callback(callback_id), at)


def save_callback(callback: Callback) -> None:
    callback.version += 1
    callback.save()


def tell_of_callback(callback: Callback, at: datetime) -> None:
    emit(events.CallbackChanged(occurred_at=at, callback_id=callback.pk))


def ask_worker_to_look(callback_id: UUID) -> None:
    """After the commit. Without Redis the worker hears of it by the switch, or when it next reads the floor."""
    try:
        send_order(LookAtCallback(callback_id=callback_id), member=None)
    except TelephonyUnreachable:
        log.warning("The worker could not be told of a callback.", callback=str(callback_id))
