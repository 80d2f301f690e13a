"""What the switch says of legs, written down.

Each fact its own field, first telling wins, the call record corrects.
"""

from datetime import datetime
from typing import Any
from uuid import UUID

from django.db import transaction

from telephony import conversations
from telephony.actions.agent_activity import follow_phone
from telephony.actions.following import follow_call
from telephony.actions.leg_calls import describe, known_call, known_offer, open_call
from telephony.actions.listening import become_talk, follow_ear
from telephony.actions.sitting import save, sitting, together
from telephony.actions.story import earliest
from telephony.facts import HeldWhy
from telephony.models import Call, Device, Leg
from telephony.text import plain_line


@together
def take_call(
    *,
    leg_id: UUID,
    node: str,
    at: datetime,
    dialled: str,
    caller_number: str,
    caller_name: str,
    direction: str = Call.Direction.INBOUND,
    agent_id: int | None = None,
) -> Call:
    """A leg that began a call of its own: a caller's, or an agent's phone dialling out."""
    leg = locked_leg(leg_id, node=node)
    _fill(leg, kind=_kind_of_first_leg(direction), direction="inbound", created_at=at, agent_id=agent_id)
    _fill(leg, number=plain_line(dialled, 64), other_number=plain_line(caller_number, 64))
    call = open_call(leg, at=at, direction=direction)
    describe(call, dialled=dialled, caller_number=caller_number, caller_name=caller_name)
    if agent_id and call.agent_id is None:
        call.agent_id = agent_id
    save(call)
    save(leg)
    follow_phone(leg, follow_call(call.pk, at).offers, at=at)
    return call


@together
def take_agent_leg(
    *, leg_id: UUID, node: str, at: datetime, call_id: UUID | None, agent_id: int | None
) -> None:
    """The leg of an offer exists in the switch."""
    leg = locked_leg(leg_id, node=node)
    offer = known_offer(leg_id)
    _fill(
        leg,
        kind=Leg.Kind.AGENT,
        direction="outbound",
        created_at=at,
        call_id=offer.call_id if offer else known_call(call_id),
        agent_id=offer.agent_id if offer else agent_id,
    )
    save(leg)
    _follow(leg, at)


@together
def take_outside_leg(
    *, leg_id: UUID, node: str, at: datetime, call_id: UUID | None, dialled: str, username: str = ""
) -> None:
    """A leg the switch rang that is no offer's: somebody outside, or a colleague's phone dialled directly."""
    leg = locked_leg(leg_id, node=node)
    phone = Device.objects.filter(sip_username=username).first() if username else None
    kind = Leg.Kind.AGENT if phone else Leg.Kind.EXTERNAL
    _fill(leg, kind=kind, direction="outbound", created_at=at, call_id=known_call(call_id))
    _fill(leg, agent_id=phone.agent_id if phone else None)
    _fill(leg, number=plain_line(dialled, 64))
    save(leg)
    _follow(leg, at)


@together
def note_answer(*, leg_id: UUID, node: str, at: datetime) -> None:
    leg = locked_leg(leg_id, node=node)
    if leg.answered_at:
        return
    leg.answered_at = at
    save(leg)
    _follow(leg, at)


@together
def note_bridge(*, leg_id: UUID, other_leg_id: UUID, node: str, at: datetime) -> None:
    """Two legs hear each other. Both may be bridged several times; the moment kept is the first."""
    first, second = (locked_leg(pk, node=node) for pk in sorted((leg_id, other_leg_id)))
    for leg, other in ((first, second), (second, first)):
        _mark(leg, at, conversations.BRIDGED, other.pk)
        if leg.call_id is None and other.call_id and leg.kind != Leg.Kind.CALLER:
            leg.call_id = other.call_id
        become_talk(leg, at=at)
        save(leg)
    for call_id in {first.call_id, second.call_id} - {None}:
        follow_call(call_id, at)


@together
def note_unbridge(*, leg_id: UUID, other_leg_id: UUID, node: str, at: datetime) -> None:
    """They no longer hear each other; each may go on with somebody else."""
    first, second = (locked_leg(pk, node=node) for pk in sorted((leg_id, other_leg_id)))
    for leg, other in ((first, second), (second, first)):
        _mark(leg, at, conversations.UNBRIDGED, other.pk)
        save(leg)
    for call_id in {first.call_id, second.call_id} - {None}:
        follow_call(call_id, at)


@together
def note_aside(
    *, leg_id: UUID, by_leg_id: UUID | None, node: str, at: datetime, why: HeldWhy | None = None
) -> None:
    """The switch has put this caller aside: for an agent's leg that may come back, or for nobody yet."""
    leg = locked_leg(leg_id, node=node)
    _mark(leg, at, conversations.FLOW if why is HeldWhy.FLOW else conversations.HELD, by_leg_id)
    save(leg)
    _follow(leg, at)


@together
def note_room(*, leg_id: UUID, call_id: UUID, node: str, at: datetime, is_in: bool) -> None:
    """This leg is on the line with everybody in the call's room, or has left it."""
    leg = locked_leg(leg_id, node=node)
    leg.call_id = leg.call_id or known_call(call_id)
    _mark(leg, at, conversations.ROOM if is_in else conversations.LEFT, call_id)
    save(leg)
    _follow(leg, at)


def end_aside(leg: Leg, at: datetime) -> None:
    """Who stood aside waits in a line again. The leg is locked, and saved by whoever asks."""
    now = conversations.current(leg)
    if now is not None and now.kind == conversations.HELD and at >= now.start:
        _mark(leg, at, conversations.LEFT, None)


def _mark(leg: Leg, at: datetime, what: str, whom: UUID | None) -> None:
    """The leg's own fields follow from all its marks, so that it does not matter in which order they are told."""
    leg.line_marks = conversations.with_mark(leg.line_marks, at, what, whom)
    bridged = [one for one in conversations.stretches(leg) if one.kind == conversations.BRIDGED]
    if bridged:
        leg.bridged_at = earliest(leg.bridged_at, bridged[0].start)
        leg.bridged_to, leg.unbridged_at = bridged[-1].other, bridged[-1].end
    elif what == conversations.UNBRIDGED and leg.unbridged_at is None:
        leg.unbridged_at = at


@together
def note_hold(*, leg_id: UUID, node: str, at: datetime, is_held: bool) -> None:
    """Marks are a set ordered by time, so that a late or second telling changes nothing else."""
    leg = locked_leg(leg_id, node=node)
    mark = [at.isoformat(), is_held]
    if mark in leg.hold_marks:
        return
    leg.hold_marks = sorted([*leg.hold_marks, mark])
    save(leg)
    _follow(leg, at)


@together
def end_leg(
    *,
    leg_id: UUID,
    node: str,
    at: datetime,
    cause: str,
    by: str,
    direction: str,
    created_at: datetime | None = None,
    answered_at: datetime | None = None,
) -> None:
    """The leg is gone. A guess made at a resync gives way to what the switch says."""
    leg = locked_leg(leg_id, node=node)
    if leg.ended_at and not leg.is_estimated:
        return
    _fill(leg, created_at=created_at, answered_at=answered_at, direction=direction)
    leg.ended_at, leg.cause, leg.ended_by, leg.is_estimated = at, cause[:64], by, False
    _find_call(leg, at)
    save(leg)
    _follow(leg, at)


@transaction.atomic
def note_hang_up_order(*, leg_id: UUID, by: str) -> None:
    """The agent pressed the button in the page: the switch will say that it hung up, we say for whom."""
    Leg.objects.filter(pk=leg_id, ended_at=None).update(asked_to_end_by=by)


def locked_leg(leg_id: UUID, *, node: str) -> Leg:
    table = sitting()
    if table is not None:
        return table.leg(leg_id, node)
    leg, _is_new = Leg.objects.select_for_update(no_key=True).get_or_create(
        pk=leg_id, defaults={"node": node}
    )
    return leg


def _find_call(leg: Leg, at: datetime) -> None:
    """An ended leg nobody announced: an offer's, or a caller's whose first fact is still on its way."""
    if leg.call_id:
        return
    offer = known_offer(leg.pk)
    if offer:
        leg.call_id, leg.agent_id, leg.kind = offer.call_id, offer.agent_id, Leg.Kind.AGENT
    elif leg.direction == "inbound":
        leg.kind = leg.kind or Leg.Kind.CALLER
        open_call(leg, at=leg.created_at or at)


def _follow(leg: Leg, at: datetime) -> None:
    follow_ear(leg, at=at)
    if leg.call_id is None:
        offer = known_offer(leg.pk)
        if offer is None:
            follow_phone(leg, (), at=at)
            return
        leg.call_id, leg.agent_id, leg.kind = offer.call_id, offer.agent_id, Leg.Kind.AGENT
        save(leg)
    follow_phone(leg, follow_call(leg.call_id, at).offers, at=at)


def _fill(leg: Leg, **values: Any) -> None:
    for name, value in values.items():
        if value not in (None, "") and getattr(leg, name) in (None, ""):
            setattr(leg, name, value)


def _kind_of_first_leg(direction: str) -> str:
    return Leg.Kind.CALLER if direction == Call.Direction.INBOUND else Leg.Kind.AGENT
