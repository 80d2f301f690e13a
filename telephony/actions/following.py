"""Let the state of a call and of its agents follow from the fields, and say what is new.

Every fact writes its own field and then comes here, so two tellings, a late one and a wrong order all end
alike.
"""

from datetime import datetime
from uuid import UUID

from django.db.models import Model

from telephony import conversations
from telephony.actions.agent_activity import follow_agent, note_answered, note_missed
from telephony.actions.lines import line_of
from telephony.actions.outcomes import follow_offer, is_held
from telephony.actions.sitting import save
from telephony.actions.story import Story, earliest, open_story
from telephony.actions.telling import tell_of_story
from telephony.models import Call, Leg, Offer, QueueStay

FLOW_OUT = QueueStay.Exit.FLOW_OUT
LIVE_STATES = (Call.State.TALKING, Call.State.HOLD)


def follow_call(call_id: UUID, at: datetime) -> Story:
    """Must run inside a transaction; `at` is the moment of what made us look."""
    story = open_story(call_id)
    follow_story(story, at)
    return story


def follow_story(story: Story, at: datetime) -> None:
    for offer in story.offers:
        follow_offer(story, offer)
        _follow_wrap_up(story, offer)
    for position, stay in enumerate(story.stays):
        later = story.stays[position + 1] if position + 1 < len(story.stays) else None
        _follow_stay(story, stay, later)
    _follow_fields(story)
    changed = story.changed()
    if not changed:
        return
    tell_of_story(story, at)
    story.call.version += 1
    for row in {*changed, story.call}:
        save(row)
    _follow_agents(story, changed, at)


def _follow_wrap_up(story: Story, offer: Offer) -> None:
    """Starts when both the talk and the agent's leg are over.

    A queue without wrap-up ends it in the same moment.
    """
    if offer.outcome != Offer.Outcome.BRIDGED or offer.ended_at is None:
        return
    began = offer.wrap_up_started_at
    offer.wrap_up_started_at = offer.talk_ended_at
    if began is not None and offer.wrap_up_ended_at is not None:
        return
    stay = next((stay for stay in story.stays if stay.pk == offer.stay_id), None)
    queue = stay.queue if stay else story.call.queue
    if queue is None or not queue.wrap_up_seconds:
        offer.wrap_up_ended_at = offer.wrap_up_started_at


def _follow_stay(story: Story, stay: QueueStay, later: QueueStay | None) -> None:
    answer = min(
        (offer for offer in story.bridged_offers() if offer.stay_id == stay.pk),
        key=_spoke_at,
        default=None,
    )
    answered_at = answer.answered_at if answer else _answered_by_nobody_we_know(story, stay)
    stay.answered_at = answered_at
    stay.agent_id = answer.agent_id if answer else None
    stay.fell_back_at = _fell_back_at(story, stay, later)
    stay.exit, stay.left_at = _exit_of(story, stay, later)


def _fell_back_at(story: Story, stay: QueueStay, later: QueueStay | None) -> datetime | None:
    at = story.caller_leg.fell_back_at if story.caller_leg else None
    if at is None or at < stay.entered_at or (later is not None and later.entered_at <= at):
        return None
    return at


def _answered_by_nobody_we_know(story: Story, stay: QueueStay) -> datetime | None:
    """Only the caller's own record is there: that it was bridged is true although we cannot say to whom."""
    leg = story.caller_leg
    if story.offers or leg is None or leg.bridged_at is None or leg.bridged_at < stay.entered_at:
        return None
    return leg.bridged_at


def _exit_of(story: Story, stay: QueueStay, later: QueueStay | None) -> tuple[str, datetime | None]:
    if stay.answered_at:
        return QueueStay.Exit.ANSWERED, stay.answered_at
    if gone_on := stay.routing.get("left_for_flow_at"):
        return FLOW_OUT, datetime.fromisoformat(gone_on)
    if stay.fell_back_at:
        return (FLOW_OUT if _is_called_back(stay) else QueueStay.Exit.VOICEMAIL), stay.fell_back_at
    if later:
        return QueueStay.Exit.FLOW_OUT, later.entered_at
    if story.is_lost:
        return QueueStay.Exit.LOST, story.caller_left_at
    if story.caller_left_at:
        gone = FLOW_OUT if _is_called_back(stay) else QueueStay.Exit.ABANDONED
        return gone, max(story.caller_left_at, stay.entered_at)
    return "", None


def _spoke_at(offer: Offer) -> datetime:
    assert offer.spoke_at is not None
    return offer.spoke_at


def _is_called_back(stay: QueueStay) -> bool:
    """The caller left for a promise (`actions.callbacks`): nobody was lost."""
    return stay.routing.get("left_for") == "callback"


def _follow_fields(story: Story) -> None:
    call, leg = story.call, story.caller_leg
    bridged = sorted(story.bridged_offers(), key=_spoke_at)
    if leg is not None and leg.created_at:
        call.arrived_at = leg.created_at
    if story.stays:
        call.queued_at = story.stays[0].entered_at
        call.queue_id = story.stays[-1].queue_id
    if bridged:
        call.agent_id = bridged[-1].agent_id
    call.answered_at = earliest(
        *(stay.answered_at for stay in story.stays), *(offer.spoke_at for offer in bridged)
    )
    if call.answered_at is None and leg is not None and call.direction != Call.Direction.INBOUND:
        call.answered_at = leg.bridged_at
    call.talk_seconds = sum(offer.talk_seconds for offer in story.offers)
    call.hold_seconds = sum(offer.hold_seconds for offer in story.offers)
    call.wrap_up_seconds = sum(offer.wrap_up_seconds for offer in story.offers)
    call.ended_at = story.caller_left_at
    call.state = _state(story, bridged)
    call.line = line_of(story)
    if call.ended_at is None:
        return
    call.hangup_cause = leg.cause if leg else ""
    call.exit = _exit_of_call(story)
    call.ended_by = _ended_by(story, bridged)


def _state(story: Story, bridged: list[Offer]) -> str:
    if story.call.ended_at:
        return Call.State.ENDED
    talking = [offer for offer in bridged if offer.talk_ended_at is None]
    if talking:
        return Call.State.HOLD if is_held(story, talking[-1]) else Call.State.TALKING
    if any(_rings_for_caller(offer) for offer in story.offers):
        return Call.State.RINGING
    if any(stay.left_at is None for stay in story.stays):
        return Call.State.WAITING
    return _state_without_agent(story, bridged)


def _state_without_agent(story: Story, bridged: list[Offer]) -> str:
    """Parked, or on with somebody outside; else before the talk or after it."""
    now = conversations.current(story.caller_leg)
    if now is not None and now.kind == conversations.HELD:
        return Call.State.HOLD
    if now is not None and bridged and now.other not in {offer.pk for offer in story.offers}:
        return Call.State.TALKING
    return Call.State.AFTER if bridged else Call.State.ARRIVED


def _rings_for_caller(offer: Offer) -> bool:
    return offer.ended_at is None and offer.answered_at is None and offer.kind != Offer.Kind.CONSULT


def _exit_of_call(story: Story) -> str:
    exits = {stay.exit for stay in story.stays}
    if story.call.answered_at:
        return Call.Exit.ANSWERED
    if QueueStay.Exit.VOICEMAIL in exits:
        return Call.Exit.VOICEMAIL
    if story.is_lost:
        return Call.Exit.LOST
    if story.stays and story.stays[-1].exit == FLOW_OUT:
        return Call.Exit.FLOW_OUT
    return Call.Exit.ABANDONED if exits else Call.Exit.LEFT_EARLY


def _ended_by(story: Story, bridged: list[Offer]) -> str:
    """Who hung up: the earlier of the two who did; nobody of them means the system."""
    caller = story.caller_leg
    ends = [(caller.ended_at, Call.EndedBy.CALLER)] if caller and _by_person(caller) else []
    agent_leg = story.legs.get(bridged[-1].pk) if bridged else None
    if agent_leg and agent_leg.ended_at and (_by_person(agent_leg) or agent_leg.asked_to_end_by):
        ends.append((agent_leg.ended_at, Call.EndedBy.AGENT))
    return min(ends, key=lambda end: end[0])[1] if ends else Call.EndedBy.SYSTEM


def _by_person(leg: Leg) -> bool:
    return leg.ended_at is not None and leg.ended_by == "party"


def _follow_agents(story: Story, changed: list[Model], at: datetime) -> None:
    was_held = story.before(story.call).get("state") in LIVE_STATES and story.call in changed
    touched = {offer.agent_id for offer in story.offers if offer in changed or (was_held and offer.is_open)}
    for agent_id in sorted(touched):
        follow_agent(agent_id, at=at, cause="call")
    for offer in story.offers:
        if offer.outcome == story.before(offer).get("outcome"):
            continue
        if offer.outcome == Offer.Outcome.BRIDGED:
            note_answered(offer.agent_id)
        elif offer.outcome:
            note_missed(offer, at=at)
