"""Meetings with what is overdue, risks as a matrix, and the cases that may be shown."""

from dataclasses import dataclass
from datetime import date

from tenants.context import enter_public
from tenants.contracts.models import CustomerCase, Meeting, MeetingAction, Risk
from tenants.models import Tenant

FROM_HIGH = range(5, 0, -1)
FROM_LOW = range(1, 6)


def meetings_of(tenant: Tenant) -> list[Meeting]:
    """The newest first, with their actions."""
    with enter_public():
        return list(Meeting.objects.filter(tenant_id=tenant.pk).prefetch_related("actions")[:100])


def open_tasks(tenant: Tenant) -> list[MeetingAction]:
    """Not done, the longest due first."""
    with enter_public():
        rows = MeetingAction.objects.filter(meeting__tenant_id=tenant.pk, done_at=None)
        return list(rows.select_related("meeting")[:200])


def risks_of(tenant: Tenant) -> list[Risk]:
    """Open ones by how grave they are, then closed ones."""
    with enter_public():
        rows = list(Risk.objects.filter(tenant_id=tenant.pk)[:200])
    return sorted(rows, key=lambda one: (one.state != Risk.State.OPEN, -one.score, one.pk))


@dataclass(frozen=True)
class Cell:
    likelihood: int
    impact: int
    risks: list[Risk]

    @property
    def level(self) -> str:
        return Risk(likelihood=self.likelihood, impact=self.impact).level


def matrix_of(risks: list[Risk]) -> list[list[Cell]]:
    """Rows by likelihood, the highest first; columns by impact, the lowest first. Open risks alone."""
    held = [one for one in risks if one.state == Risk.State.OPEN]
    return [[_cell(likelihood, impact, held) for impact in FROM_LOW] for likelihood in FROM_HIGH]


def _cell(likelihood: int, impact: int, risks: list[Risk]) -> Cell:
    here = [one for one in risks if (one.likelihood, one.impact) == (likelihood, impact)]
    return Cell(likelihood, impact, here)


def cases_of(tenant: Tenant) -> list[CustomerCase]:
    with enter_public():
        return list(CustomerCase.objects.filter(tenant_id=tenant.pk)[:100])


def shown_cases() -> list[CustomerCase]:
    """Which everybody may read: allowed, and of a tenant that still is one."""
    with enter_public():
        rows = CustomerCase.objects.filter(
            state=CustomerCase.State.ALLOWED, tenant__state=Tenant.State.ACTIVE
        )
        return list(rows.select_related("tenant").order_by("-allowed_at")[:200])


def count_overdue(day: date) -> dict[int, int]:
    """By tenant: actions whose day is over. In the public schema."""
    found: dict[int, int] = {}
    rows = MeetingAction.objects.filter(done_at=None, due_on__lt=day).values_list(
        "meeting__tenant_id", flat=True
    )
    for tenant_id in rows:
        found[tenant_id] = found.get(tenant_id, 0) + 1
    return found
