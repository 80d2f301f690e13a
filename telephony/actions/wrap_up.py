"""After the call: a deadline, an extension, an outcome."""

from datetime import datetime, timedelta
from uuid import UUID

from django.db import transaction

from telephony import events
from telephony.actions.agent_activity import follow_agent, locked_agent, touch_agent
from telephony.actions.callback_attempts import note_machine
from telephony.actions.story import seconds_between
from telephony.errors import (
    CallNotFound,
    DispositionNotOfThisQueue,
    NoCallHere,
    NothingToWrapUp,
    WrapUpTooLong,
)
from telephony.models import Agent, Call, Disposition, Offer, Recording
from tenants.events import emit
from tenants.people.actions import record_audit

LONGEST = timedelta(minutes=15)


@transaction.atomic
def finish_wrap_up(
    *, agent_id: int, call_id: UUID, at: datetime, disposition_id: int | None = None, note: str = ""
) -> None:
    """The agent is done with a call. Coming after the deadline it still keeps the outcome and the note."""
    if not Offer.objects.filter(call_id=call_id, agent_id=agent_id, outcome=Offer.Outcome.BRIDGED).exists():
        raise NoCallHere
    if disposition_id is not None or note:
        dispose_call(call_id=call_id, disposition_id=disposition_id, note=note, at=at, agent_id=agent_id)
    _end(agent_id, call_id, at, cause="agent")


@transaction.atomic
def end_due_wrap_up(*, agent_id: int, at: datetime) -> None:
    """The deadline has passed; told early, it does nothing."""
    agent = Agent.objects.get(pk=agent_id)
    if agent.wrap_up_until is None or agent.wrap_up_until > at or agent.wrap_up_offer_id is None:
        return
    offer = Offer.objects.get(pk=agent.wrap_up_offer_id)
    _end(agent_id, offer.call_id, agent.wrap_up_until, cause="system:wrap_up_over", now=at)


def _end(
    agent_id: int, call_id: UUID, ended_at: datetime, *, cause: str, now: datetime | None = None
) -> None:
    call = Call.objects.select_for_update(no_key=True).get(pk=call_id)
    open_ones = Offer.objects.filter(call=call, agent_id=agent_id, wrap_up_started_at__isnull=False)
    offer = open_ones.filter(wrap_up_ended_at=None).order_by("-wrap_up_started_at").first()
    if offer is None:
        return
    offer.wrap_up_ended_at = max(ended_at, offer.wrap_up_started_at)
    offer.wrap_up_seconds = seconds_between(offer.wrap_up_started_at, offer.wrap_up_ended_at)
    offer.save()
    call.wrap_up_seconds = sum(call.offers.values_list("wrap_up_seconds", flat=True))
    call.version += 1
    call.save()
    follow_agent(agent_id, at=now or ended_at, cause=cause)
    emit(events.WrapUpEnded(occurred_at=offer.wrap_up_ended_at, call_id=call_id, agent_id=agent_id))


@transaction.atomic
def extend_wrap_up(*, agent_id: int, call_id: UUID, seconds: int, at: datetime) -> None:
    """More time, up to 15 minutes from when the talk ended."""
    agent = locked_agent(agent_id)
    offer = Offer.objects.filter(pk=agent.wrap_up_offer_id, call_id=call_id).first()
    if offer is None or agent.wrap_up_until is None:
        raise NothingToWrapUp
    latest = offer.wrap_up_started_at + LONGEST
    if agent.wrap_up_until >= latest:
        raise WrapUpTooLong
    agent.wrap_up_until = min(max(agent.wrap_up_until, at) + timedelta(seconds=seconds), latest)
    touch_agent(agent, at=at)


@transaction.atomic
def dispose_call(
    *, call_id: UUID, disposition_id: int | None, note: str, at: datetime, agent_id: int | None = None
) -> None:
    """What came of the call; the last word stands, the audit log keeps the one before."""
    call = Call.objects.select_for_update(no_key=True).filter(pk=call_id).first()
    if call is None:
        raise CallNotFound
    disposition = _fitting(call, disposition_id)
    before = {"disposition": call.disposition_id, "note": bool(call.note)}
    if (call.disposition, call.note) == (disposition, note):
        return
    call.disposition, call.note, call.disposed_at = disposition, note, at
    call.version += 1
    call.save()
    Recording.objects.filter(call_id=call.pk).update(disposition=disposition)
    if disposition is not None and disposition.is_machine:
        note_machine(call_id=call.pk, at=at)
    after = {"disposition": call.disposition_id, "note": bool(note)}
    record_audit(verb="disposed", subject=call, before=before, after=after)
    emit(events.CallDisposed(occurred_at=at, call_id=call_id, agent_id=agent_id))


@transaction.atomic
def keep_left_note(
    *, call_id: UUID, agent_id: int, disposition_id: int | None, note: str, at: datetime
) -> None:
    """What an agent had typed when the wrap-up ended without them. Nothing anybody wrote is lost by it: another's
    outcome stays, and what is new is added to another's note. Raises NoCallHere.
    """
    if not Offer.objects.filter(call_id=call_id, agent_id=agent_id, outcome=Offer.Outcome.BRIDGED).exists():
        raise NoCallHere
    call = Call.objects.select_for_update(no_key=True).get(pk=call_id)
    parts = [call.note] if note.strip() in call.note else [call.note, note]
    dispose_call(
        call_id=call_id,
        disposition_id=call.disposition_id or disposition_id,
        note="\n".join(filter(None, parts)),
        at=at,
        agent_id=agent_id,
    )


def _fitting(call: Call, disposition_id: int | None) -> Disposition | None:
    if disposition_id is None:
        return None
    found = Disposition.objects.filter(pk=disposition_id, is_active=True).first()
    if found is None or found.queue_id not in (None, call.queue_id):
        raise DispositionNotOfThisQueue(field="disposition_id")
    return found
