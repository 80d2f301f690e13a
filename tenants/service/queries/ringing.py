"""Whom to ring by telephone now, which calls have no end yet, and whether there is a line for them at all."""

from collections.abc import Callable, Collection
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from uuid import UUID

from django.db.models import Count, F, Max, Q, QuerySet

from tenants.context import enter_public
from tenants.service.models import Case, Page, PageCall, PageTarget, RingTest
from tenants.service.models.cases import Severity
from tenants.service.queries.roster import operators

MOST_RINGS = 3
AGAIN_AFTER = timedelta(minutes=1)
RING_WITHIN = timedelta(minutes=30)
"""Older calls are left to the ladder, which calls everybody each fifteen minutes."""
NOBODYS = timedelta(minutes=10)
_NOT_RUNG = (PageCall.Result.NO_TRUNK, PageCall.Result.NOT_MADE)
_ways_out: list[Callable[[], bool]] = []


@dataclass(frozen=True, kw_only=True)
class Ring:
    """`phone` in E.164, never to be logged; `language` of the operator, "" where none was chosen."""

    page_id: int
    phone: str = field(repr=False)
    language: str
    number: str
    subject: str = field(repr=False)


@dataclass(frozen=True, kw_only=True)
class Running:
    """A call without an end."""

    call_id: UUID
    node: str
    started_at: datetime


def know_way_out(ask: Callable[[], bool]) -> None:
    """Trunks are of the floor above, which says here whether there is one."""
    _ways_out.append(ask)


def has_way_out() -> bool:
    return any(ask() for ask in _ways_out)


def pages_to_ring(at: datetime) -> QuerySet[Page]:
    """Nobody has them in hand, and the one called has a telephone. Public schema."""
    phones = PageTarget.objects.exclude(phone="").values("operator_id")
    found = Page.objects.filter(
        answered_at=None, asked_at__gt=at - RING_WITHIN, operator_id__in=phones,
        case__severity=Severity.URGENT, case__state=Case.State.OPEN,
    )  # fmt: skip
    return found.filter(Q(case__responded_at=None) | Q(asked_at__gt=F("case__responded_at")))


def due_now(at: datetime) -> QuerySet[Page]:
    """Who was rung least comes first, so that nobody waits for another's second try. Public schema."""
    rung = ~Q(calls__result__in=_NOT_RUNG)
    running = PageCall.objects.filter(ended_at=None).values("page__operator_id")
    tried = RingTest.objects.filter(ended_at=None, started_at__gt=at - NOBODYS).values("operator_id")
    found = pages_to_ring(at).exclude(operator_id__in=running).exclude(operator_id__in=tried)
    found = found.annotate(
        times=Count("calls", filter=rung), last_at=Max("calls__ended_at", filter=rung)
    )  # fmt: skip
    found = found.filter(Q(last_at=None) | Q(last_at__lte=at - AGAIN_AFTER), times__lt=MOST_RINGS)
    return found.order_by("times", "pk")


def rings_due(at: datetime) -> list[Ring]:
    with enter_public():
        pages = list(due_now(at).select_related("case"))
        if not pages:
            return []
        phones = dict(PageTarget.objects.exclude(phone="").values_list("operator_id", "phone"))
        people = {one.pk: one for one in operators()}
        return [
            Ring(
                page_id=page.pk, phone=phones[page.operator_id], language=people[page.operator_id].language,
                number=page.case.number, subject=page.case.subject,
            )
            for page in pages
            if page.operator_id in people and page.operator_id in phones
        ]  # fmt: skip


def calls_without_end(nodes: Collection[str], at: datetime) -> list[Running]:
    """Of these switches; and of any, when so old that no worker has it."""
    with enter_public():
        found = PageCall.objects.filter(ended_at=None)
        found = found.filter(Q(node__in=nodes) | Q(started_at__lt=at - NOBODYS))
        return [Running(call_id=one.call_id, node=one.node, started_at=one.started_at) for one in found]
