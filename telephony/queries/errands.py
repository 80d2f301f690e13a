"""Flows an agent may send a caller through in the middle of a talk: those that know the way back."""

from uuid import UUID

from django.db.models import QuerySet

from telephony.models import Flow, Recording, RecordingMask


def errand_flows() -> QuerySet[Flow]:
    """Published, with a step that leads back to the agent."""
    found = Flow.objects.filter(is_archived=False, published__isnull=False)
    return found.filter(published__document__nodes__contains=[{"kind": "back"}]).order_by("name")


def recording_to_mask(talk_id: UUID) -> str:
    """The path of the talk's running recording; "" without one, and of one that somebody has masked already."""
    if RecordingMask.objects.filter(offer_id=talk_id, ended_at=None).exists():
        return ""
    return Recording.objects.filter(leg=talk_id, ended_at=None).values_list("path", flat=True).first() or ""
