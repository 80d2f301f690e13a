"""Closing months. A run is written down with one waiting row per tenant; each row is then closed in a transaction of
its own, which holds all there is to it. Whoever dies in between leaves it waiting, and it is taken up again.
"""

from collections.abc import Iterable, Mapping, Sequence
from datetime import date, datetime

import structlog
from django.db import IntegrityError, transaction

from tenants.billing import months
from tenants.billing.actions import draft_invoice, rate_bundles
from tenants.closing.actions.issuing import issue_invoices
from tenants.closing.errors import NoSeller, NoTaxRate, NothingToClose, RunIsGoing
from tenants.closing.models import Close, CloseRun
from tenants.closing.preflight import Problem, problems_of
from tenants.closing.queries.due import Due, due_of, months_behind
from tenants.closing.queries.terms import terms_of
from tenants.models import Tenant
from tenants.people.actions import record_audit
from tenants.service.actions.credits import settle_until

log = structlog.get_logger()


@transaction.atomic
def start_run(
    *, month: date, tenants: Iterable[Tenant], by_name: str, at: datetime, accepts_warnings: bool = False
) -> CloseRun:
    """Those whose month is closed already are left out."""
    month = months.first_day(month)
    closed = Close.objects.filter(month=month, state=Close.State.CLOSED).values_list("tenant", flat=True)
    wanted = {tenant.pk for tenant in tenants} - set(closed)
    if not wanted:
        raise NothingToClose
    try:
        with transaction.atomic():
            run = CloseRun.objects.create(
                month=month, by_name=by_name[:120], asked_at=at, accepts_warnings=accepts_warnings
            )
    except IntegrityError:
        raise RunIsGoing from None
    Close.objects.bulk_create(
        [Close(tenant_id=pk, month=month, run=run, state=Close.State.WAITING) for pk in sorted(wanted)],
        update_conflicts=True,
        unique_fields=["tenant", "month"],
        update_fields=["run", "state", "problems"],
    )
    record_audit(
        verb="close asked for",
        subject=run,
        after={"month": month, "tenants": len(wanted), "warnings accepted": accepts_warnings},
    )
    return run


@transaction.atomic
def close_step(*, close_id: int, at: datetime) -> bool:
    """One tenant's month: credits, draft, check, issue, lock; all of it or nothing. False when it is not waiting, or
    somebody else is at it.
    """
    rows = Close.objects.select_for_update(skip_locked=True, of=("self",)).select_related("run", "tenant")
    close = rows.filter(pk=close_id, state=Close.State.WAITING).first()
    if close is None or not close.run.is_running:
        return False
    settle_until(tenant=close.tenant, month=close.month, at=at)
    draft_invoice(tenant=close.tenant, month=close.month, at=at)
    due, terms = _due_with_bundles(close), terms_of(close.tenant, at)
    problems = problems_of(close.tenant, close.month, terms)
    if any(not (one.is_warning and close.run.accepts_warnings) for one in problems):
        return _stop(close, problems)
    try:
        bills = issue_invoices(tenant=close.tenant, month=close.month, due=due, terms=terms, at=at)
    except NoTaxRate:
        return _stop(close, [Problem("no_rate")])
    except NoSeller:
        return _stop(close, [Problem("no_seller")])
    close.state, close.closed_at = Close.State.CLOSED, at
    close.problems = [list(one) for one in problems]
    close.save(update_fields=["state", "closed_at", "problems"])
    record_audit(
        verb="month closed",
        subject=close,
        after={"tenant": close.tenant.schema_name, "bills": [bill.number for bill in bills]},
    )
    return True


def _due_with_bundles(close: Close) -> Mapping[str, Sequence[Due]]:
    """What came late of earlier months may be covered by minutes that are included in them."""
    due = due_of(close.tenant, close.month)
    behind = months_behind(due, close.month)
    for late in behind:
        rate_bundles(tenant=close.tenant, month=late)
    return due_of(close.tenant, close.month) if behind else due


def _stop(close: Close, problems: list[Problem]) -> bool:
    close.state, close.problems = Close.State.BLOCKED, [list(one) for one in problems]
    close.save(update_fields=["state", "problems"])
    return True


def fail_step(*, close_id: int) -> None:
    """What nobody foresaw stops one tenant, not the others."""
    Close.objects.filter(pk=close_id, state=Close.State.WAITING).update(state=Close.State.FAILED)


def note_life(*, run_id: int, at: datetime) -> None:
    CloseRun.objects.filter(pk=run_id).update(alive_at=at)


@transaction.atomic
def finish_run(*, run_id: int, at: datetime) -> bool:
    """True when nothing waits any more. A row somebody is at still counts as waiting."""
    run = CloseRun.objects.select_for_update().get(pk=run_id)
    if run.closes.filter(state=Close.State.WAITING).exists():
        return False
    if run.is_running:
        run.state, run.ended_at = CloseRun.State.DONE, at
        run.save(update_fields=["state", "ended_at"])
    return True


@transaction.atomic
def cancel_run(*, run_id: int, at: datetime) -> None:
    """The tenant it is at is finished; what waits behind it is left as it was."""
    run = CloseRun.objects.select_for_update().get(pk=run_id)
    if not run.is_running:
        return
    run.state, run.ended_at = CloseRun.State.CANCELLED, at
    run.save(update_fields=["state", "ended_at"])
    run.closes.filter(state=Close.State.WAITING).update(state=Close.State.CANCELLED)
    record_audit(verb="close cancelled", subject=run)
