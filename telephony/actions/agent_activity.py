"""What an agent is doing, worked out from their offers.

And the one place where an agent's state is written.
"""

from datetime import datetime, timedelta

from telephony import events
from telephony.actions.outcomes import UNREACHABLE
from telephony.models import Agent, AgentStateChange, Call, Offer, QueueStay
from tenants.events import emit

NO_ANSWER = "system:no_answer"
UNREGISTERED = "system:unregistered"
PAGE_CLOSED = "system:page_closed"


def locked_agent(agent_id: int) -> Agent:
    return Agent.objects.select_for_update(no_key=True).get(pk=agent_id)


def write_state(agent: Agent, *, at: datetime, cause: str) -> None:
    """Save a changed agent with its row of history and tell.

    Call it once per change, under the agent's lock.
    """
    agent.state_since = at
    agent.version += 1
    agent.save()
    AgentStateChange.objects.create(
        agent=agent,
        at=at,
        presence=agent.presence,
        routing_status=agent.routing_status,
        activity=agent.activity,
        reason_id=agent.not_ready_reason_id,
        cause=cause,
    )
    emit(events.AgentStateChanged(occurred_at=at, agent_id=agent.pk))


def touch_agent(agent: Agent, *, at: datetime) -> None:
    """Something beside the state is new (a phone, a wish, a deadline): newer version, same history."""
    agent.version += 1
    agent.save()
    emit(events.AgentStateChanged(occurred_at=at, agent_id=agent.pk))


def follow_agent(agent_id: int, *, at: datetime, cause: str) -> None:
    """Set the activity that the agent's rows speak of; entering idle makes a wished next status come true."""
    agent = locked_agent(agent_id)
    activity, wrapping = _activity(agent)
    until = _wrap_up_until(agent, wrapping)
    same = (activity, until) == (agent.activity, agent.wrap_up_until)
    if same and agent.wrap_up_offer_id == (wrapping.pk if wrapping else None):
        return
    became_idle = activity == Agent.Activity.IDLE != agent.activity
    agent.activity, agent.wrap_up_until = activity, until
    agent.wrap_up_offer_id = wrapping.pk if wrapping else None
    if became_idle:
        agent.idle_since = at
        take_next_status(agent)
    write_state(agent, at=at, cause=cause)


def take_next_status(agent: Agent) -> None:
    if not agent.next_status:
        return
    agent.routing_status, agent.not_ready_reason = agent.next_status, agent.next_reason
    agent.next_status, agent.next_reason = "", None


def _activity(agent: Agent) -> tuple[str, Offer | None]:
    current = agent.offers.filter(ended_at=None).select_related("call").order_by("-offered_at").first()
    if current is not None and current.answered_at is None:
        return Agent.Activity.RINGING, None
    if current is not None:
        is_on_hold = current.call.state == Call.State.HOLD
        return (Agent.Activity.HOLD if is_on_hold else Agent.Activity.TALKING), None
    wrapping = agent.offers.filter(wrap_up_started_at__isnull=False, wrap_up_ended_at=None)
    last = wrapping.order_by("-wrap_up_started_at").first()
    return (Agent.Activity.WRAP_UP, last) if last else (Agent.Activity.IDLE, None)


def _wrap_up_until(agent: Agent, wrapping: Offer | None) -> datetime | None:
    """The deadline; one that was extended stays as it is."""
    if wrapping is None:
        return None
    if agent.wrap_up_offer_id == wrapping.pk and agent.wrap_up_until:
        return agent.wrap_up_until
    stay = QueueStay.objects.select_related("queue").filter(pk=wrapping.stay_id).first()
    seconds = stay.queue.wrap_up_seconds if stay else 0
    return wrapping.wrap_up_started_at + timedelta(seconds=seconds)


def note_answered(agent_id: int) -> None:
    Agent.objects.filter(pk=agent_id).exclude(missed_offers=0).update(missed_offers=0)


def note_missed(offer: Offer, *, at: datetime) -> None:
    """Count misses in a row.

    Too many, or a phone that is not there, and the agent is not ready, with the cause.
    """
    if offer.failure in UNREACHABLE:
        force_not_ready(offer.agent_id, at=at, cause=UNREGISTERED)
        return
    if offer.outcome not in (Offer.Outcome.MISSED, Offer.Outcome.REFUSED):
        return
    agent = locked_agent(offer.agent_id)
    agent.missed_offers += 1
    agent.save(update_fields=["missed_offers"])
    stay = QueueStay.objects.select_related("queue").filter(pk=offer.stay_id).first()
    if stay and agent.missed_offers >= stay.queue.max_missed_offers:
        force_not_ready(offer.agent_id, at=at, cause=NO_ANSWER)


def force_not_ready(agent_id: int, *, at: datetime, cause: str) -> None:
    """By the system, at once, whatever the agent is doing; the activity goes on."""
    agent = locked_agent(agent_id)
    agent.next_status, agent.next_reason = "", None
    agent.missed_offers = 0
    if agent.routing_status == Agent.RoutingStatus.NOT_READY:
        agent.save()
        return
    agent.routing_status, agent.not_ready_reason = Agent.RoutingStatus.NOT_READY, None
    write_state(agent, at=at, cause=cause)
