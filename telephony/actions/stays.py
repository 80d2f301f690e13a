"""Waiting: a call enters a queue's line, is taken out of it by the switch, leaves a message."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from django.db import transaction

from telephony import events
from telephony.actions.bulk import update_rows
from telephony.actions.follow_ups import open_follow_up
from telephony.actions.following import follow_call
from telephony.actions.leg_calls import describe_call, open_call
from telephony.actions.legs import end_aside, locked_leg
from telephony.actions.routing import plan_stay
from telephony.actions.sitting import save, sitting, together
from telephony.models import Call, FollowUp, Leg, Queue, QueueStay, Voicemail
from telephony.queries.hours import is_open
from tenants.events import emit

ADOPTION = timedelta(seconds=30)
"""A stay known from the call record only is the same as one announced this much apart from it."""


@together
def queue_call(
    *,
    leg_id: UUID,
    node: str,
    queue_id: int,
    queued_at: datetime,
    priority: int,
    at: datetime,
    dialled: str = "",
    caller_number: str = "",
    caller_name: str = "",
    arrived_at: datetime | None = None,
    skills: Sequence[tuple[int, int]] = (),
    wanted_agent_id: int | None = None,
    is_in_line: bool = True,
) -> QueueStay | None:
    """A caller waits. Told again with the same `queued_at` it is the same stay: the place in line is kept.

    `is_in_line` is False of a wait that is over as far as the switch knows.
    """
    leg = locked_leg(leg_id, node=node)
    leg.kind, leg.direction = leg.kind or Leg.Kind.CALLER, leg.direction or "inbound"
    leg.created_at = leg.created_at or arrived_at
    call = open_call(leg, at=arrived_at or queued_at)
    if is_in_line:
        end_aside(leg, at)
    save(leg)
    describe_call(call, dialled=dialled, caller_number=caller_number, caller_name=caller_name)
    queue = _queue(queue_id)
    if queue is None:
        follow_call(call.pk, at)
        return None
    _stamp_by_queue(call, queue)
    wanted = _wanted_by_flow(skills, wanted_agent_id)
    stay = _stay_of(call, queue, queued_at) or _begin_stay(call, queue, queued_at, priority, wanted=wanted)
    follow_call(call.pk, at)
    return stay


def _stamp_by_queue(call: Call, queue: Queue) -> None:
    """A rule may have chosen a queue with hours of its own; what a flow or an earlier stay said stands."""
    if call.flow_version_id or call.hours_id == queue.hours_id or _stays(call):
        return
    if call.direction == Call.Direction.INBOUND:
        call.hours_id, call.is_within_hours = queue.hours_id, is_open(queue.hours_id, call.arrived_at)
        save(call)


def _stay_of(call: Call, queue: Queue, queued_at: datetime) -> QueueStay | None:
    """The stay this announcement is about: told before, or known so far from the call record only."""
    stays = _stays(call)
    found = next((stay for stay in stays if stay.entered_at == queued_at), None)
    if found is None:
        guess = next((stay for stay in stays if stay.queue_id == queue.pk and stay.is_estimated), None)
        found = guess if guess and abs(guess.entered_at - queued_at) <= ADOPTION else None
    if found and found.is_estimated:
        found.entered_at, found.is_estimated = queued_at, False
        save(found)
    return found


def _leave_for_flow(leg: Leg, at: datetime) -> None:
    call = open_call(leg, at=at)
    waited = [stay for stay in _stays(call) if stay.entered_at <= at]
    if not waited or "left_for_flow_at" in waited[-1].routing:
        return
    waited[-1].routing = {**waited[-1].routing, "left_for_flow_at": at.isoformat()}
    save(waited[-1])


def _stays(call: Call) -> list[QueueStay]:
    """In the order of entering."""
    table = sitting()
    return list(call.stays.order_by("entered_at")) if table is None else table.stays_of_call(call.pk)


def _queue(queue_id: int) -> Queue | None:
    table = sitting()
    return Queue.objects.filter(pk=queue_id).first() if table is None else table.queue(queue_id)


def _begin_stay(
    call: Call,
    queue: Queue,
    queued_at: datetime,
    priority: int,
    *,
    is_estimated: bool = False,
    wanted: dict[str, Any] | None = None,
) -> QueueStay:
    previous = next(reversed(_stays(call)), None)
    stay = QueueStay(
        call=call,
        queue=queue,
        entered_at=queued_at,
        priority=priority,
        target_agent_id=call.next_target_id if previous else None,
        sl_seconds=queue.sl_seconds,
        short_abandon_seconds=queue.short_abandon_seconds,
        is_estimated=is_estimated,
        routing=_kept_time(previous) | (wanted or {}),
    )
    if not is_estimated:
        plan_stay(stay, is_first=previous is None)
    _place(stay, call)
    emit(events.CallQueued(occurred_at=queued_at, call_id=call.pk, queue_id=queue.pk, stay_id=stay.pk))
    if previous and previous.answered_at:
        emit(
            events.CallTransferred(
                occurred_at=queued_at, call_id=call.pk, from_agent_id=previous.agent_id, to_queue_id=queue.pk
            )
        )
    return stay


def _wanted_by_flow(skills: Sequence[tuple[int, int]], agent_id: int | None) -> dict[str, Any]:
    """What the caller's flow asks for beside the queue's own terms."""
    if not skills and agent_id is None:
        return {}
    return {"flow": {"skills": [list(one) for one in skills], "agent": agent_id}}


def _place(stay: QueueStay, call: Call) -> None:
    """Others ask for the stay by its key, so its row is made at once; whom it was aimed at is used up by it."""
    table = sitting()
    if table is not None:
        table.place_stay(stay)
    else:
        stay.save()
    if call.next_target_id is None:
        return
    call.next_target_id = None
    if table is not None:
        table.save(call)
    else:
        Call.objects.filter(pk=call.pk).update(next_target=None)


def _kept_time(previous: QueueStay | None) -> dict[str, str]:
    """Moved from queue to queue without an answer, a caller keeps the place the whole wait has earned."""
    if previous is None or previous.answered_at or previous.fell_back_at:
        return {}
    return {"waiting_since": previous.waiting_since.isoformat()}


def estimate_stay(call: Call, *, queue_id: int, entered_at: datetime) -> None:
    """Only the call record speaks of this stay; adopted when the announcement still comes."""
    queue = _queue(queue_id)
    if queue and not _stays(call):
        _begin_stay(call, queue, entered_at, queue.priority, is_estimated=True)


def keep_expected_waits(stays: Sequence[QueueStay]) -> None:
    """Write `expected_wait_seconds` of these stays as they have it."""
    update_rows(stays, {"expected_wait_seconds"})


@transaction.atomic
def aim_call(*, call_id: UUID, agent_id: int | None) -> None:
    """The next stay of this call is meant for one colleague."""
    Call.objects.filter(pk=call_id).update(next_target_id=agent_id)


@together
def take_out_of_line(*, leg_id: UUID, node: str, at: datetime, reason: str = "") -> None:
    """The switch itself ended the wait, at the limit or because nobody of us was there. A flow's caller whose agent
    could not be reached goes on in the flow.
    """
    leg = locked_leg(leg_id, node=node)
    if reason == "unreached":
        _leave_for_flow(leg, at)
    else:
        _mark_fallen_back(leg, at)
    if leg.call_id:
        follow_call(leg.call_id, at)


@transaction.atomic
def keep_voicemail(
    *, leg_id: UUID, node: str, queue_id: int | None, path: str, seconds: float, at: datetime
) -> None:
    leg = locked_leg(leg_id, node=node)
    leg.kind, leg.direction = leg.kind or Leg.Kind.CALLER, leg.direction or "inbound"
    call = open_call(leg, at=at)
    _mark_fallen_back(leg, at)
    queue = Queue.objects.filter(pk=queue_id).first() if queue_id else None
    message, is_new = Voicemail.objects.get_or_create(
        call=call, defaults={"queue": queue, "path": path[:400], "seconds": seconds, "created_at": at}
    )
    follow_call(call.pk, at)
    if is_new:
        open_follow_up(kind=FollowUp.Kind.VOICEMAIL, call=call, queue=queue, at=at)
        emit(events.VoicemailKept(occurred_at=at, call_id=call.pk, voicemail_id=message.pk))


def _mark_fallen_back(leg: Leg, at: datetime) -> None:
    """The earliest telling is the true one: the message comes after the greeting."""
    leg.fell_back_at = min(leg.fell_back_at or at, at)
    save(leg)
