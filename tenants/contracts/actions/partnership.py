"""Meetings with what follows from them, the register of risks, and cases that are shown while the tenant allows it."""

from dataclasses import asdict, dataclass
from datetime import date, datetime, timedelta

from django.db import transaction
from django.utils import translation

from tenants.context import enter_public
from tenants.contracts import errors
from tenants.contracts.logs import tell_both, who_acts
from tenants.contracts.models import USUAL_RISKS, CustomerCase, Meeting, MeetingAction, Risk
from tenants.contracts.models.usual_risks import WORDS, is_usual
from tenants.models import Tenant

REVIEWED_AFTER = timedelta(days=90)


@dataclass(frozen=True, kw_only=True)
class Task:
    what: str
    side: str
    owner: str
    due_on: date


@dataclass(frozen=True, kw_only=True)
class Danger:
    """`likelihood` and `impact`: 1 to 5."""

    kind: str
    title: str
    likelihood: int
    impact: int
    mitigation: str
    owner: str
    review_on: date


@dataclass(frozen=True, kw_only=True)
class Story:
    trade: str
    title: str
    title_zh: str
    story: str
    story_zh: str


@transaction.atomic
def write_minutes(*, tenant: Tenant, held_on: date, title: str, attendees: str, minutes: str) -> Meeting:
    with enter_public():
        made = Meeting.objects.create(
            tenant=tenant,
            held_on=held_on,
            title=title,
            attendees=attendees,
            minutes=minutes,
            written_by=who_acts(),
        )
        tell_both(tenant, made, "wrote minutes", held_on=held_on, title=title)
    return made


@transaction.atomic
def add_task(*, tenant: Tenant, meeting_id: int, task: Task) -> MeetingAction:
    with enter_public():
        meeting = Meeting.objects.filter(pk=meeting_id, tenant_id=tenant.pk).first()
        if meeting is None:
            raise errors.NotYours
        made = MeetingAction.objects.create(meeting=meeting, **asdict(task))
        tell_both(tenant, made, "added", what=made.what, owner=made.owner, due_on=made.due_on)
    return made


@transaction.atomic
def finish_task(*, tenant: Tenant, task_id: int, side: str, at: datetime) -> None:
    """By its own side; a second time changes nothing."""
    with enter_public():
        rows = MeetingAction.objects.select_for_update(of=("self",))
        task = rows.filter(pk=task_id, meeting__tenant_id=tenant.pk, side=side).first()
        if task is None:
            raise errors.NotYours
        if task.done_at is None:
            task.done_at, task.done_by = at, who_acts()
            task.save(update_fields=["done_at", "done_by"])
            tell_both(tenant, task, "finished", what=task.what)


@transaction.atomic
def write_risk(*, tenant: Tenant, danger: Danger, risk_id: int | None = None) -> Risk:
    """A new one, or another assessment of one that is there."""
    with enter_public():
        if risk_id is None:
            row = Risk.objects.create(tenant=tenant, **asdict(danger))
        else:
            row = _risk(tenant, risk_id)
            for name, value in asdict(danger).items():
                setattr(row, name, "" if name in WORDS and is_usual(row.preset, name, value) else value)
            row.save()
        _tell_assessed(tenant, row)
    return row


def _tell_assessed(tenant: Tenant, row: Risk) -> None:
    tell_both(tenant, row, "assessed", title=row.told_title, likelihood=row.likelihood, impact=row.impact)


@transaction.atomic
def close_risk(*, tenant: Tenant, risk_id: int) -> None:
    with enter_public():
        row = _risk(tenant, risk_id)
        if row.state == Risk.State.OPEN:
            row.state = Risk.State.CLOSED
            row.save(update_fields=["state"])
            tell_both(tenant, row, "closed", title=row.told_title)


def _risk(tenant: Tenant, risk_id: int) -> Risk:
    row = Risk.objects.select_for_update().filter(pk=risk_id, tenant_id=tenant.pk).first()
    if row is None:
        raise errors.NotYours
    return row


@transaction.atomic
def begin_register(*, tenant: Tenant, today: date) -> int:
    """The four that every partnership has, to be assessed; where any risk is written, nothing is added."""
    # The words of the log are the tenant's; the register's are each reader's own.
    with enter_public(), translation.override(tenant.language):
        Tenant.objects.select_for_update(no_key=True).get(pk=tenant.pk)
        if Risk.objects.filter(tenant=tenant).exists():
            return 0
        for kind, usual in USUAL_RISKS.items():
            row = Risk.objects.create(
                tenant=tenant, kind=kind, preset=kind, likelihood=usual.likelihood, impact=usual.impact,
                review_on=today + REVIEWED_AFTER,
            )  # fmt: skip
            _tell_assessed(tenant, row)
        return len(USUAL_RISKS)


@transaction.atomic
def write_case(*, tenant: Tenant, story: Story, at: datetime, case_id: int | None = None) -> CustomerCase:
    """Other words need the tenant's consent anew."""
    with enter_public():
        row = CustomerCase(tenant=tenant) if case_id is None else _case(tenant, case_id)
        for name, value in asdict(story).items():
            setattr(row, name, value)
        row.state, row.written_at = CustomerCase.State.ASKED, at
        row.allowed_at, row.allowed_by = None, ""
        row.save()
        tell_both(tenant, row, "wrote a customer case", title=row.title)
    return row


@transaction.atomic
def allow_case(*, tenant: Tenant, case_id: int, at: datetime) -> None:
    """By the tenant's owner: from now on everybody may read it."""
    with enter_public():
        row = _case(tenant, case_id)
        if row.state != CustomerCase.State.ALLOWED:
            row.state, row.allowed_at, row.allowed_by = CustomerCase.State.ALLOWED, at, who_acts()
            row.withdrawn_at, row.withdrawn_by = None, ""
            row.save()
            tell_both(tenant, row, "allowed", title=row.title)


@transaction.atomic
def withdraw_case(*, tenant: Tenant, case_id: int, at: datetime) -> None:
    """By either side, at any time: from now on nobody reads it."""
    with enter_public():
        row = _case(tenant, case_id)
        if row.state != CustomerCase.State.WITHDRAWN:
            row.state, row.withdrawn_at, row.withdrawn_by = CustomerCase.State.WITHDRAWN, at, who_acts()
            row.save()
            tell_both(tenant, row, "withdrawn", title=row.title)


def _case(tenant: Tenant, case_id: int) -> CustomerCase:
    row = CustomerCase.objects.select_for_update().filter(pk=case_id, tenant_id=tenant.pk).first()
    if row is None:
        raise errors.NotYours
    return row
