"""After the call: a deadline, an extension, an outcome."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from uuid import UUID

from django.db import transaction
from django.db.models import F

from telephony import events
from telephony.actions.agent_activity import follow_agent, locked_agent, touch_agent
from telephony.actions.callback_attempts import note_machine
from telephony.actions.sitting import Sitting, one_sitting, save
from telephony.actions.story import seconds_between
from telephony.errors import (
    CallNotFound,
    DispositionNotOfThisQueue,
    NoCallHere,
    NothingToWrapUp,
    WrapUpTooLong,
)
from telephony.models import Call, Disposition, Offer, Recording
from tenants.events import emit
from tenants.people.actions import record_audit
from tenants.prepared import Compiled, given

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
    with one_sitting() as table:
        table.read((), [call_id])
        _end(table, agent_id, call_id, at, cause="agent", now=at)


def end_due_wrap_up(*, agent_id: int, at: datetime) -> None:
    """The deadline has passed; told early, it does nothing."""
    end_due_wrap_ups(agent_ids=[agent_id], at=at)


def end_due_wrap_ups(*, agent_ids: Sequence[int], at: datetime) -> None:
    """Of several, in one sitting."""
    found = _offers_in_wrap_up(agents=list(agent_ids), at=at)
    if not found:
        return
    with one_sitting() as table:
        table.read((), [call_id for _agent_id, _offer_id, call_id in found])
        for agent_id, offer_id, call_id in found:
            agent = table.agent(agent_id)
            # Read again behind the lock: the agent may be done, or have been given more time.
            until = agent.wrap_up_until
            if agent.wrap_up_offer_id == offer_id and until is not None and until <= at:
                _end(table, agent_id, call_id, until, cause="system:wrap_up_over", now=at)


_offers_in_wrap_up = Compiled(
    lambda: Offer.objects.filter(
        pk=F("agent__wrap_up_offer_id"),
        agent_id__among=given("agents"),
        agent__wrap_up_until__lte=given("at"),
    ).values_list("agent_id", "pk", "call_id")
)


def _end(
    table: Sitting, agent_id: int, call_id: UUID, ended_at: datetime, *, cause: str, now: datetime
) -> None:
    call, offers = table.call(call_id), table.offers_of_call(call_id)
    own = [offer for offer in offers if offer.agent_id == agent_id and offer.wrap_up_started_at]
    wrapping = [offer for offer in own if offer.wrap_up_ended_at is None]
    offer = max(wrapping, key=lambda one: one.wrap_up_started_at, default=None)
    if call is None or offer is None:
        return
    offer.wrap_up_ended_at = max(ended_at, offer.wrap_up_started_at)
    offer.wrap_up_seconds = seconds_between(offer.wrap_up_started_at, offer.wrap_up_ended_at)
    call.wrap_up_seconds = sum(one.wrap_up_seconds for one in offers)
    call.version += 1
    save(offer)
    save(call)
    follow_agent(agent_id, at=now, cause=cause)
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
