"""Tests of operators' telephones: which are to ring now, which have no end, and what became of one's own."""

from collections.abc import Collection
from dataclasses import dataclass, field
from datetime import datetime
from uuid import UUID

from tenants.context import enter_public
from tenants.service.models import PageCall, PageTarget, RingTest
from tenants.service.queries.ringing import NOBODYS, Running
from tenants.service.queries.roster import operators


@dataclass(frozen=True, kw_only=True)
class AskedRing:
    """`phone` in E.164, never to be logged; `language` of the operator, "" where none was chosen."""

    call_id: UUID
    phone: str = field(repr=False)
    language: str


def own_rings_due(at: datetime) -> list[AskedRing]:
    """Of whom is not being rung for a case."""
    with enter_public():
        found = RingTest.objects.filter(
            started_at=None, ended_at=None, asked_at__lte=at, asked_at__gt=at - RingTest.PATIENCE
        )
        rows = list(found.order_by("asked_at"))
        if not rows:
            return []
        busy = set(PageCall.objects.filter(ended_at=None).values_list("page__operator_id", flat=True))
        phones = dict(PageTarget.objects.exclude(phone="").values_list("operator_id", "phone"))
        people = {one.pk: one for one in operators()}
    return [
        AskedRing(
            call_id=row.call_id, phone=phones[row.operator_id], language=people[row.operator_id].language
        )
        for row in rows
        if row.operator_id in phones.keys() & people.keys() - busy
    ]


def own_rings_without_end(nodes: Collection[str], at: datetime) -> list[Running]:
    """Of these switches; and of any, when so old that no worker has it."""
    with enter_public():
        found = RingTest.objects.filter(started_at__isnull=False, ended_at=None)
        return [
            Running(call_id=one.call_id, node=one.node, started_at=one.started_at)
            for one in found
            if one.node in nodes or one.started_at < at - NOBODYS
        ]


def latest_test(operator_id: int) -> RingTest | None:
    with enter_public():
        return RingTest.objects.filter(operator_id=operator_id).first()
