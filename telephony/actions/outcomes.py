"""How an offer ended and how long was talked and held, worked out from what is known of its leg."""

from datetime import UTC, datetime, timedelta

from telephony import conversations
from telephony.actions.story import Story, earliest, seconds_between
from telephony.conversations import Talk
from telephony.models import Agent, Device, Leg, Offer

FOREVER = datetime.max.replace(tzinfo=UTC)

SAME_MOMENT = timedelta(milliseconds=500)
"""The switch's clock ticks every 20 ms, and two legs of one call end in any order."""

NOT_ANSWERED = frozenset(
    {"NO_ANSWER", "NO_USER_RESPONSE", "ALLOTTED_TIMEOUT", "PROGRESS_TIMEOUT", "ORIGINATOR_CANCEL"}
)
REFUSED = frozenset({"CALL_REJECTED", "USER_BUSY"})
LOST_RACE = frozenset({"LOSE_RACE", "PICKED_OFF"})
"""Another phone was picked up first: of those rung together, or of two offers that raced."""
WITHDRAWN = frozenset({"NORMAL_CLEARING", "ORIGINATOR_CANCEL"})
"""Who asked a colleague has thought better of it, or hung up."""
UNREACHABLE = frozenset({"USER_NOT_REGISTERED", "SUBSCRIBER_ABSENT"})


def follow_offer(story: Story, offer: Offer) -> None:
    leg = story.legs.get(offer.pk)
    if leg is not None and leg.bridged_at is not None:
        _follow_conversation(story, offer, leg)
        return
    ended_at = earliest(leg.ended_at if leg else None, offer.failed_at)
    if ended_at is None:
        return
    offer.ended_at = ended_at
    offer.outcome = _outcome(story, offer, leg)


def _follow_conversation(story: Story, offer: Offer, leg: Leg) -> None:
    talk = Talk(leg, story.caller_leg, caller_id=story.call.pk, caller_left_at=story.caller_left_at)
    offer.answered_at = leg.bridged_at
    if offer.kind == Offer.Kind.CONSULT:
        offer.joined_at = talk.joined_at
    offer.ended_at = leg.ended_at
    offer.consult_seconds = round(conversations.seconds(talk.consults()))
    if offer.spoke_at:
        offer.outcome = Offer.Outcome.BRIDGED
        _follow_talk(offer, talk, offer.spoke_at)
    else:
        offer.outcome = Offer.Outcome.CONSULTED
    offer.doing = "" if leg.ended_at else _doing(offer, talk)


def _follow_talk(offer: Offer, talk: Talk, began: datetime) -> None:
    offer.talk_ended_at = talk.ended_at
    held = conversations.within(talk.held(offer.talk_ended_at), began, offer.talk_ended_at or FOREVER)
    offer.hold_seconds = round(conversations.seconds(held))
    offer.talk_seconds = max(0, seconds_between(began, offer.talk_ended_at) - offer.hold_seconds)


def _doing(offer: Offer, talk: Talk) -> str:
    if talk.is_consulting:
        return Agent.Activity.CONSULTING
    is_held = offer.talk_ended_at is None and talk.is_held_by_key
    return Agent.Activity.HOLD if is_held else Agent.Activity.TALKING


def is_held(story: Story, offer: Offer) -> bool:
    return offer.doing in (Agent.Activity.HOLD, Agent.Activity.CONSULTING) and offer.talk_ended_at is None


def _outcome(story: Story, offer: Offer, leg: Leg | None) -> str:
    if _caller_was_gone(story, offer):
        return Offer.Outcome.CALLER_LEFT
    cause = (leg.cause if leg else "") or offer.failure
    if offer.kind == Offer.Kind.CONSULT and cause in WITHDRAWN:
        return Offer.Outcome.WITHDRAWN
    if cause in LOST_RACE or (offer.is_group and cause in NOT_ANSWERED and _another_answered(story, offer)):
        return Offer.Outcome.LOST_RACE
    if cause in NOT_ANSWERED or _nobody_pressed_the_key(offer, leg, cause):
        return Offer.Outcome.MISSED
    return Offer.Outcome.REFUSED if cause in REFUSED else Offer.Outcome.FAILED


def _nobody_pressed_the_key(offer: Offer, leg: Leg | None, cause: str) -> bool:
    """A mailbox, or somebody who hung up: whoever answers a number outside is asked first whether they are there."""
    is_over = cause == "NORMAL_CLEARING" and leg is not None and leg.answered_at is not None
    return offer.rang == Device.Kind.NUMBER and is_over


def _another_answered(story: Story, offer: Offer) -> bool:
    """Of those rung in the same moment."""
    return any(
        other.answered_at and other.offered_at == offer.offered_at and other.stay_id == offer.stay_id
        for other in story.offers
    )


def _caller_was_gone(story: Story, offer: Offer) -> bool:
    """Hung up, or taken out of this line by the switch, no later than the phone stopped ringing."""
    stay = next((stay for stay in story.stays if stay.pk == offer.stay_id), None)
    gone_at = earliest(story.caller_left_at, stay.fell_back_at if stay else None)
    return gone_at is not None and offer.ended_at is not None and gone_at <= offer.ended_at + SAME_MOMENT
