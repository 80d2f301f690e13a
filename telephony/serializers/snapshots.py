"""What a page shows when it opens, before the first news: the same rows as the messages, read in one go."""

from typing import Any

from django.db.models import QuerySet
from django.utils import timezone

from telephony import queries
from telephony.models import Agent, Call, Offer
from telephony.queries.page_calls import names_on_lines
from telephony.queries.supervision import open_listenings, told_listening
from telephony.queries.transfers import transfer_limits
from telephony.serializers import floor as board
from telephony.serializers.messages import help_rows
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
from tenants.one_reading import OneReading

FLOOR_CALLS = 200
"""Live calls on one board: more than anyone reads; the rest is counted in the queues."""


def parked_rows() -> list[CallRow]:
    """Callers who hear music until somebody picks them up, the longest first."""
    parked = list(queries.live_calls().filter(line__place="parked").order_by("line__since"))
    names = names_on_lines(parked)
    return [call_row(call, None, names) for call in parked]


def supervised(agent_id: int) -> ListeningRow | None:
    """Who listens in on this agent, as far as they are told."""
    listening = told_listening(agent_id)
    return listening_row(listening) if listening else None


def transfers(agent_id: int) -> dict[str, list[int]] | None:
    """The ids one may transfer to; None: no limits."""
    limits = transfer_limits(agent_id, timezone.now())
    return {"queues": sorted(limits.queues), "agents": sorted(limits.agents)} if limits else None


def floor(queue_ids: tuple[int, ...] | None = None) -> dict[str, Any]:
    calls = list(queries.live_calls()[:FLOOR_CALLS])
    return {
        "agents": board.agents(),
        "calls": call_rows(calls),
        "queues": queue_rows(),
        "figures": figures(queue_ids),
        "listenings": [listening_row(listening) for listening in open_listenings()],
        "alerts": board.alert_rows(),
        "help": help_rows(),
    }


def agent_rows() -> list[AgentRow]:
    return [agent_row(agent) for agent in with_phones(queries.agents_on_floor())]


def with_phones(agents: QuerySet[Agent]) -> QuerySet[Agent]:
    return agents.prefetch_related("devices", "queue_agents")


def queue_rows(queue_ids: list[int] | None = None) -> list[QueueRow]:
    queues = list(queries.queues()) if queue_ids is None else queries.queues_named(queue_ids)
    states = queries.queue_states(queues) if queues else []
    return [queue_row(state, queue.sl_seconds) for state, queue in zip(states, queues, strict=True)]


everybody = OneReading(agent_rows)
"""Every agent's row, as pages that look for a colleague hear it: one reading for all who ask at once."""


def one_call(call: Call, agent_id: int | None = None) -> CallRow:
    """With the offer that rings; of phones rung together this agent's own, else the first."""
    ringing = queries.ringing_offers(call.pk) if call.ended_at is None else []
    own = [offer for offer in ringing if offer.agent_id == agent_id]
    return call_row(call, next(iter(own or ringing), None))


def call_rows(calls: list[Call]) -> list[CallRow]:
    """Several calls with one query for their ringing offers."""
    ringing = Offer.objects.filter(call__in=calls, ended_at=None, answered_at=None).select_related("agent")
    by_call = {offer.call_id: offer for offer in ringing}
    names = names_on_lines(calls)
    return [call_row(call, by_call.get(call.pk), names) for call in calls]


def figures(queue_ids: tuple[int, ...] | None = None) -> dict[str, Any]:
    return board.figures(queue_ids)
