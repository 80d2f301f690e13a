"""The shape of agents, calls and queues outside Python: API = snapshot = message.

Rows are the same for every reader: codes instead of words (the page has the words in its language), masked numbers,
moments in ISO 8601, and a `version` by which a browser drops what is older than what it shows.
"""

import time
from collections.abc import Mapping
from typing import Any, TypedDict
from uuid import UUID

from telephony.models import Agent, Call, Listening, Offer
from telephony.queries import QueueState
from telephony.queries.devices import chosen_device
from tenants.masking import mask_number


class Named(TypedDict):
    id: int
    name: str


class AgentRow(TypedDict):
    id: int
    name: str
    extension: str
    presence: str
    routing_status: str
    reason: str
    cause: str
    """`system:no_answer`, `system:unregistered`, `system:switch_died` or `system:page_closed` when we did it; empty
    when a person chose.
    """
    activity: str
    next_status: str
    next_reason: str
    state_since: Any
    wrap_up_until: Any
    missed_offers: int
    phone: str
    """`registered`, `unregistered` or `none`."""
    rings: str
    """What a call would ring now: `sip`, `web`, `number` or nothing."""
    ring_on: str
    queues: list[int]
    version: int


class OfferRow(TypedDict):
    id: UUID
    agent: Named
    kind: str
    """Why it rings: `line`, `consult`, `pick_up`, `take_over` or `dial`."""
    rang: str
    """What rings: `sip`, `web` or `number`."""
    offered_at: Any
    expires_at: Any


class LineRow(TypedDict):
    """Somebody beside caller and agent, or a parked caller: `telephony.actions.lines.line_of`."""

    place: str
    since: str
    by: int | None
    agents: list[int]
    number: str
    state: str
    names: dict[str, str]
    """Of `by` and `agents`, by their ids."""


class CallRow(TypedDict):
    id: UUID
    direction: str
    state: str
    caller: str
    caller_name: str
    number: str
    queue: Named | None
    agent: Named | None
    arrived_at: Any
    queued_at: Any
    answered_at: Any
    ended_at: Any
    hold_seconds: int
    talk_seconds: int
    exit: str
    disposition: str
    collected: dict[str, str]
    """What the caller keyed in on the way, or was looked up for them, by name; nothing secret."""
    offer: OfferRow | None
    line: LineRow | None
    version: int


class QueueRow(TypedDict):
    id: int
    name: str
    state: str
    sl_seconds: int
    waiting: int
    oldest_entered_at: Any
    agents: dict[str, int]
    """How many are `ready` and free, `busy` (ringing, on a call, wrap-up), `not_ready` and `offline`."""
    version: int


class ListeningRow(TypedDict):
    """A supervisor's ear on a talk. `began_at` is empty while their phone rings."""

    id: UUID
    call_id: UUID
    agent: Named
    supervisor: Named
    mode: str
    asked_at: Any
    began_at: Any
    ended_at: Any
    modes: list[list[str]]
    """Each change of mode: [moment, listen, whisper, barge or taken]."""
    is_told: bool
    """The agent is shown it."""
    version: int


def named(row: Any) -> Named | None:
    return None if row is None else {"id": row.pk, "name": row.name}


def phone_state(agent: Agent) -> str:
    devices = list(agent.devices.all())
    if not devices:
        return "none"
    return "unregistered" if chosen_device(agent, devices) is None else "registered"


def ringing_kind(agent: Agent) -> str:
    ringing = chosen_device(agent, agent.devices.all())
    return ringing.kind if ringing else ""


def agent_row(agent: Agent) -> AgentRow:
    return {
        "id": agent.pk,
        "name": agent.name,
        "extension": agent.extension,
        "presence": agent.presence,
        "routing_status": agent.routing_status,
        "reason": agent.not_ready_reason.name if agent.not_ready_reason else "",
        "cause": cause if (cause := getattr(agent, "state_cause", None) or "").startswith("system:") else "",
        "activity": agent.activity,
        "next_status": agent.next_status,
        "next_reason": agent.next_reason.name if agent.next_reason else "",
        "state_since": agent.state_since,
        "wrap_up_until": agent.wrap_up_until,
        "missed_offers": agent.missed_offers,
        "phone": phone_state(agent),
        "rings": ringing_kind(agent),
        "ring_on": agent.ring_on,
        "queues": sorted(queue_agent.queue_id for queue_agent in agent.queue_agents.all()),
        "version": agent.version,
    }


def offer_row(offer: Offer) -> OfferRow:
    return {
        "id": offer.pk,
        "agent": {"id": offer.agent_id, "name": offer.agent.name},
        "kind": offer.kind,
        "rang": offer.rang,
        "offered_at": offer.offered_at,
        "expires_at": offer.expires_at,
    }


def line_row(call: Call, names: Mapping[int, str] | None = None) -> LineRow | None:
    line = call.line
    if not line:
        return None
    number = line.get("number", "")
    return {
        "place": line.get("place", ""),
        "since": line.get("since", ""),
        "by": line.get("by"),
        "agents": line.get("agents", []),
        "number": mask_number(number) if number else "",
        "state": line.get("state", ""),
        "names": names_of([line.get("by"), *line.get("agents", [])], names),
    }


def names_of(agent_ids: list[int | None], names: Mapping[int, str] | None) -> dict[str, str]:
    """`names`: those of many calls, read before in one go."""
    wanted = [pk for pk in agent_ids if pk]
    if names is None:
        names = dict(Agent.objects.filter(pk__in=wanted).values_list("pk", "name"))
    return {str(pk): names[pk] for pk in wanted if pk in names}


def call_row(call: Call, offer: Offer | None, names: Mapping[int, str] | None = None) -> CallRow:
    """`offer` is the one ringing now, if any; `names`: as in `names_of`."""
    return {
        "id": call.pk,
        "direction": call.direction,
        "state": call.state,
        "caller": mask_number(call.caller_number or call.caller_raw),
        "caller_name": call.caller_name,
        "number": call.number,
        "queue": named(call.queue),
        "agent": named(call.agent),
        "arrived_at": call.arrived_at,
        "queued_at": call.queued_at,
        "answered_at": call.answered_at,
        "ended_at": call.ended_at,
        "hold_seconds": call.hold_seconds,
        "talk_seconds": call.talk_seconds,
        "exit": call.exit,
        "disposition": str(call.disposition) if call.disposition else "",
        "collected": call.collected,
        "offer": offer_row(offer) if offer else None,
        "line": line_row(call, names),
        "version": call.version,
    }


def listening_row(listening: Listening) -> ListeningRow:
    return {
        "id": listening.pk,
        "call_id": listening.call_id,
        "agent": {"id": listening.agent_id, "name": listening.agent.name},
        "supervisor": {"id": listening.supervisor_id, "name": listening.supervisor.name},
        "mode": listening.mode,
        "asked_at": listening.asked_at,
        "began_at": listening.began_at,
        "ended_at": listening.ended_at,
        "modes": listening.modes,
        "is_told": listening.is_told,
        "version": listening.version,
    }


def queue_row(state: QueueState, sl_seconds: int) -> QueueRow:
    return {
        "id": state.queue_id,
        "name": state.name,
        "state": "open" if state.is_open else "closed",
        "sl_seconds": sl_seconds,
        "waiting": state.waiting,
        "oldest_entered_at": state.longest_since,
        "agents": {
            "ready": state.agents_free,
            "busy": state.agents_busy + state.agents_in_wrap_up,
            "not_ready": state.agents_not_ready,
            "offline": state.agents_offline,
        },
        # A queue's row is counted, not stored: the moment of counting, in microseconds, orders it.
        "version": time.time_ns() // 1_000,
    }
