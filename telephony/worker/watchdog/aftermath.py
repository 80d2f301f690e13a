"""What a resync found and healed in one step, as differences: so that nothing we were deaf to goes unsaid."""

from collections.abc import Iterable, Mapping
from uuid import UUID

from telephony.actions.resync import Known
from telephony.actions.truth import Finding
from telephony.models import Call, Device, Difference, Leg, Offer
from telephony.switch import LiveLeg

Kind, Remedy = Difference.Kind, Difference.Remedy
Healed = tuple[Finding, str]


def of_living(known: Known, own: Iterable[LiveLeg], *, node: str) -> list[Healed]:
    """Before they are taken up: legs that live in the switch, and what we had not heard of them."""
    found = []
    for live in own:
        kind = known.difference(live)
        if kind is None:
            continue
        finding = Finding(
            kind=kind,
            subject=str(live.leg_id),
            agent_id=live.agent_id,
            call_id=live.call_id or live.leg_id,
            node=node,
            ours={"leg": None if kind == Kind.UNKNOWN_LEG else "open"},
            theirs=_words(live),
        )
        found.append((finding, str(Remedy.WRITTEN_DOWN)))
    return found


def _words(live: LiveLeg) -> dict[str, str]:
    if live.bridged_leg_id:
        return {"talks_with": str(live.bridged_leg_id)}
    if live.has_fallen_back:
        return {"leg": "leaves a message"}
    return {"leg": "waits" if live.is_waiting else "lives"}


def of_gone(gone: Iterable[UUID], *, node: str) -> list[Healed]:
    """Before they are lost: what was open with us and is no more in the switch."""
    ids = list(gone)
    if not ids:
        return []
    calls = set(Call.objects.filter(pk__in=ids).values_list("pk", flat=True))
    legs = Leg.objects.filter(pk__in=ids).values_list("pk", "call_id", "agent_id")
    known = {leg_id: (call_id, agent_id) for leg_id, call_id, agent_id in legs}
    offers = Offer.objects.filter(pk__in=ids, answered_at=None).values_list("pk", "call_id", "agent_id")
    ringing = {offer_id: (call_id, agent_id) for offer_id, call_id, agent_id in offers}
    return [_gone(leg_id, leg_id in calls, known, ringing, node) for leg_id in ids]


def _gone(
    leg_id: UUID,
    is_call: bool,
    legs: Mapping[UUID, tuple[UUID | None, int | None]],
    ringing: Mapping[UUID, tuple[UUID | None, int | None]],
    node: str,
) -> Healed:
    kind = Kind.GHOST_CALL if is_call else Kind.STUCK_OFFER if leg_id in ringing else Kind.GHOST_LEG
    call_id, agent_id = ringing.get(leg_id) or legs.get(leg_id) or (None, None)
    finding = Finding(
        kind=kind,
        subject=str(leg_id),
        agent_id=agent_id,
        call_id=call_id or (leg_id if is_call else None),
        node=node,
        ours={"offer": "rings"} if leg_id in ringing else {"leg": "open"},
        theirs={"leg": None},
    )
    return finding, str(Remedy.OFFER_ENDED if kind == Kind.STUCK_OFFER else Remedy.LEG_ENDED)


def of_phones(changed: Iterable[Device], *, node: str) -> list[Healed]:
    """Phones as they were before their registrations were settled."""
    found = []
    for device in changed:
        was_there = device.is_registered
        finding = Finding(
            kind=Kind.PHONE_GONE if was_there else Kind.PHONE_UNKNOWN,
            subject=device.sip_username,
            agent_id=device.agent_id,
            node=node,
            ours={"phone": "registered" if was_there else "gone"},
            theirs={"phone": "gone" if was_there else "registered"},
        )
        found.append((finding, str(Remedy.SIGNED_OFF if was_there else Remedy.SIGNED_ON)))
    return found
