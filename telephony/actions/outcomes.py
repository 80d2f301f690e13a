"""How an offer ended and how long was talked and held, worked out from what is known of its leg."""

from datetime import UTC, datetime, timedelta

from telephony import conversations
from telephony.actions.story import Story, earliest, seconds_between
from telephony.conversations import Span, Stretch
from telephony.models import Agent, Leg, Offer

FOREVER = datetime.max.replace(tzinfo=UTC)

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
    line = _Line(story, leg)
    offer.answered_at = leg.bridged_at
    if offer.kind == Offer.Kind.CONSULT:
        offer.joined_at = line.joined_at
    offer.outcome = Offer.Outcome.BRIDGED if offer.spoke_at else Offer.Outcome.CONSULTED
    offer.ended_at = leg.ended_at
    offer.talk_ended_at = line.talk_ended_at if offer.spoke_at else None
    offer.doing = "" if leg.ended_at else line.doing(offer.talk_ended_at)
    offer.consult_seconds = round(conversations.seconds(line.consults()))
    offer.hold_seconds, offer.talk_seconds = 0, 0
    if offer.spoke_at:
        held = conversations.within(
            line.held(offer.talk_ended_at), offer.spoke_at, offer.talk_ended_at or FOREVER
        )
        offer.hold_seconds = round(conversations.seconds(held))
        talked = seconds_between(offer.spoke_at, offer.talk_ended_at)
        offer.talk_seconds = max(0, talked - offer.hold_seconds)


class _Line:
    """An agent's leg seen from the call: when with the caller, when with somebody else, when the caller stood aside."""

    def __init__(self, story: Story, leg: Leg) -> None:
        self._leg = leg
        self._caller = story.caller_leg
        self._caller_id = story.call.pk
        self._caller_left_at = story.caller_left_at
        self._own = conversations.stretches(leg)
        of_caller = conversations.stretches(self._caller) if self._caller is not None else []
        self._aside = [one for one in of_caller if one.kind == conversations.HELD and one.other == leg.pk]

    def is_with_caller(self, stretch: Stretch) -> bool:
        return stretch.kind == conversations.ROOM or stretch.other in (None, self._caller_id)

    @property
    def joined_at(self) -> datetime | None:
        return min((one.start for one in self._own if self.is_with_caller(one)), default=None)

    @property
    def talk_ended_at(self) -> datetime | None:
        """The caller's leg or this one ended, or it was let go: neither on the line with anybody nor awaited by the
        caller.
        """
        whiles = [*self._own, *self._aside]
        ends = [one.end for one in whiles if one.end is not None]
        let_go = max(ends, default=None) if len(ends) == len(whiles) else None
        return earliest(let_go, self._leg.ended_at, self._caller_left_at)

    def doing(self, talk_ended_at: datetime | None) -> str:
        now = conversations.current(self._leg)
        if now is None:
            stands_aside = any(one.end is None for one in self._aside)
            return Agent.Activity.CONSULTING if stands_aside else Agent.Activity.TALKING
        if not self.is_with_caller(now):
            return Agent.Activity.CONSULTING
        marks = self._hold_marks()
        is_held = talk_ended_at is None and bool(marks) and marks[-1][1]
        return Agent.Activity.HOLD if is_held else Agent.Activity.TALKING

    def consults(self) -> list[Span]:
        """With somebody who is not the caller, as far as it has ended."""
        return [
            (one.start, one.end) for one in self._own if one.end is not None and not self.is_with_caller(one)
        ]

    def held(self, until: datetime | None) -> list[Span]:
        """The caller heard music: the key for it was pressed, or the agent asked somebody first."""
        by_key = conversations.toggled(self._hold_marks(), until)
        ends = ((one.start, one.end or until) for one in self._aside)
        return conversations.merged([*by_key, *((start, end) for start, end in ends if end is not None)])

    def _hold_marks(self) -> list[tuple[datetime, bool]]:
        """(moment, was put on hold) of this conversation, in order, whoever of the two pressed the key."""
        raw = [*self._leg.hold_marks, *(self._caller.hold_marks if self._caller is not None else [])]
        marks = sorted((datetime.fromisoformat(at), bool(held)) for at, held in raw)
        begin, end = self._leg.bridged_at, earliest(self._leg.unbridged_at, self._leg.ended_at)
        return [mark for mark in marks if begin and begin <= mark[0] and (end is None or mark[0] <= end)]


def is_held(story: Story, offer: Offer) -> bool:
    return offer.doing in (Agent.Activity.HOLD, Agent.Activity.CONSULTING) and offer.talk_ended_at is None


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
