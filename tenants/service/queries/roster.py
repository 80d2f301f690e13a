"""Who is on call, where nobody is, and the calls that went out."""

from collections.abc import Iterable
from datetime import datetime, timedelta

from tenants.context import enter_public
from tenants.people.models import Member
from tenants.people.roles import Role
from tenants.service.models import Case, Page, PageTarget, Shift
from tenants.service.spans import Span, without

MOST_SHOWN = 100
AHEAD = timedelta(days=14)


def on_call(at: datetime, level: int | None = None) -> list[Shift]:
    with enter_public():
        found = Shift.objects.filter(cancelled_at=None, starts_at__lte=at, ends_at__gt=at)
        return list((found.filter(level=level) if level else found).order_by("level", "pk"))


def shifts_from(at: datetime, until: datetime) -> list[Shift]:
    with enter_public():
        return list(Shift.objects.filter(cancelled_at=None, ends_at__gt=at, starts_at__lt=until))


def overlapping(
    *, level: int, starts_at: datetime, ends_at: datetime, but: Iterable[int] = ()
) -> Shift | None:
    found = Shift.objects.filter(cancelled_at=None, level=level, starts_at__lt=ends_at, ends_at__gt=starts_at)
    return found.exclude(pk__in=list(but)).first()


def uncovered(at: datetime, until: datetime) -> list[Span]:
    """When nobody would be called first."""
    taken = [(one.starts_at, one.ends_at) for one in shifts_from(at, until) if one.level == Shift.Level.FIRST]
    return without([(at, until)], taken)


def operators() -> list[Member]:
    with enter_public():
        found = Member.objects.filter(is_active=True, roles__contains=[Role.OPERATOR]).order_by("name", "pk")
        return [member for member in found if not member.is_seat_over]


def target_of(operator_id: int) -> PageTarget:
    with enter_public():
        known = PageTarget.objects.filter(operator_id=operator_id).first()
    return known or PageTarget(operator_id=operator_id, phone="")


def targets() -> dict[int, PageTarget]:
    with enter_public():
        return {row.operator_id: row for row in PageTarget.objects.all()}


def pages_shown(*, only_open: bool = False) -> list[Page]:
    with enter_public():
        found = Page.objects.select_related("case__tenant").order_by("-pk")
        if only_open:
            found = found.filter(answered_at=None, case__responded_at=None, case__state=Case.State.OPEN)
        return list(found[:MOST_SHOWN])


def pages_of(case: Case) -> list[Page]:
    with enter_public():
        return list(case.pages.order_by("pk").prefetch_related("calls"))


def pages_to_send(most_tries: int) -> list[Page]:
    with enter_public():
        found = Page.objects.filter(state=Page.State.WAITING, tries__lt=most_tries).select_related("case")
        return list(found.order_by("pk")[:50])


def cases_to_escalate(at: datetime) -> list[Case]:
    """Those whose clocks run, what is due first before the others."""
    with enter_public():
        found = Case.objects.filter(state=Case.State.OPEN, opened_at__lte=at).select_related("tenant")
        return list(found.order_by("response_due_at", "pk")[:500])
