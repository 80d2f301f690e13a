"""What an agent is doing, worked out from their offers and from the calls of their own phone.

And the one place where an agent's state is written.
"""

from collections.abc import Iterable, Sequence
from datetime import datetime, timedelta

from django.db import connection
from django.db.models import Exists, OuterRef, QuerySet

from telephony import events
from telephony.actions.bulk import insert_rows
from telephony.actions.outcomes import UNREACHABLE
from telephony.actions.sitting import Sitting, save, sitting
from telephony.facts import Direction
from telephony.models import Agent, AgentStateChange, Leg, Offer, QueueStay
from tenants.events import emit

NO_ANSWER = "system:no_answer"
UNREGISTERED = "system:unregistered"
SWITCH_DIED = "system:switch_died"
PAGE_CLOSED = "system:page_closed"
_BEGIN = (
    "UPDATE telephony_agent SET activity = %s, state_since = %s, version = version + 1 WHERE id = ANY(%s)"
)


def locked_agent(agent_id: int) -> Agent:
    table = sitting()
    if table is not None:
        return table.agent(agent_id)
    return Agent.objects.select_for_update(no_key=True).get(pk=agent_id)


def write_state(agent: Agent, *, at: datetime, cause: str) -> None:
    """Save a changed agent with its row of history and tell.

    Call it once per change, under the agent's lock.
    """
    agent.state_since = at
    agent.version += 1
    save(agent)
    change = AgentStateChange(
        agent=agent,
        at=at,
        presence=agent.presence,
        routing_status=agent.routing_status,
        activity=agent.activity,
        reason_id=agent.not_ready_reason_id,
        cause=cause,
    )
    table = sitting()
    if table is None:
        change.save()
    else:
        table.add(change)
    tell_state(agent, at)


def write_states(agents: Sequence[Agent], *, activity: str, at: datetime, cause: str) -> None:
    """The same for several, locked, who all begin the same."""
    begin_states(agents, activity=activity, at=at, cause=cause)
    for agent in agents:
        tell_state(agent, at)


def begin_states(agents: Sequence[Agent], *, activity: str, at: datetime, cause: str) -> None:
    """Their rows alone: whoever asks tells of it."""
    with connection.cursor() as cursor:
        cursor.execute(_BEGIN, [str(activity), at, [agent.pk for agent in agents]])
    insert_rows(
        [
            AgentStateChange(
                agent=agent,
                at=at,
                presence=agent.presence,
                routing_status=agent.routing_status,
                activity=activity,
                reason_id=agent.not_ready_reason_id,
                cause=cause,
            )
            for agent in agents
        ]
    )


def tell_state(agent: Agent, at: datetime) -> None:
    emit(events.AgentStateChanged(occurred_at=at, agent_id=agent.pk))


def touch_agent(agent: Agent, *, at: datetime) -> None:
    """Something beside the state is new (a phone, a wish, a deadline): newer version, same history."""
    agent.version += 1
    save(agent)
    tell_state(agent, at)


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


def follow_phone(leg: Leg, offers: Iterable[Offer], *, at: datetime) -> None:
    """Whoever is on this leg is on a call, though none of its call's offers made it: they dialled, or were dialled."""
    if leg.agent_id and leg.pk not in {offer.pk for offer in offers}:
        follow_agent(leg.agent_id, at=at, cause="phone")


def _activity(agent: Agent) -> tuple[str, Offer | None]:
    table = sitting()
    if table is not None:
        return _activity_in(table, agent)
    current = agent.offers.filter(ended_at=None).order_by("-offered_at").first()
    if current is not None:
        return activity_of_offer(is_answered=bool(current.answered_at), doing=current.doing), None
    own = legs_without_offer().filter(agent=agent).order_by("created_at").first()
    if own is not None:
        return _activity_of(own), None
    wrapping = agent.offers.filter(wrap_up_started_at__isnull=False, wrap_up_ended_at=None)
    last = wrapping.order_by("-wrap_up_started_at").first()
    return (Agent.Activity.WRAP_UP, last) if last else (Agent.Activity.IDLE, None)


def _activity_in(table: Sitting, agent: Agent) -> tuple[str, Offer | None]:
    """The same among the rows of a sitting."""
    offers = table.offers_of_agent(agent.pk)
    current = max(
        (offer for offer in offers if offer.ended_at is None),
        key=lambda offer: offer.offered_at,
        default=None,
    )
    if current is not None:
        return activity_of_offer(is_answered=bool(current.answered_at), doing=current.doing), None
    own = min(table.own_legs_of_agent(agent.pk), key=_begun, default=None)
    if own is not None:
        return _activity_of(own), None
    wrapping = [offer for offer in offers if offer.wrap_up_started_at and not offer.wrap_up_ended_at]
    last = max(wrapping, key=lambda offer: offer.wrap_up_started_at, default=None)
    return (Agent.Activity.WRAP_UP, last) if last else (Agent.Activity.IDLE, None)


def _activity_of(own: Leg) -> str:
    return activity_of_leg(is_answered=bool(own.answered_at), direction=own.direction, kind=own.kind)


def _begun(leg: Leg) -> tuple[bool, datetime | None]:
    """Oldest first, those whose beginning was not heard last, as the database orders them."""
    return (leg.created_at is None, leg.created_at)


def legs_without_offer() -> QuerySet[Leg]:
    """Open legs of agents' phones which no offer made."""
    own = Leg.objects.filter(ended_at=None, agent__isnull=False)
    return own.exclude(Exists(Offer.objects.filter(pk=OuterRef("pk"))))


def activity_of_offer(*, is_answered: bool, doing: str) -> str:
    """What an agent with an open offer is doing."""
    return (doing or Agent.Activity.TALKING) if is_answered else Agent.Activity.RINGING


def activity_of_leg(*, is_answered: bool, direction: str, kind: str = "") -> str:
    """What an agent with a call of their own phone is doing; an inbound leg is one they dialled with."""
    if is_answered and kind == Leg.Kind.EAR:
        return Agent.Activity.LISTENING
    if is_answered:
        return Agent.Activity.TALKING
    return Agent.Activity.DIALLING if direction == Direction.INBOUND else Agent.Activity.RINGING


def _wrap_up_until(agent: Agent, wrapping: Offer | None) -> datetime | None:
    """The deadline; one that was extended stays as it is."""
    if wrapping is None:
        return None
    if agent.wrap_up_offer_id == wrapping.pk and agent.wrap_up_until:
        return agent.wrap_up_until
    stay = stay_of(wrapping)
    queue = stay.queue if stay else wrapping.call.queue
    seconds = queue.wrap_up_seconds if queue else 0
    return wrapping.wrap_up_started_at + timedelta(seconds=seconds)


def stay_of(offer: Offer) -> QueueStay | None:
    """The stay it was made in, with its queue."""
    table = sitting()
    if table is not None and table.call(offer.call_id) is not None:
        return next((stay for stay in table.stays_of_call(offer.call_id) if stay.pk == offer.stay_id), None)
    return QueueStay.objects.select_related("queue").filter(pk=offer.stay_id).first()


def note_answered(agent_id: int) -> None:
    if sitting() is None:
        Agent.objects.filter(pk=agent_id).exclude(missed_offers=0).update(missed_offers=0)
        return
    agent = locked_agent(agent_id)
    if agent.missed_offers:
        agent.missed_offers = 0
        save(agent)


def note_missed(offer: Offer, *, at: datetime) -> None:
    """Count misses in a row.

    Too many, or a phone that is not there, and the agent is not ready, with the cause.
    """
    if offer.failure in UNREACHABLE:
        force_not_ready(offer.agent_id, at=at, cause=UNREGISTERED)
        return
    if offer.outcome not in (Offer.Outcome.MISSED, Offer.Outcome.REFUSED) or offer.kind != Offer.Kind.LINE:
        return
    agent = locked_agent(offer.agent_id)
    agent.missed_offers += 1
    save(agent)
    stay = stay_of(offer)
    if stay and agent.missed_offers >= stay.queue.max_missed_offers:
        force_not_ready(offer.agent_id, at=at, cause=NO_ANSWER)


def force_not_ready(agent_id: int, *, at: datetime, cause: str) -> None:
    """By the system, at once, whatever the agent is doing; the activity goes on."""
    agent = locked_agent(agent_id)
    agent.next_status, agent.next_reason = "", None
    agent.missed_offers = 0
    if agent.routing_status == Agent.RoutingStatus.NOT_READY:
        save(agent)
        return
    agent.routing_status, agent.not_ready_reason = Agent.RoutingStatus.NOT_READY, None
    write_state(agent, at=at, cause=cause)
