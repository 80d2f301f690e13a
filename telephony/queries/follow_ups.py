"""Work that calls left: what waits for whom, what is overdue."""

from datetime import datetime
from typing import Any

from django.db.models import Q, QuerySet

from telephony import policies
from telephony.models import FollowUp, QueueAgent

SHOWS = ("open", "mine", "overdue", "done")


def visible_follow_ups(member: Any) -> QuerySet[FollowUp]:
    """Leaders see all; an agent that of the queues they serve, that of no queue, and their own."""
    found = FollowUp.objects.select_related(
        "call", "queue", "owner", "done_by", "call__voicemail", "call__survey_answer", "call__agent"
    )
    if policies.can_see_floor(member):
        return found
    if not policies.can_work(member):
        return found.none()
    served = QueueAgent.objects.filter(agent__member_id=member.pk).values("queue_id")
    return found.filter(Q(owner_id=member.pk) | Q(queue=None) | Q(queue_id__in=served))


def follow_ups(member: Any, show: str, at: datetime) -> QuerySet[FollowUp]:
    """`show` is one of SHOWS; open work by its due time, done work newest first."""
    found = visible_follow_ups(member)
    if show == "done":
        return found.filter(state=FollowUp.State.DONE).order_by("-done_at", "-pk")
    found = found.filter(state=FollowUp.State.OPEN).order_by("due_at", "pk")
    if show == "mine":
        return found.filter(owner_id=member.pk)
    return found.filter(due_at__lt=at) if show == "overdue" else found


def follow_up_counts(member: Any, at: datetime) -> dict[str, int]:
    """How many stand behind each of the open views."""
    return {show: follow_ups(member, show, at).count() for show in SHOWS if show != "done"}


def follow_up(member: Any, follow_up_id: int) -> FollowUp | None:
    return visible_follow_ups(member).filter(pk=follow_up_id).first()
