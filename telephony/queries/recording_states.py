"""What the recording of a talk does at this moment, for the agent who talks, and who talks on a call."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any
from uuid import UUID

from telephony.models import Agent, Offer, Recording, RecordingMask
from telephony.recording.rules import Mode


def recording_state(call_id: UUID, agent_id: int) -> dict[str, Any]:
    """`state` is off, on or masked (until `until` at the latest); `may_start`: on demand, by the agent."""
    return recording_states({agent_id: call_id})[agent_id]


def recording_states(calls: Mapping[int, UUID]) -> dict[int, dict[str, Any]]:
    """The same of many agents, each in one call, by agent."""
    # A file begins a moment before the two are joined: who talks is not asked here.
    made = Offer.objects.defer("explanation").filter(call_id__in=set(calls.values()), agent_id__in=calls)
    offers = {
        offer.agent_id: offer
        for offer in made.order_by("offered_at")
        if calls[offer.agent_id] == offer.call_id
    }
    ids = [offer.pk for offer in offers.values()]
    recorded = set(Recording.objects.filter(leg__in=ids, ended_at=None).values_list("leg", flat=True))
    masked = RecordingMask.objects.filter(offer__in=ids, ended_at=None, began_at__isnull=False)
    due = dict(masked.values_list("offer_id", "due_at"))
    return {
        agent_id: _state(call_id, offers.get(agent_id), recorded, due) for agent_id, call_id in calls.items()
    }


def _state(
    call_id: UUID, offer: Offer | None, recorded: set[UUID], due: Mapping[UUID, datetime | None]
) -> dict[str, Any]:
    said: dict[str, Any] = {"call_id": call_id, "state": "off", "until": None, "may_start": False}
    if offer is None:
        return said
    is_on, due_at = offer.pk in recorded, due.get(offer.pk)
    return {
        **said,
        "state": "masked" if is_on and due_at else "on" if is_on else "off",
        "until": due_at,
        "may_start": offer.recording_mode == Mode.ON_DEMAND and offer.talk_ended_at is None,
    }


def talking_agent(call_id: UUID) -> Agent | None:
    """Who talks with the caller now; of several the one who came first."""
    talks = Offer.objects.filter(
        call_id=call_id, ended_at=None, answered_at__isnull=False, talk_ended_at=None
    )
    found = talks.select_related("agent").order_by("answered_at").first()
    return found.agent if found else None
