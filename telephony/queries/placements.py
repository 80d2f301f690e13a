"""Who was moved on the floor by hand, and what of it still holds."""

from collections.abc import Collection

from django.db.models import F, QuerySet
from django.db.models.functions import Coalesce, Greatest

from telephony.models import Agent, FloorChange


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


def members_of_agents(agent_ids: Collection[int]) -> list[int]:
    """Whom one writes to who writes to these agents."""
    return list(Agent.objects.filter(pk__in=agent_ids, is_active=True).values_list("member_id", flat=True))


def members_of_queue(queue_id: int, led: frozenset[int] | None) -> list[int]:
    """Of the agents of a queue, those this leader leads (None: all)."""
    places = Agent.objects.filter(is_active=True, queue_agents__queue_id=queue_id)
    return list((places if led is None else places.filter(pk__in=led)).values_list("member_id", flat=True))
