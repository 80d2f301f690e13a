"""What the recording of a talk does at this moment, for the agent who talks, and who talks on a call."""

from typing import Any
from uuid import UUID

from telephony.models import Agent, Offer, Recording, RecordingMask
from telephony.recording.rules import Mode


def recording_state(call_id: UUID, agent_id: int) -> dict[str, Any]:
    """`state` is off, on or masked (until `until` at the latest); `may_start`: on demand, by the agent."""
    # A file begins a moment before the two are joined: who talks is not asked here.
    offer = Offer.objects.filter(call_id=call_id, agent_id=agent_id).order_by("-offered_at").first()
    said: dict[str, Any] = {"call_id": call_id, "state": "off", "until": None, "may_start": False}
    if offer is None:
        return said
    is_on = Recording.objects.filter(leg=offer.pk, ended_at=None).exists()
    masked = RecordingMask.objects.filter(offer=offer, ended_at=None, began_at__isnull=False)
    due_at = masked.values_list("due_at", flat=True).first()
    state = "masked" if is_on and due_at else "on" if is_on else "off"
    return {
        **said,
        "state": state,
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
