"""Where one tenant's rows and the switch's lists differ. Pure: no database, no switch, no clock.

What is found is a suspicion: a fact may be on its way, and the lists lag. A second look and the switch's word about
the one leg decide (`watch`, `remedies`). So nothing that changes from look to look by itself may stand in a finding.
"""

from collections.abc import Iterator
from datetime import datetime, timedelta
from uuid import UUID

from telephony.actions.truth import Finding
from telephony.models import Agent, Difference, Leg
from telephony.routing import Availability
from telephony.worker.watchdog.activities import of_agents
from telephony.worker.watchdog.rows import LegRow, OfferRow, Rows
from telephony.worker.watchdog.sight import Sight

Kind = Difference.Kind
OFFER_GRACE = timedelta(seconds=6)
"""Past its end an offer is stopped by the switch, then after 3 s by the loop's timer, then by us."""
IN_OFFER = frozenset({Availability.BACKING_OFF, Availability.JOINING})
"""How an agent may stand in the router's memory for a moment, whatever the rows say."""


def compare(rows: Rows, sight: Sight, *, host: str, now: datetime) -> list[Finding]:
    """`host` is the tenant's, as its phones register with it."""
    return [
        *_ghosts(rows, sight),
        *_offers(rows, sight, now),
        *_bridges(rows, sight),
        *_waiters(rows, sight),
        *_phones(rows, sight, host),
        *of_agents(rows, now),
    ]


def _ghosts(rows: Rows, sight: Sight) -> Iterator[Finding]:
    """Legs and calls that are open with us and not in the switch."""
    for leg in rows.legs.values():
        offer = rows.offers.get(leg.id)
        is_ringing = offer is not None and offer.answered_at is None
        if leg.id in sight.legs or is_ringing or not _is_seen(leg.node, sight):
            continue
        kind = Kind.GHOST_CALL if leg.id in rows.calls else Kind.GHOST_LEG
        agent_id = leg.agent_id or (rows.calls[leg.id].agent_id if leg.id in rows.calls else None)
        yield Finding(
            kind=kind,
            subject=str(leg.id),
            agent_id=agent_id,
            call_id=leg.call_id,
            node=leg.node,
            ours={"leg": "open", "talks": leg.bridged_to is not None and leg.unbridged_at is None},
            theirs={"leg": None},
        )
    for call in rows.calls.values():
        if sight.is_whole and call.id not in rows.legs and call.id not in sight.legs:
            yield Finding(
                kind=Kind.GHOST_CALL,
                subject=str(call.id),
                agent_id=call.agent_id,
                call_id=call.id,
                ours={"call": call.state, "leg": None},
                theirs={"leg": None},
            )


def _is_seen(node: str, sight: Sight) -> bool:
    return node in sight.nodes if node else sight.is_whole


def _offers(rows: Rows, sight: Sight, now: datetime) -> Iterator[Finding]:
    for offer in rows.offers.values():
        caller = rows.legs.get(offer.call_id)
        node = caller.node if caller else ""
        if not _is_seen(node, sight):
            continue
        if offer.answered_at is None:
            yield from _ringing(offer, node, sight, now)
        elif offer.id not in rows.legs and offer.id not in sight.legs:
            yield _of_offer(Kind.STUCK_OFFER, offer, node, ours="talks", theirs=None)
    for offer in rows.over.values():
        leg = rows.legs[offer.id]
        if offer.answered_at is None and offer.id in sight.legs and leg.answered_at is None:
            yield _of_offer(Kind.ZOMBIE_OFFER, offer, leg.node, ours="over", theirs="rings")


def _ringing(offer: OfferRow, node: str, sight: Sight, now: datetime) -> Iterator[Finding]:
    if offer.id not in sight.legs:
        yield _of_offer(Kind.STUCK_OFFER, offer, node, ours="rings", theirs=None)
    elif _is_caller_away(offer, sight):
        yield _of_offer(Kind.ZOMBIE_OFFER, offer, node, ours="rings", theirs="rings for nobody")
    elif now > offer.expires_at + OFFER_GRACE:
        yield _of_offer(Kind.STUCK_OFFER, offer, node, ours="rings", theirs="rings past its time")


def _is_caller_away(offer: OfferRow, sight: Sight) -> bool:
    """Gone, or talking with somebody else."""
    caller = sight.legs.get(offer.call_id)
    return caller is None or caller.other_leg_id not in (None, offer.id)


def _of_offer(kind: str, offer: OfferRow, node: str, *, ours: str, theirs: str | None) -> Finding:
    return Finding(
        kind=kind,
        subject=str(offer.id),
        agent_id=offer.agent_id,
        call_id=offer.call_id,
        node=node,
        ours={"offer": ours},
        theirs={"leg": theirs},
    )


def _bridges(rows: Rows, sight: Sight) -> Iterator[Finding]:
    """Who talks with whom, told on the leg that is joined once: never the caller's."""
    for leg in rows.legs.values():
        seen = sight.legs.get(leg.id)
        if seen is None or leg.kind == Leg.Kind.CALLER:
            continue
        ours = leg.bridged_to if leg.unbridged_at is None else None
        theirs = seen.other_leg_id
        if ours == theirs or (theirs is None and ours not in sight.legs):
            continue
        yield _of_bridge(leg, ours=str(ours or ""), theirs=str(theirs or ""))


def _of_bridge(leg: LegRow, *, ours: str, theirs: str) -> Finding:
    return Finding(
        kind=Kind.LOST_BRIDGE,
        subject=str(leg.id),
        agent_id=leg.agent_id,
        call_id=leg.call_id,
        node=leg.node,
        ours={"talks_with": ours},
        theirs={"talks_with": theirs},
    )


def _waiters(rows: Rows, sight: Sight) -> Iterator[Finding]:
    waiting = {stay.call_id for stay in rows.stays if stay.call_ended_at is None}
    for stay in rows.stays:
        seen = sight.legs.get(stay.call_id)
        is_left = seen is not None and seen.place == "voicemail"
        if is_left or stay.call_ended_at is not None:
            theirs = {"leg": "leaves a message" if is_left else None}
            ours = {"line": "waits", "call": "ended" if stay.call_ended_at else "open"}
            yield Finding(
                kind=Kind.GHOST_WAITER,
                subject=str(stay.call_id),
                call_id=stay.call_id,
                ours=ours,
                theirs=theirs,
            )
    for leg in rows.legs.values():
        seen = sight.legs.get(leg.id)
        if seen is not None and seen.place == "waiting" and leg.id not in waiting:
            yield Finding(
                kind=Kind.MISSING_WAITER,
                subject=str(leg.id),
                call_id=leg.call_id,
                node=leg.node,
                ours={"line": None},
                theirs={"leg": "waits"},
            )


def _phones(rows: Rows, sight: Sight, host: str) -> Iterator[Finding]:
    for phone in rows.phones:
        contact = sight.phones.get((phone.username, host))
        is_there = contact is not None
        if is_there == phone.is_registered or not (is_there or _is_seen(phone.node, sight)):
            continue
        words = {True: "registered", False: "gone"}
        yield Finding(
            kind=Kind.PHONE_UNKNOWN if is_there else Kind.PHONE_GONE,
            subject=phone.username,
            agent_id=phone.agent_id,
            ours={"phone": words[phone.is_registered]},
            theirs={"phone": words[is_there], **({"contact": contact} if is_there else {})},
        )


def compare_memory(rows: Rows, works: set[int], standing: dict[int, Availability]) -> Iterator[Finding]:
    """Where the router's memory is not what the rows say: who waits, and who is free."""
    ringing = {offer.call_id for offer in rows.offers.values() if offer.answered_at is None}
    waiting = {
        stay.id: stay
        for stay in rows.stays
        if stay.call_ended_at is None and stay.queue_state == "open" and stay.call_id not in ringing
    }
    for stay_id in sorted(set(waiting) - works):
        yield _drift(f"stay {stay_id}", ours="waits", theirs="unknown", call_id=waiting[stay_id].call_id)
    known = {stay.id for stay in rows.stays}
    for stay_id in sorted(works - known):
        yield _drift(f"stay {stay_id}", ours="over", theirs="waits")
    yield from _drifting_agents(rows, standing)


def _drifting_agents(rows: Rows, standing: dict[int, Availability]) -> Iterator[Finding]:
    reachable = rows.reachable
    for agent in rows.agents.values():
        is_idle = agent.activity == Agent.Activity.IDLE
        is_free = agent.is_ready and is_idle and agent.id in reachable
        thought = standing.get(agent.id)
        if thought in IN_OFFER or (thought is Availability.RESERVED and not is_idle):
            continue
        if is_free != (thought is Availability.FREE):
            ours = {"free": is_free, "version": agent.version}
            theirs = str(thought.name if thought else "unknown").lower()
            yield Finding(
                kind=Kind.ROUTER_DRIFT,
                subject=f"agent {agent.id}",
                agent_id=agent.id,
                ours=ours,
                theirs={"router": theirs},
            )


def _drift(subject: str, *, ours: str, theirs: str, call_id: UUID | None = None) -> Finding:
    return Finding(
        kind=Kind.ROUTER_DRIFT,
        subject=subject,
        call_id=call_id,
        ours={"line": ours},
        theirs={"router": theirs},
    )
