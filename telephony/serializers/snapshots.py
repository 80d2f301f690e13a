"""What a page shows when it opens, before the first news: the same rows as the messages, read in one go."""

from datetime import datetime
from typing import Any

from django.db.models import QuerySet
from django.utils import timezone

from telephony import metrics, queries
from telephony.models import Agent, Call, Offer
from telephony.queries.canary import broken_numbers
from telephony.queries.recording_states import recording_state
from telephony.queries.supervision import open_listenings, told_listening
from telephony.queries.transfers import transfer_limits
from telephony.queries.worktime import work_time_by_agent
from telephony.serializers.rows import (
    AgentRow,
    CallRow,
    ListeningRow,
    QueueRow,
    agent_row,
    call_row,
    listening_row,
    queue_row,
)

RECENT_CALLS = 20
FLOOR_CALLS = 200
"""Live calls on one board: more than anyone reads; the rest is counted in the queues."""


def workspace(agent: Agent | None) -> dict[str, Any]:
    if agent is None:
        return {
            "agent": None,
            "call": None,
            "recent": [],
            "colleagues": [],
            "queues": queue_rows(),
            "parked": [],
        }
    call = queries.current_call(agent.pk)
    return {
        "agent": agent_row(agent),
        "call": one_call(call, agent.pk) if call else None,
        "recent": recent_calls(agent),
        "colleagues": agent_rows(),
        "queues": queue_rows(),
        "transfers": transfers(agent),
        "parked": parked_rows(),
        "supervised": supervised(agent.pk),
        "recording": recording_state(call.pk, agent.pk) if call else None,
    }


def parked_rows() -> list[CallRow]:
    """Callers who hear music until somebody picks them up, the longest first."""
    parked = queries.live_calls().filter(line__place="parked").order_by("line__since")
    return [call_row(call, None) for call in parked]


def supervised(agent_id: int) -> ListeningRow | None:
    """Who listens in on this agent, as far as they are told."""
    listening = told_listening(agent_id)
    return listening_row(listening) if listening else None


def transfers(agent: Agent) -> dict[str, list[int]] | None:
    """The ids one may transfer to; None: no limits."""
    limits = transfer_limits(agent.pk, timezone.now())
    return {"queues": sorted(limits.queues), "agents": sorted(limits.agents)} if limits else None


def floor() -> dict[str, Any]:
    calls = list(queries.live_calls()[:FLOOR_CALLS])
    return {
        "agents": agent_rows(),
        "calls": call_rows(calls),
        "queues": queue_rows(),
        "figures": figures(),
        "listenings": [listening_row(listening) for listening in open_listenings()],
    }


def agent_rows() -> list[AgentRow]:
    return [agent_row(agent) for agent in with_phones(queries.agents_on_floor())]


def with_phones(agents: QuerySet[Agent]) -> QuerySet[Agent]:
    return agents.prefetch_related("devices", "queue_agents")


def queue_rows(queue_ids: list[int] | None = None) -> list[QueueRow]:
    queues = list(queries.queues() if queue_ids is None else queries.queues().filter(pk__in=queue_ids))
    states = queries.queue_states(queues) if queues else []
    return [queue_row(state, queue.sl_seconds) for state, queue in zip(states, queues, strict=True)]


def one_call(call: Call, agent_id: int | None = None) -> CallRow:
    """With the offer that rings; of phones rung together this agent's own, else the first."""
    ringing = queries.ringing_offers(call.pk) if call.ended_at is None else []
    own = [offer for offer in ringing if offer.agent_id == agent_id]
    return call_row(call, next(iter(own or ringing), None))


def call_rows(calls: list[Call]) -> list[CallRow]:
    """Several calls with one query for their ringing offers."""
    ringing = Offer.objects.filter(call__in=calls, ended_at=None, answered_at=None).select_related("agent")
    by_call = {offer.call_id: offer for offer in ringing}
    return [call_row(call, by_call.get(call.pk)) for call in calls]


def recent_calls(agent: Agent) -> list[CallRow]:
    ended = queries.calls().filter(agent_id=agent.pk, ended_at__isnull=False)[:RECENT_CALLS]
    return [call_row(call, None) for call in ended]


def figures() -> dict[str, Any]:
    """The floor's nine since midnight in the tenant's zone: rates in percent, times in seconds, None is a dash.

    `alerts` names those that are so bad that a person must act; `broken_numbers`: how many the canary found so.
    """
    now = timezone.localtime()
    midnight = now.replace(hour=0, minute=0, second=0, microsecond=0)
    day = queries.figures_today()
    return {
        "offered": day.offered,
        "answered": day.answered,
        "abandoned": day.abandoned,
        "waiting": day.waiting,
        "service_level": day.service_level,
        "average_speed_of_answer": day.average_speed_of_answer,
        "average_handle_time": day.average_handle_time,
        "occupancy": _occupancy(midnight, now),
        "connect_rate": day.connect_rate,
        "alerts": ["connect_rate"]
        if metrics.is_connect_rate_low(day.answered, day.offered, day.waiting)
        else [],
        "broken_numbers": broken_numbers(),
        "version": int(now.timestamp() * 1_000_000),
    }


def _occupancy(start: datetime, end: datetime) -> float | None:
    times = work_time_by_agent(start, end, timezone.get_current_timezone_name()).values()
    return metrics.occupancy(sum(time.contact for time in times), sum(time.idle for time in times))
