"""Work that calls left: what waits for whom, what is overdue."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db.models import Avg, Count, F, Q, QuerySet
from django.db.models.functions import TruncDate

from telephony import policies
from telephony.models import FollowUp, QueueAgent

SHOWS = ("open", "mine", "overdue", "done")
ON_THE_PAGE = 20
"""Of one's own work in the workspace, the first due."""


def visible_follow_ups(member: Any) -> QuerySet[FollowUp]:
    """Leaders see all; an agent that of the queues they serve, that of no queue, and their own."""
    found = FollowUp.objects.select_related(
        "call",
        "queue",
        "owner",
        "done_by",
        "created_by",
        "call__voicemail",
        "call__survey_answer",
        "call__agent",
    )
    if policies.can_see_floor(member):
        return found
    if not policies.can_work(member):
        return found.none()
    served = QueueAgent.objects.filter(agent__member_id=member.pk).values("queue_id")
    # What somebody planned for themselves is nobody else's, though it has no queue.
    unowned = Q(queue=None) & ~Q(kind__in=FollowUp.PLANNED)
    own = Q(owner_id=member.pk) | Q(created_by_id=member.pk)
    return found.filter(own | unowned | Q(queue_id__in=served))


def follow_ups(member: Any, show: str, at: datetime) -> QuerySet[FollowUp]:
    """`show` is one of SHOWS; open work by its due time, done work newest first."""
    found = visible_follow_ups(member)
    if show == "done":
        return found.filter(state=FollowUp.State.DONE).order_by("-done_at", "-pk")
    found = found.filter(state=FollowUp.State.OPEN).order_by("due_at", "pk")
    if show == "mine":
        return found.filter(owner_id=member.pk)
    return found.filter(due_at__lt=at) if show == "overdue" else found


def own_work(member: Any) -> list[FollowUp]:
    """What is this member's to do, the first due first."""
    found = FollowUp.objects.filter(owner_id=member.pk, state=FollowUp.State.OPEN).select_related("call")
    return list(found.order_by("due_at", "pk")[:ON_THE_PAGE])


def work_about(*, customer_id: int | None = None, ticket_number: int | None = None) -> QuerySet[FollowUp]:
    """Open work planned about a customer or a ticket."""
    found = FollowUp.objects.filter(state=FollowUp.State.OPEN).select_related("owner", "call")
    if ticket_number is not None:
        return found.filter(ticket_number=ticket_number).order_by("due_at")
    return found.filter(customer_id=customer_id).order_by("due_at")


@dataclass(frozen=True)
class WorkDone:
    """Of one person's planned work of a period; in time is on the day it was due or before.

    `satisfaction`: the mean of return visits, None when none was rated.
    """

    name: str
    planned: int
    done: int
    in_time: int
    moved: int
    open_late: int
    visits_rated: int
    satisfaction: float | None


def planned_work_done(start: datetime, end: datetime, at: datetime) -> list[WorkDone]:
    """By owner, in the order of names; what was due, or done, within [start, end)."""
    within = Q(due_at__gte=start, due_at__lt=end) | Q(done_at__gte=start, done_at__lt=end)
    due = FollowUp.objects.filter(within, kind__in=FollowUp.PLANNED)
    is_done = Q(state=FollowUp.State.DONE)
    days = due.annotate(due_day=TruncDate("due_at"), done_day=TruncDate("done_at"))
    grouped = (
        days.order_by()
        .values("owner__name")
        .annotate(
            planned=Count("pk"),
            done=Count("pk", filter=is_done),
            in_time=Count("pk", filter=is_done & Q(done_day__lte=F("due_day"))),
            moved=Count("pk", filter=Q(first_due_at__isnull=False)),
            open_late=Count("pk", filter=~is_done & Q(due_at__lt=at)),
            visits_rated=Count("satisfaction"),
            satisfaction=Avg("satisfaction"),
        )
    )
    rows: Any = grouped.order_by("owner__name")
    return [WorkDone(name=row.pop("owner__name") or "", **row) for row in rows]


def follow_up_counts(member: Any, at: datetime) -> dict[str, int]:
    """How many stand behind each of the open views."""
    return {show: follow_ups(member, show, at).count() for show in SHOWS if show != "done"}


def follow_up(member: Any, follow_up_id: int) -> FollowUp | None:
    return visible_follow_ups(member).filter(pk=follow_up_id).first()
