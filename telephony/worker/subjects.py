"""What an order is about: the agent's own offer or conversation, nobody else's; a queue that takes callers."""

from uuid import UUID

from telephony import queries
from telephony.errors import NoCallHere, QueueClosed
from telephony.models import Offer, Queue


def current_offer(agent_id: int, call_id: UUID) -> Offer:
    """The agent's own open offer or conversation of this call; nobody else's."""
    offer = (
        Offer.objects.filter(agent_id=agent_id, call_id=call_id, ended_at=None)
        .order_by("-offered_at")
        .first()
    )
    if offer is None:
        raise NoCallHere
    return offer


def ringing_offer(agent_id: int, call_id: UUID) -> Offer:
    offer = current_offer(agent_id, call_id)
    if offer.answered_at is not None:
        raise NoCallHere
    return offer


def talking_offer(agent_id: int, call_id: UUID) -> Offer:
    offer = current_offer(agent_id, call_id)
    if offer.answered_at is None or offer.talk_ended_at is not None:
        raise NoCallHere
    return offer


def open_queue(queue_id: int) -> Queue:
    queue = queries.queue(queue_id)
    if queue is None or queue.state != Queue.State.OPEN:
        raise QueueClosed
    return queue
