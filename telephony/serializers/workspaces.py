"""What agents' pages show when they open, for all that open in the same moment: each table is asked once.

What is the same for everybody (the queues, the parked callers) is read once and becomes JSON once; all else is read for
all of them together and handed to each: to nobody what is another's. A reading begins after the last of them has joined
the news (`tenants.gathering`): a change after it is told as news.
"""

from collections.abc import Sequence
from typing import Any
from uuid import UUID

from django.utils import timezone
from orjson import Fragment

from telephony.models import Agent, Call, Listening, Offer
from telephony.queries.agents import agents_of
from telephony.queries.page_calls import current_calls, latest_calls, names_on_lines, ringing_on
from telephony.queries.recording_states import recording_states
from telephony.queries.supervision import told_listenings
from telephony.serializers.messages import messages_snapshots
from telephony.serializers.rows import agent_row, call_row, listening_row
from telephony.serializers.snapshots import parked_rows, queue_rows
from tenants.one_reading import OneReading
from tenants.realtime import encode

RECENT_CALLS = 20


def workspaces(members: Sequence[Any]) -> list[dict[str, Any]]:
    """A snapshot for each member, in their order; who is no agent sees the queues."""
    agents = agents_of([member.pk for member in members])
    own = _own_parts(list(agents.values()))
    same = {"queues": _queues(), "parked": _parked() if agents else Fragment(b"[]")}
    nothing: dict[str, Any] = {"agent": None, "call": None, "recent": [], "parked": Fragment(b"[]")}
    said = messages_snapshots(members, agents, timezone.now())
    return [
        same | (own[agents[member.pk].pk] if member.pk in agents else nothing) | messages
        for member, messages in zip(members, said, strict=True)
    ]


def _own_parts(agents: list[Agent]) -> dict[int, dict[str, Any]]:
    """By agent. Most pages that come back belong to somebody who is in no call: nothing is asked about a talk then."""
    ids = [agent.pk for agent in agents]
    in_talk = [agent.pk for agent in agents if agent.activity != Agent.Activity.IDLE]
    calls = current_calls(in_talk) if in_talk else {}
    ringing = ringing_on([call.pk for call in calls.values() if call.ended_at is None]) if calls else {}
    recording = recording_states({agent_id: call.pk for agent_id, call in calls.items()}) if calls else {}
    told = told_listenings(in_talk) if in_talk else {}
    latest = latest_calls(ids, RECENT_CALLS)
    names = names_on_lines([*calls.values(), *(call for those in latest.values() for call in those)])
    return {
        agent.pk: {
            "agent": agent_row(agent),
            "call": _call(calls.get(agent.pk), agent.pk, ringing, names),
            "recent": [call_row(call, None, names) for call in latest.get(agent.pk, ())],
            "supervised": _listening(told.get(agent.pk)),
            "recording": recording.get(agent.pk),
        }
        for agent in agents
    }


def _call(
    call: Call | None, agent_id: int, ringing: dict[UUID, list[Offer]], names: Any
) -> dict[str, Any] | None:
    """With the offer that rings; of phones rung together this agent's own, else the first."""
    if call is None:
        return None
    offers = ringing.get(call.pk, [])
    own = [offer for offer in offers if offer.agent_id == agent_id]
    return dict(call_row(call, next(iter(own or offers), None), names))


def _listening(listening: Listening | None) -> dict[str, Any] | None:
    return dict(listening_row(listening)) if listening else None


_queues = OneReading(lambda: Fragment(encode(queue_rows())))
_parked = OneReading(lambda: Fragment(encode(parked_rows())))
