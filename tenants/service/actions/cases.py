"""Opening cases, answering them, stopping and starting their clocks, solving them."""

from datetime import datetime
from typing import Any

from django.db import transaction

from tenants.context import enter_public
from tenants.mails.actions import tell_case
from tenants.models import Tenant
from tenants.people.actions import record_audit
from tenants.service import errors
from tenants.service.actions.paging import call_somebody
from tenants.service.clocks import due_at
from tenants.service.models import Case, CaseEntry, CasePause, PartSpan
from tenants.service.models.cases import Severity
from tenants.service.queries.cases import hours_for, pauses_of, terms_for

Kind, State = CaseEntry.Kind, Case.State


@transaction.atomic
def open_case(
    *, tenant: Tenant | None, channel: str, severity: str, subject: str, text: str, at: datetime,
    by_name: str = "", contact: str = "", outage: PartSpan | None = None, mail_id: str = "",
) -> Case:  # fmt: skip
    """With the clocks of its severity. An urgent one calls whoever is on call. The same mail opens it once."""
    with enter_public():
        known = Case.objects.filter(mail_id=mail_id).first() if mail_id else None
        if known is not None:
            return known
        terms = terms_for(tenant, severity, at)
        hours = hours_for(tenant, at, is_round_the_clock=terms.is_round_the_clock)
        case = Case.objects.create(
            tenant=tenant, channel=channel, severity=severity, subject=_line(subject), contact=contact[:160],
            opened_by=by_name[:120], opened_at=at, outage=outage, mail_id=mail_id[:255],
            response_minutes=terms.response_minutes, resolution_minutes=terms.resolution_minutes,
            is_round_the_clock=terms.is_round_the_clock,
            response_due_at=due_at(at, terms.response_minutes, hours, []),
            resolution_due_at=due_at(at, terms.resolution_minutes, hours, []),
        )  # fmt: skip
        note(case, Kind.ASKED, at, by_name, text)
        if severity == Severity.URGENT:
            call_somebody(case=case, level=1, at=at)
    record_audit(verb="opened a case", subject=f"service.case:{case.pk}", after={"case": case.number})
    return case


@transaction.atomic
def write(*, case_id: int, kind: str, text: str, by_name: str, at: datetime, mail_id: str = "") -> None:
    """A word of the tenant (ASKED), of ours to the tenant (ANSWERED), or among ourselves (NOTE)."""
    with enter_public():
        case = _locked(case_id)
        if case.state == State.CLOSED and kind != Kind.NOTE:
            raise errors.CaseIsOver
        if mail_id and CaseEntry.objects.filter(mail_id=mail_id).exists():
            return
        entry = note(case, kind, at, by_name, text, mail_id=mail_id)
        if kind == Kind.ANSWERED:
            tell_case(case=case, entry_id=entry.pk, text=text, at=at)
        if kind == Kind.ANSWERED and case.responded_at is None:
            # The ladder of the answer is done with; that of the solution begins at its first step.
            case.responded_at, case.handler, case.steps = at, case.handler or by_name[:120], 0
            case.save(update_fields=["responded_at", "handler", "steps"])
        if kind == Kind.ASKED and case.state == State.WAITING:
            _run_again(case, at, by_name)
        elif kind == Kind.ASKED and case.state == State.RESOLVED:
            _reopen(case, at, by_name)


@transaction.atomic
def take_on(*, case_id: int, by_name: str, at: datetime) -> None:
    with enter_public():
        case = _locked(case_id)
        if case.handler == by_name[:120]:
            return
        case.handler = by_name[:120]
        case.save(update_fields=["handler"])
        note(case, Kind.CHANGED, at, by_name, case.handler)


@transaction.atomic
def change_case(*, case_id: int, severity: str, tenant: Tenant | None, by_name: str, at: datetime) -> None:
    """Another severity or (for one that came from a stranger) a tenant: its clocks are set anew, from the opening."""
    with enter_public():
        case = _locked(case_id)
        if not case.is_open:
            raise errors.CaseIsOver
        if (case.severity, case.tenant_id) == (severity, tenant.pk if tenant else None):
            return
        was_urgent = case.severity == Severity.URGENT
        said = f"{case.get_severity_display()} → {Severity(severity).label}"
        case.severity, case.tenant = severity, tenant
        terms = terms_for(tenant, severity, at)
        case.response_minutes, case.resolution_minutes = terms.response_minutes, terms.resolution_minutes
        case.is_round_the_clock, case.steps = terms.is_round_the_clock, 0
        _set_due(case, at)
        case.save()
        note(case, Kind.CHANGED, at, by_name, said)
        if severity == Severity.URGENT and not was_urgent:
            call_somebody(case=case, level=1, at=at)


@transaction.atomic
def pause_case(*, case_id: int, reason: str, by_name: str, at: datetime) -> None:
    with enter_public():
        case = _locked(case_id)
        if not case.is_open:
            raise errors.CaseIsOver
        if case.state == State.WAITING:
            raise errors.CaseIsPaused
        if case.responded_at is None:
            raise errors.AnswerFirst
        CasePause.objects.create(case=case, reason=reason, began_at=at)
        case.state = State.WAITING
        case.save(update_fields=["state"])
        note(case, Kind.PAUSED, at, by_name, str(CasePause.Reason(reason).label))


@transaction.atomic
def resume_case(*, case_id: int, by_name: str, at: datetime) -> None:
    with enter_public():
        case = _locked(case_id)
        if case.state != State.WAITING:
            raise errors.CaseIsNotPaused
        _run_again(case, at, by_name)


@transaction.atomic
def resolve_case(*, case_id: int, text: str, by_name: str, at: datetime) -> None:
    with enter_public():
        case = _locked(case_id)
        if case.state in (State.RESOLVED, State.CLOSED):
            return
        if case.state == State.WAITING:
            _run_again(case, at, by_name)
        case.responded_at = case.responded_at or at
        case.state, case.resolved_at, case.handler = State.RESOLVED, at, case.handler or by_name[:120]
        case.save()
        entry = note(case, Kind.RESOLVED, at, by_name, text)
        tell_case(case=case, entry_id=entry.pk, text=text, at=at)


@transaction.atomic
def close_case(*, case_id: int, by_name: str, at: datetime) -> None:
    """What was solved, agreed by whoever asked."""
    with enter_public():
        case = _locked(case_id)
        if case.state == State.CLOSED:
            return
        if case.state == State.WAITING:
            _run_again(case, at, by_name)
        case.responded_at, case.resolved_at = case.responded_at or at, case.resolved_at or at
        case.state, case.closed_at = State.CLOSED, at
        case.save()
        note(case, Kind.CLOSED, at, by_name, "")


@transaction.atomic
def reopen_case(*, case_id: int, by_name: str, at: datetime) -> None:
    """It was not solved: the clock has never stopped."""
    with enter_public():
        case = _locked(case_id)
        if case.state == State.RESOLVED:
            _reopen(case, at, by_name)
        elif case.state == State.CLOSED:
            raise errors.CaseIsOver


# --- inside ---


def note(case: Case, kind: str, at: datetime, by_name: str, text: str, **more: Any) -> CaseEntry:
    return CaseEntry.objects.create(
        case=case, kind=kind, at=at, by_name=by_name[:120], text=text[:20000].replace("\0", ""), **more
    )


def _locked(case_id: int) -> Case:
    found = Case.objects.select_for_update(of=("self",)).select_related("tenant").filter(pk=case_id).first()
    if found is None:
        raise errors.CaseNotFound
    return found


def _run_again(case: Case, at: datetime, by_name: str) -> None:
    case.pauses.filter(ended_at=None).update(ended_at=at)
    case.state = State.OPEN
    _set_due(case, at)
    case.save(update_fields=["state", "response_due_at", "resolution_due_at"])
    note(case, Kind.RESUMED, at, by_name, "")


def _reopen(case: Case, at: datetime, by_name: str) -> None:
    case.state, case.resolved_at = State.OPEN, None
    case.save(update_fields=["state", "resolved_at"])
    note(case, Kind.REOPENED, at, by_name, "")


def _set_due(case: Case, at: datetime) -> None:
    hours = hours_for(case.tenant, case.opened_at, is_round_the_clock=case.is_round_the_clock)
    case.response_due_at = due_at(case.opened_at, case.response_minutes, hours, [])
    case.resolution_due_at = due_at(case.opened_at, case.resolution_minutes, hours, pauses_of(case, at))


def _line(text: str) -> str:
    return " ".join(text.replace("\0", "").split())[:160] or "–"
