"""After we were deaf: compare our open rows with what the switch still knows, and make both agree."""

from collections.abc import Callable, Collection, Iterable, Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

from django.db.models import Q

from telephony import conversations
from telephony.actions import legs, stays
from telephony.actions.agent_activity import follow_agent
from telephony.actions.failed_offers import fail_offer
from telephony.actions.following import follow_call
from telephony.actions.listening import note_ear
from telephony.actions.settlement import charge_estimate, lose_leg
from telephony.actions.sitting import Sitting, one_sitting, save, together
from telephony.facts import Direction
from telephony.models import Agent, Call, Difference, Leg, Offer, QueueStay
from telephony.switch import LiveLeg

AGENTS_AT_ONCE = 200


def missing_legs(there: Collection[UUID], *, nodes: Collection[str], is_shared: bool = False) -> list[UUID]:
    """Legs that are open with us and not among those of the switches asked.

    The list may lag: ask about each one before losing it. `is_shared`: the tenant has callers on other switches than
    these too, so that a call of which no leg was told may be there.
    """
    where = Q(node__in=nodes) if is_shared else Q(node__in=nodes) | Q(node="")
    found = set(Leg.objects.filter(where, ended_at=None, settled_at=None).values_list("pk", flat=True))
    if not is_shared:
        unheard_callers = Call.objects.filter(ended_at=None).exclude(legs__pk__isnull=False)
        found.update(unheard_callers.values_list("pk", flat=True))
    return sorted(found.difference(there))


def missing_offers(
    there: Collection[UUID], *, away: Collection[str] = (), nodes: Collection[str] | None = None
) -> list[UUID]:
    """Offers still open with us whose leg is not there; of callers on a switch that is away nobody can say.

    With `nodes` only those of callers on these.
    """
    unheard = Leg.objects.filter(node__in=away).values("pk")
    found = Offer.objects.filter(ended_at=None).exclude(call_id__in=unheard)
    if nodes is not None:
        found = found.filter(call_id__in=Leg.objects.filter(node__in=nodes).values("pk"))
    return sorted(set(found.values_list("pk", flat=True)).difference(there))


def left_behind(*, node: str, until: datetime, is_shared: bool) -> tuple[list[UUID], list[UUID]]:
    """Legs and offers still open with us that were on this switch; what began after `until` is of its next run."""
    legs = missing_legs((), nodes=[node], is_shared=is_shared)
    offers = missing_offers((), nodes=[node] if is_shared else None)
    new: set[UUID] = set(Leg.objects.filter(pk__in=legs, created_at__gt=until).values_list("pk", flat=True))
    new.update(Call.objects.filter(pk__in=legs, arrived_at__gt=until).values_list("pk", flat=True))
    new.update(Offer.objects.filter(pk__in=offers, offered_at__gt=until).values_list("pk", flat=True))
    return [one for one in legs if one not in new], [one for one in offers if one not in new]


def node_of_each(leg_ids: Iterable[UUID]) -> dict[UUID, str]:
    """The switch each of these legs was on, where we know it."""
    return dict(Leg.objects.filter(pk__in=list(leg_ids)).exclude(node="").values_list("pk", "node"))


class Known:
    """What our rows say of the legs of a list, read in two queries: most of a list is nothing new."""

    def __init__(self, live: Iterable[LiveLeg]) -> None:
        ids = [leg.leg_id for leg in live]
        self._legs = {leg.pk: leg for leg in Leg.objects.filter(pk__in=ids, ended_at=None)}
        stays_of = QueueStay.objects.filter(call_id__in=ids, is_estimated=False)
        self._stays = set(stays_of.values_list("call_id", "queue_id", "entered_at"))

    def has(self, live: LiveLeg) -> bool:
        """Nothing of this leg is news."""
        leg = self._legs.get(live.leg_id)
        if leg is None or leg.call_id is None or leg.created_at is None:
            return False
        if live.answered_at and not leg.answered_at:
            return False
        return self.difference(live) is None

    def difference(self, live: LiveLeg) -> str | None:
        """The kind of what we had not heard; None when it changes nothing about who waits, rings or talks."""
        leg = self._legs.get(live.leg_id)
        if leg is None:
            return Difference.Kind.UNKNOWN_LEG
        if (live.bridged_leg_id and leg.bridged_to != live.bridged_leg_id) or _is_elsewhere(live, leg):
            return Difference.Kind.LOST_BRIDGE
        if live.has_fallen_back and not leg.fell_back_at:
            return Difference.Kind.GHOST_WAITER
        is_queued = live.offer_id is None and live.queue_id is not None and live.queued_at is not None
        if is_queued and (live.leg_id, live.queue_id, live.queued_at) not in self._stays:
            return Difference.Kind.MISSING_WAITER
        return None


def _is_elsewhere(live: LiveLeg, leg: Leg) -> bool:
    """Aside or in a room, and we had not heard of it."""
    if live.held_at is None and live.room_id is None:
        return False
    now = conversations.current(leg)
    return now is None or now.kind != (conversations.HELD if live.held_at else conversations.ROOM)


def take_up_all(found: Sequence[LiveLeg], *, node: str, at: datetime) -> None:
    """Each as `bring_back` does, in one sitting; of legs that do not say where they are, `node` is taken."""
    with one_sitting() as table:
        table.prepare(
            {leg_id for live in found for leg_id in (live.leg_id, live.bridged_leg_id) if leg_id},
            {live.call_id for live in found if live.call_id},
            stays=sum(live.queued_at is not None for live in found),
        )
        for live in found:
            bring_back(live, node=live.node or node, at=at)


@together
def take_up(live: LiveLeg, *, node: str, at: datetime) -> None:
    """Write down what we did not hear about a leg that lives.

    What we know already is told twice and changes nothing.
    """
    if live.offer_id == live.leg_id:
        legs.take_agent_leg(
            leg_id=live.leg_id, node=node, at=live.created_at, call_id=live.call_id, agent_id=live.agent_id
        )
    elif live.direction == Direction.INBOUND:
        _take_up_caller(live, node=node, at=at)
    else:
        legs.take_outside_leg(
            leg_id=live.leg_id,
            node=node,
            at=live.created_at,
            call_id=live.call_id,
            dialled=live.dialled,
            username=live.dialled,
        )
    if live.answered_at:
        legs.note_answer(leg_id=live.leg_id, node=node, at=live.answered_at)
    if live.ear_mode:
        note_ear(leg_id=live.leg_id, mode=live.ear_mode, at=at)
    if live.bridged_leg_id and legs.locked_leg(live.leg_id, node=node).bridged_to != live.bridged_leg_id:
        legs.note_bridge(leg_id=live.leg_id, other_leg_id=live.bridged_leg_id, node=node, at=at)
    if _is_elsewhere(live, legs.locked_leg(live.leg_id, node=node)):
        _take_up_elsewhere(live, node=node, at=at)


def _take_up_elsewhere(live: LiveLeg, *, node: str, at: datetime) -> None:
    if live.held_at is not None:
        legs.note_aside(
            leg_id=live.leg_id, by_leg_id=live.held_by_leg_id, node=node, at=live.held_at, why=live.held_why
        )
    elif live.room_id is not None:
        legs.note_room(leg_id=live.leg_id, call_id=live.room_id, node=node, at=at, is_in=True)


@together
def bring_back(live: LiveLeg, *, node: str, at: datetime) -> None:
    """Like `take_up`, also for a leg we had given up as lost: it lives after all."""
    leg = legs.locked_leg(live.leg_id, node=node)
    if leg.is_estimated and leg.settled_at is None:
        leg.ended_at, leg.cause, leg.is_estimated, leg.billable_seconds = None, "", False, None
        save(leg)
    take_up(live, node=node, at=at)


def _take_up_caller(live: LiveLeg, *, node: str, at: datetime) -> None:
    known: dict[str, Any] = {
        "dialled": live.dialled,
        "caller_number": live.caller_number,
        "caller_name": live.caller_name,
    }
    own: dict[str, Any] = {}
    if live.agent_id:
        own = {"direction": Call.Direction.OUTBOUND, "agent_id": live.agent_id}
    legs.take_call(leg_id=live.leg_id, node=node, at=live.created_at, **known, **own)
    if live.queue_id and live.queued_at:
        stays.queue_call(
            leg_id=live.leg_id,
            node=node,
            queue_id=live.queue_id,
            queued_at=live.queued_at,
            priority=live.priority,
            at=at,
            arrived_at=live.created_at,
            is_in_line=live.is_waiting,
            **known,
        )
    if live.has_fallen_back:
        stays.take_out_of_line(leg_id=live.leg_id, node=node, at=at)


def lose(*, leg_ids: Sequence[UUID], offer_ids: Sequence[UUID], node: str, at: datetime) -> None:
    """End what the switch no longer knows; their agents are free again.

    A record that comes later corrects it.
    """
    with one_sitting() as table:
        _lose(table, leg_ids, offer_ids, node, at)


def lose_with_switch(*, leg_ids: Sequence[UUID], offer_ids: Sequence[UUID], node: str, at: datetime) -> None:
    """The same of a switch that has died. It will write no record, so an estimate is charged."""
    with one_sitting() as table:
        _lose(table, leg_ids, offer_ids, node, at)
        for leg_id in leg_ids:
            charge_estimate(leg_id=leg_id, node=node)


def _lose(
    table: Sitting, leg_ids: Sequence[UUID], offer_ids: Sequence[UUID], node: str, at: datetime
) -> None:
    table.prepare({*leg_ids, *offer_ids})
    for leg_id in leg_ids:
        leg = legs.locked_leg(leg_id, node=node)
        if leg.call_id is None and table.call(leg_id) is not None:
            leg.call_id, leg.kind, leg.direction = leg_id, Leg.Kind.CALLER, "inbound"
            save(leg)
        lose_leg(leg_id=leg_id, node=node, at=at)
    for offer_id in offer_ids:
        fail_offer(offer_id=offer_id, at=at, failure="LOST")


def look_again(*, at: datetime, between: Callable[[], object] = lambda: None) -> None:
    """Calls that should have ended and every busy agent, once more from their fields.

    `between` is called between two transactions.
    """
    with one_sitting() as table:
        ended = Leg.objects.filter(kind=Leg.Kind.CALLER, ended_at__isnull=False, call__ended_at=None)
        calls = list(ended.order_by("call_id").values_list("call_id", flat=True))
        table.prepare((), calls)
        for call_id in calls:
            follow_call(call_id, at)
    busy = Agent.objects.exclude(activity=Agent.Activity.IDLE).order_by("pk")
    agents = list(busy.values_list("pk", flat=True))
    for begin in range(0, len(agents), AGENTS_AT_ONCE):
        _follow_agents(agents[begin : begin + AGENTS_AT_ONCE], at)
        between()


def _follow_agents(agents: list[int], at: datetime) -> None:
    with one_sitting() as table:
        table.prepare_agents(agents)
        for agent_id in agents:
            follow_agent(agent_id, at=at, cause="system:resync")
