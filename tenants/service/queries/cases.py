"""Cases, their terms and clocks, and how the promises were kept. In the public schema."""

import re
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime
from statistics import median

from django.db.models import Count, Q, QuerySet

from tenants.billing import months
from tenants.context import enter_public
from tenants.models import Sla, Tenant
from tenants.queries import contracts_between
from tenants.service.clocks import Hours, counted_seconds
from tenants.service.models import Case, CaseEntry, CaseTerms, ContactAddress, SupportHours
from tenants.service.models.cases import Severity
from tenants.service.spans import Span

NUMBER = re.compile(r"C-(\d{6,12})")
SHOWN_TO_TENANT = (
    CaseEntry.Kind.ASKED, CaseEntry.Kind.ANSWERED, CaseEntry.Kind.PAUSED, CaseEntry.Kind.RESUMED,
    CaseEntry.Kind.RESOLVED, CaseEntry.Kind.REOPENED, CaseEntry.Kind.CLOSED,
)  # fmt: skip
MOST_SHOWN = 200


@dataclass(frozen=True, kw_only=True)
class Terms:
    """`is_agreed`: by the tenant's SLA; else what holds for everybody."""

    response_minutes: int
    resolution_minutes: int
    is_round_the_clock: bool
    is_agreed: bool = False


USUAL = {
    Severity.URGENT: Terms(response_minutes=30, resolution_minutes=240, is_round_the_clock=True),
    Severity.NORMAL: Terms(response_minutes=240, resolution_minutes=1620, is_round_the_clock=False),
    Severity.QUESTION: Terms(response_minutes=540, resolution_minutes=2700, is_round_the_clock=False),
}
"""Where nothing was written down: half an hour and four hours by day and night; four hours and three days of support;
a day and five.
"""


def sla_of(tenant: Tenant | None, day: date) -> Sla | None:
    if tenant is None:
        return None
    contract = contracts_between(tenant, day, day).select_related("sla").first()
    return contract.sla if contract else None


def terms_for(tenant: Tenant | None, severity: str, at: datetime) -> Terms:
    """The SLA's own terms, else its minutes for what is urgent, else the operator's, else the usual ones."""
    with enter_public():
        sla = sla_of(tenant, at.date() if tenant is None else months.day_of(at, tenant.time_zone))
        rows = {row.sla_id: row for row in CaseTerms.objects.filter(severity=severity)}
    row = rows.get(sla.pk) if sla else None
    if row is None and sla is not None and severity == Severity.URGENT:
        return Terms(
            response_minutes=sla.response_minutes, resolution_minutes=sla.recovery_minutes,
            is_round_the_clock=True, is_agreed=True,
        )  # fmt: skip
    is_agreed = row is not None
    row = row or rows.get(None)
    if row is None:
        return USUAL[Severity(severity)]
    return Terms(
        response_minutes=row.response_minutes, resolution_minutes=row.resolution_minutes,
        is_round_the_clock=row.is_round_the_clock, is_agreed=is_agreed,
    )  # fmt: skip


def hours_for(tenant: Tenant | None, at: datetime, *, is_round_the_clock: bool = False) -> Hours:
    """The hours of support on the tenant's clock; of nobody's case, in UTC."""
    zone = tenant.time_zone if tenant else "UTC"
    with enter_public():
        sla = sla_of(tenant, at.date())
        rows = {row.sla_id: row for row in SupportHours.objects.all()}
    row = (rows.get(sla.pk) if sla else None) or rows.get(None) or SupportHours()
    return Hours(
        zone=zone, weekdays=frozenset(row.weekdays), opens=row.opens, closes=row.closes,
        closed_on=frozenset(row.closed_on), is_round_the_clock=is_round_the_clock,
    )  # fmt: skip


# --- cases ---


def cases_of(tenant: Tenant) -> QuerySet[Case]:
    """To be asked in the public schema, or in any: the table is there alone."""
    return Case.objects.filter(tenant_id=tenant.pk).order_by("-pk")


def cases_shown(*, only_open: bool = False) -> list[Case]:
    """Open ones by what is due first, then the newest of the others."""
    with enter_public():
        found = Case.objects.select_related("tenant")
        is_open = Q(state__in=(Case.State.OPEN, Case.State.WAITING))
        rows = list(found.filter(is_open).order_by("responded_at", "response_due_at", "pk")[:MOST_SHOWN])
        rows.sort(key=lambda case: next_due(case) or datetime.max.replace(tzinfo=case.opened_at.tzinfo))
        return rows if only_open else rows + list(found.exclude(is_open)[:MOST_SHOWN])


def next_due(case: Case) -> datetime | None:
    """What is owed next; None while the clock stands still or nothing is owed."""
    if not case.is_open:
        return None
    if case.responded_at is None:
        return case.response_due_at
    return None if case.state == Case.State.WAITING else case.resolution_due_at


def case(case_id: int) -> Case | None:
    with enter_public():
        return Case.objects.select_related("tenant", "outage").filter(pk=case_id).first()


def entries_of(case: Case, *, for_tenant: bool) -> list[CaseEntry]:
    with enter_public():
        found = case.entries.order_by("pk")
        return list(found.filter(kind__in=SHOWN_TO_TENANT) if for_tenant else found)


def number_in(text: str) -> int | None:
    """`Re: [C-000012] no sound` → 12"""
    found = NUMBER.search(text or "")
    return int(found.group(1)) if found else None


def is_case_of(tenant: Tenant, number: str) -> bool:
    """Whether a text that has the form of our numbers is a case of this tenant; other texts are not judged."""
    if not NUMBER.fullmatch(number):
        return True
    with enter_public():
        return Case.objects.filter(pk=number_in(number), tenant_id=tenant.pk).exists()


def tenant_of_address(address: str) -> Tenant | None:
    with enter_public():
        row = ContactAddress.objects.select_related("tenant").filter(address=address.lower()).first()
    return row.tenant if row else None


def case_of_mail(mail_id: str) -> Case | None:
    """The case a mail has opened, or has become a word in."""
    with enter_public():
        found = Case.objects.select_related("tenant").filter(mail_id=mail_id).first()
        if found is not None:
            return found
        entry = CaseEntry.objects.select_related("case__tenant").filter(mail_id=mail_id).first()
        return entry.case if entry else None


def cases_from(address: str, *, since: datetime) -> int:
    """How many a sender of mails has opened."""
    with enter_public():
        found = Case.objects.filter(channel=Case.Channel.MAIL, contact=address, opened_at__gt=since)
        return found.count()


def pauses_of(case: Case, until: datetime) -> list[Span]:
    return [(pause.began_at, pause.ended_at or until) for pause in case.pauses.all()]


# --- how the promises were kept ---


@dataclass(frozen=True, kw_only=True)
class Kept:
    """Of cases of one severity opened in a month. What is still owed and not late counts in neither share."""

    severity: str
    opened: int
    answered_in_time: int
    answers_judged: int
    solved_in_time: int
    solutions_judged: int
    median_answer: float | None
    """Seconds on the case's clock."""
    median_solution: float | None

    @property
    def severity_text(self) -> str:
        return str(Severity(self.severity).label)

    @property
    def answer_percent(self) -> float | None:
        return 100 * self.answered_in_time / self.answers_judged if self.answers_judged else None

    @property
    def solution_percent(self) -> float | None:
        return 100 * self.solved_in_time / self.solutions_judged if self.solutions_judged else None


def kept_in(month: date, at: datetime, *, tenant: Tenant | None = None) -> list[Kept]:
    """Opened in a month of the tenant's calendar, or of UTC for all of them."""
    start, end = months.bounds(months.first_day(month), tenant.time_zone if tenant else "UTC")
    with enter_public():
        found = Case.objects.filter(opened_at__gte=start, opened_at__lt=end).select_related("tenant")
        if tenant is not None:
            found = found.filter(tenant_id=tenant.pk)
        rows = list(found.prefetch_related("pauses"))
    return [
        _kept(severity, [row for row in rows if row.severity == severity], at) for severity in Severity.values
    ]


def _kept(severity: str, rows: list[Case], at: datetime) -> Kept:
    answers = [row for row in rows if row.responded_at or at > row.response_due_at]
    solutions = [row for row in rows if row.resolved_at or _is_late(row, at)]
    return Kept(
        severity=severity,
        opened=len(rows),
        answered_in_time=sum(
            bool(row.responded_at and row.responded_at <= row.response_due_at) for row in answers
        ),
        answers_judged=len(answers),
        solved_in_time=sum(
            bool(row.resolved_at and row.resolved_at <= row.resolution_due_at) for row in solutions
        ),
        solutions_judged=len(solutions),
        median_answer=_median(seconds_to_answer(row) for row in rows),
        median_solution=_median(seconds_to_solve(row) for row in rows),
    )


def _is_late(row: Case, at: datetime) -> bool:
    return row.state == Case.State.OPEN and at > row.resolution_due_at


def _median(found: Iterable[int | None]) -> float | None:
    known = [one for one in found if one is not None]
    return median(known) if known else None


def seconds_to_answer(row: Case) -> int | None:
    """On the case's own clock."""
    if row.responded_at is None:
        return None
    hours = hours_for(row.tenant, row.opened_at, is_round_the_clock=row.is_round_the_clock)
    return counted_seconds(row.opened_at, row.responded_at, hours, [])


def seconds_to_solve(row: Case) -> int | None:
    if row.resolved_at is None:
        return None
    hours = hours_for(row.tenant, row.opened_at, is_round_the_clock=row.is_round_the_clock)
    return counted_seconds(row.opened_at, row.resolved_at, hours, pauses_of(row, row.resolved_at))


def open_by_severity() -> dict[str, int]:
    with enter_public():
        found = Case.objects.filter(state__in=(Case.State.OPEN, Case.State.WAITING)).order_by()
        return dict(found.values_list("severity").annotate(Count("pk")))
