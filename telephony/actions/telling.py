"""What is new about a call and who ought to hear of it: events, told after the commit."""

from datetime import datetime

from telephony import events
from telephony.actions.story import Story
from telephony.models import Call, Offer, QueueStay
from tenants.events import emit


def tell_of_story(story: Story, at: datetime) -> None:
    """Call it before its rows are saved: what is new shows against what they were."""
    call, before = story.call, story.before(story.call)
    for offer in story.offers:
        _tell_of_offer(story, offer, at)
    for stay in story.stays:
        _tell_of_stay(story, stay, at)
    held = before.get("state") == Call.State.HOLD
    if call.state == Call.State.HOLD and not held:
        emit(events.CallHeld(occurred_at=at, call_id=call.pk))
    if held and call.state == Call.State.TALKING:
        emit(events.CallUnheld(occurred_at=at, call_id=call.pk))
    if call.line != before.get("line", {}):
        emit(events.CallLineChanged(occurred_at=at, call_id=call.pk))
    if call.ended_at and not before.get("ended_at"):
        emit(events.CallEnded(occurred_at=call.ended_at, call_id=call.pk))


def _tell_of_offer(story: Story, offer: Offer, at: datetime) -> None:
    before, call_id = story.before(offer), story.call.pk
    if offer.outcome != before.get("outcome"):
        emit(events.OfferEnded(occurred_at=at, call_id=call_id, agent_id=offer.agent_id, offer_id=offer.pk))
        if offer.outcome == Offer.Outcome.BRIDGED:
            emit(events.CallAnswered(occurred_at=offer.spoke_at, call_id=call_id, agent_id=offer.agent_id))
            _tell_of_handing_over(story, offer)
    if offer.wrap_up_started_at and not before.get("wrap_up_started_at") and not offer.wrap_up_ended_at:
        emit(events.WrapUpStarted(occurred_at=at, call_id=call_id, agent_id=offer.agent_id))


def _tell_of_handing_over(story: Story, offer: Offer) -> None:
    """By who asked first, or who had parked the caller."""
    if offer.kind in (Offer.Kind.LINE, Offer.Kind.DIAL) or offer.spoke_at is None:
        return
    giver = offer.asked_by_id or story.before(story.call).get("agent_id")
    emit(
        events.CallTransferred(
            occurred_at=offer.spoke_at,
            call_id=story.call.pk,
            from_agent_id=giver,
            to_agent_id=offer.agent_id,
        )
    )


def _tell_of_stay(story: Story, stay: QueueStay, at: datetime) -> None:
    before = story.before(stay)
    if stay.left_at and not before.get("left_at"):
        emit(events.StayEnded(occurred_at=at, call_id=story.call.pk, queue_id=stay.queue_id, stay_id=stay.pk))
    if stay.exit == QueueStay.Exit.ABANDONED and before.get("exit") != stay.exit:
        emit(events.CallAbandoned(occurred_at=stay.left_at, call_id=story.call.pk, queue_id=stay.queue_id))
