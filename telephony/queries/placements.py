"""Who was moved on the floor by hand, and what of it still holds."""

from django.db.models import F, QuerySet
from django.db.models.functions import Coalesce, Greatest

from telephony.models import FloorChange


def moves() -> QuerySet[FloorChange]:
    """Newest first."""
    return FloorChange.objects.select_related("agent", "queue", "skill")


def moves_that_end() -> QuerySet[FloorChange]:
    """What is for a while and not over yet, the next to end first."""
    return moves().filter(ended_at=None, until__isnull=False).order_by("until", "pk")


def last_move_of(agent_id: int) -> FloorChange | None:
    """The last that was made, or ended."""
    last = Greatest(F("made_at"), Coalesce(F("ended_at"), F("made_at")))
    return moves().filter(agent_id=agent_id).annotate(last=last).order_by("-last", "-pk").first()
