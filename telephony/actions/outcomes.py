"""How an offer ended and how long was talked and held, worked out from what is known of its leg."""

from datetime import datetime, timedelta

from telephony.actions.story import Story, earliest, seconds_between
from telephony.models import Leg, Offer

SAME_MOMENT = timedelta(milliseconds=500)
"""The switch's clock ticks every 20 ms, and two legs of one call end in any order."""

NOT_ANSWERED = frozenset(
    {"NO_ANSWER", "NO_USER_RESPONSE", "ALLOTTED_TIMEOUT", "PROGRESS_TIMEOUT", "ORIGINATOR_CANCEL"}
)
REFUSED = frozenset({"CALL_REJECTED", "USER_BUSY"})
LOST_RACE = frozenset({"LOSE_RACE", "PICKED_OFF"})
"""Another phone was picked up first: of those rung together, or of two offers that raced."""
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
    offer.outcome = Offer.Outcome.BRIDGED
    offer.answered_at = leg.bridged_at
    offer.ended_at = leg.ended_at
    offer.talk_ended_at = earliest(leg.unbridged_at, leg.ended_at, story.caller_left_at)
    marks = _hold_marks(story, leg)
    offer.hold_seconds = _held_seconds(marks, offer.talk_ended_at)
    offer.talk_seconds = max(0, seconds_between(offer.answered_at, offer.talk_ended_at) - offer.hold_seconds)


def is_held(story: Story, offer: Offer) -> bool:
    leg = story.legs.get(offer.pk)
    if leg is None or offer.answered_at is None or offer.talk_ended_at is not None:
        return False
    marks = _hold_marks(story, leg)
    return bool(marks) and marks[-1][1]


def _hold_marks(story: Story, leg: Leg) -> list[tuple[datetime, bool]]:
    """(moment, was put on hold) of this conversation, in order, whoever of the two pressed the key."""
    raw = list(leg.hold_marks)
    if story.caller_leg is not None:
        raw += story.caller_leg.hold_marks
    marks = sorted((datetime.fromisoformat(at), bool(held)) for at, held in raw)
    end = earliest(leg.unbridged_at, leg.ended_at)
    return [mark for mark in marks if leg.bridged_at <= mark[0] and (end is None or mark[0] <= end)]


def _held_seconds(marks: list[tuple[datetime, bool]], end: datetime | None) -> int:
    total, since = timedelta(), None
    for at, held in marks:
        if held and since is None:
            since = at
        elif not held and since is not None:
            total, since = total + (at - since), None
    if since is not None and end is not None and end > since:
        total += end - since
    return round(total.total_seconds())


def _outcome(story: Story, offer: Offer, leg: Leg | None) -> str:
    if _caller_was_gone(story, offer):
        return Offer.Outcome.CALLER_LEFT
    cause = (leg.cause if leg else "") or offer.failure
    if cause in LOST_RACE or (offer.is_group and cause in NOT_ANSWERED and _another_answered(story, offer)):
        return Offer.Outcome.LOST_RACE
    if cause in NOT_ANSWERED:
        return Offer.Outcome.MISSED
    return Offer.Outcome.REFUSED if cause in REFUSED else Offer.Outcome.FAILED


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
