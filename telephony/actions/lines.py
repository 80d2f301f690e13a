"""Who is on a call's line beside its caller and its agent, in one small document that pages are shown."""

from typing import Any

from telephony import conversations
from telephony.actions.story import Story
from telephony.models import Leg, Offer

ASIDE, ROOM, PARKED = "aside", "room", "parked"
IN_FLOW = "flow"


def line_of(story: Story) -> dict[str, Any]:
    """Empty while nobody else is asked, on the line, or to come, and no flow is gone through.

    `place`: aside (the caller hears music while somebody is asked), room (all hear each other) or parked. `since`: ISO.
    `by`: the agent who asks or parked. `agents`: ids of those asked, or of all in the room. `number`: an outside
    party's. `state`: of who is asked, ringing or talking; flow while the caller goes through one.
    """
    now = conversations.current(story.caller_leg)
    if now is None or now.kind == conversations.BRIDGED or story.call.ended_at:
        return {}
    told = {"since": now.start.isoformat(), "by": None, "agents": [], "number": "", "state": ""}
    if now.kind == conversations.ROOM:
        return told | {"place": ROOM, "agents": _agents_in_room(story), "number": _outside(story)}
    if now.other is None:
        return told | {"place": PARKED, "by": story.call.agent_id}
    if now.in_flow:
        by = next((offer.agent_id for offer in story.offers if offer.pk == now.other), None)
        return told | {"place": ASIDE, "by": by, "state": IN_FLOW}
    asking = next((offer for offer in story.offers if offer.pk == now.other), None)
    return told | {"place": ASIDE, "by": asking.agent_id if asking else None} | _asked(story)


def _asked(story: Story) -> dict[str, Any]:
    consults = [offer for offer in story.offers if offer.kind == Offer.Kind.CONSULT]
    offers = [offer for offer in consults if offer.ended_at is None and offer.joined_at is None]
    if offers:
        state = "talking" if offers[-1].answered_at else "ringing"
        return {"agents": [offers[-1].agent_id], "state": state}
    legs = _outside_legs(story)
    if not legs:
        return {}
    return {"number": legs[-1].number, "state": "talking" if legs[-1].answered_at else "ringing"}


def _agents_in_room(story: Story) -> list[int]:
    there = [offer for offer in story.offers if _is_in_room(story.legs.get(offer.pk))]
    return sorted({offer.agent_id for offer in there})


def _is_in_room(leg: Leg | None) -> bool:
    now = conversations.current(leg)
    return now is not None and now.kind == conversations.ROOM


def _outside(story: Story) -> str:
    return next((leg.number for leg in _outside_legs(story) if _is_in_room(leg)), "")


def _outside_legs(story: Story) -> list[Leg]:
    """Dialled by us in this call, and not over; the caller's own leg of an outgoing call is none."""
    legs = [leg for leg in story.legs.values() if leg.kind == Leg.Kind.EXTERNAL and leg.ended_at is None]
    dated = [leg for leg in legs if leg.pk != story.call.pk and leg.created_at]
    return sorted(dated, key=lambda leg: leg.created_at)
