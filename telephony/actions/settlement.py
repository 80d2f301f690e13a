"""The switch's own call record is the last truth of a leg, and the bill is made of it."""

import math
from datetime import datetime
from uuid import UUID

from telephony import events
from telephony.actions.agent_activity import follow_phone
from telephony.actions.following import follow_call
from telephony.actions.leg_calls import describe_call, known_call, known_offer, open_call
from telephony.actions.legs import locked_leg
from telephony.actions.listening import follow_ear
from telephony.actions.recordings import find_recording
from telephony.actions.sitting import save, sitting, together
from telephony.actions.stays import estimate_stay
from telephony.actions.story import LOST
from telephony.facts import Direction, LegSettled
from telephony.models import Agent, Call, Device, Leg, Offer
from telephony.text import plain_line
from tenants.billing.actions import SettledLeg, charge_legs
from tenants.context import current_schema
from tenants.events import emit


class RecordStandsAlone(Exception):
    """What this record needs is not among the rows of a sitting: it is to be settled by itself."""


@together
def settle_leg(*, record: LegSettled, at: datetime) -> None:
    """Write the record over what events said, and charge for it in the same transaction.

    Idempotent by leg. Raises RecordStandsAlone in a sitting that does not fit.
    """
    leg = locked_leg(record.leg_id, node=record.node)
    if leg.settled_at:
        return
    _write_record(leg, record, at)
    call_id = _call_of(leg, record)
    save(leg)
    follow_ear(leg, at=at)
    if call_id is not None:
        story = follow_call(call_id, at)
        follow_phone(leg, story.offers, at=at)
        offer = next((offer for offer in story.offers if offer.pk == leg.pk), None)
        if offer:
            find_recording(offer, at=record.ended_at)
    _charge(leg)
    emit(events.LegWasSettled(occurred_at=at, call_id=call_id, leg_id=leg.pk))


def _write_record(leg: Leg, record: LegSettled, at: datetime) -> None:
    leg.node = record.node
    leg.direction = str(record.direction)
    leg.created_at, leg.answered_at, leg.ended_at = record.created_at, record.answered_at, record.ended_at
    leg.bridged_at = leg.bridged_at or record.bridged_at
    leg.bridged_to = leg.bridged_to or record.other_leg_id
    leg.cause, leg.is_estimated = record.cause[:64], False
    # The record is on disk before its event is told: who hung up must not depend on which is read first.
    leg.ended_by = leg.ended_by or (str(record.by) if record.by else "")
    leg.billable_seconds, leg.settled_at = record.billable_seconds, at
    leg.is_outside = record.is_outside
    leg.number = leg.number or plain_line(record.dialled, 64)
    leg.other_number = leg.other_number or plain_line(record.caller_number, 64)


def _call_of(leg: Leg, record: LegSettled) -> UUID | None:
    """The call the leg belongs to; made from the record alone when no event was heard."""
    if record.offer_id == record.leg_id or known_offer(leg.pk) is not None:
        return _call_of_offer(leg, record)
    if record.direction == Direction.INBOUND:
        return _call_of_caller(leg, record)
    leg.kind = leg.kind or Leg.Kind.EXTERNAL
    if leg.call_id is None:
        leg.call_id = known_call(record.call_id)
    return leg.call_id


def _call_of_caller(leg: Leg, record: LegSettled) -> UUID:
    leg.kind = leg.kind or Leg.Kind.CALLER
    call = open_call(leg, at=record.created_at)
    describe_call(
        call, dialled=record.dialled, caller_number=record.caller_number, caller_name=record.caller_name
    )
    if record.queue_id:
        estimate_stay(call, queue_id=record.queue_id, entered_at=record.answered_at or record.created_at)
    return call.pk


def _call_of_offer(leg: Leg, record: LegSettled) -> UUID | None:
    offer = known_offer(leg.pk) or _offer_of_record(record)
    if offer is None:
        return None
    leg.kind, leg.call_id, leg.agent_id = Leg.Kind.AGENT, offer.call_id, offer.agent_id
    return offer.call_id


def _offer_of_record(record: LegSettled) -> Offer | None:
    """An offer whose row is missing (a database restored to an earlier moment).

    Made again from its record.
    """
    if sitting() is not None:
        raise RecordStandsAlone
    agent = Agent.objects.filter(pk=record.agent_id).first()
    call = Call.objects.filter(pk=record.call_id).first() if record.call_id else None
    if agent is None or call is None:
        return None
    return Offer.objects.create(
        id=record.leg_id,
        call=call,
        agent=agent,
        stay=call.stays.order_by("-entered_at").first(),
        offered_at=record.created_at,
        expires_at=record.ended_at,
        ended_at=record.ended_at,
    )


@together
def lose_leg(*, leg_id: UUID, node: str, at: datetime) -> None:
    """The switch no longer knows this leg and never told its end: ended by the last evidence, as an estimate.

    A record that still comes corrects it.
    """
    leg = locked_leg(leg_id, node=node)
    if leg.ended_at:
        return
    leg.ended_at = max(filter(None, (at, leg.created_at, leg.answered_at)))
    leg.cause, leg.is_estimated = LOST, True
    offer = known_offer(leg_id)
    leg.is_outside = offer is not None and offer.rang == Device.Kind.NUMBER
    if leg.answered_at:
        leg.billable_seconds = math.ceil((leg.ended_at - leg.answered_at).total_seconds())
    save(leg)
    follow_ear(leg, at=at)
    if leg.call_id:
        follow_phone(leg, follow_call(leg.call_id, at).offers, at=at)


@together
def charge_estimate(*, leg_id: UUID, node: str) -> None:
    """A leg that died with its switch, which will write no record of it."""
    leg = locked_leg(leg_id, node=node)
    if leg.is_estimated and leg.settled_at is None:
        _charge(leg)


def _charge(leg: Leg) -> None:
    """Callers' legs that were answered and legs to the outside are usage, agents' own numbers there too; their phones
    are not.
    """
    is_outside = leg.kind == Leg.Kind.EXTERNAL or leg.is_outside
    if not (is_outside or leg.kind == Leg.Kind.CALLER) or leg.answered_at is None:
        return
    call = _call(leg)
    ours = leg.number or (call.number if call else "")
    theirs = leg.other_number or (call.caller_number if call else "")
    if is_outside:
        # Here the number dialled is the other side's, and a bill goes by where the call went.
        ours, theirs = theirs, ours
    settled = SettledLeg(
        leg_id=leg.pk,
        node=leg.node,
        direction=leg.direction,
        number=ours,
        other_number=theirs,
        answered_at=leg.answered_at,
        ended_at=leg.ended_at,
        billable_seconds=leg.billable_seconds or 0,
        is_estimated=leg.is_estimated,
    )
    table = sitting()
    if table is None:
        charge_all([settled])
    else:
        table.later(charge_all, settled)


def _call(leg: Leg) -> Call | None:
    table = sitting()
    return leg.call if table is None or leg.call_id is None else table.call(leg.call_id)


def charge_all(legs: list[SettledLeg]) -> None:
    """In the same transaction as what says that they are settled."""
    charge_legs(legs, tenant_schema=current_schema())
