"""Support comes in by the owner's word, for minutes, and goes by itself. Both sides' logs hold every step."""

import hashlib
import secrets
from datetime import datetime, timedelta

from django.db import transaction

from tenants import realtime
from tenants.context import current_tenant, enter, enter_public
from tenants.models import Tenant
from tenants.people.actions import end_access as end_membership
from tenants.people.actions import record_audit
from tenants.people.models import Member
from tenants.people.roles import Role, Seat
from tenants.support import errors
from tenants.support.cases import is_case_of
from tenants.support.models import SupportAccess, SupportTerms
from tenants.support.queries import OPEN, terms_of

ANSWERED_WITHIN = timedelta(hours=24)
TICKET_LASTS = timedelta(seconds=60)
State = SupportAccess.State


@transaction.atomic
def set_terms(*, needs_consent: bool, most_minutes: int) -> SupportTerms:
    """Of the current tenant."""
    terms = terms_of(current_tenant())
    before = {"needs_consent": terms.needs_consent, "most_minutes": terms.most_minutes}
    after = {"needs_consent": needs_consent, "most_minutes": most_minutes}
    if terms.pk and before == after:
        return terms
    terms.needs_consent, terms.most_minutes = needs_consent, most_minutes
    terms.save()
    record_audit(verb="support terms changed", subject=terms, before=before, after=after)
    return terms


@transaction.atomic
def ask_for_access(
    *, operator: Member, tenant: Tenant, case_number: str, reason: str, minutes: int, role: str,
    may_change: bool, at: datetime,
) -> SupportAccess:  # fmt: skip
    """The owner sees it at once; where no consent is needed it begins at once. Raises TooManyMinutes and others."""
    if tenant.state != Tenant.State.ACTIVE:
        raise errors.TenantIsNotOpen
    terms = terms_of(tenant)
    if not is_case_of(tenant, case_number):
        raise errors.NoSuchCase(field="case_number", case=case_number)
    if minutes > terms.most_minutes:
        raise errors.TooManyMinutes(field="minutes", most=terms.most_minutes)
    if SupportAccess.objects.filter(tenant=tenant, operator_id=operator.pk, state__in=OPEN).exists():
        raise errors.AccessIsOpen
    access = SupportAccess.objects.create(
        tenant=tenant, operator_id=operator.pk, operator_name=str(operator)[:80], case_number=case_number,
        reason=reason, minutes=minutes, role=role, may_change=may_change, asked_at=at,
    )  # fmt: skip
    _note(access, "support asked", operator)
    if not terms.needs_consent:
        _begin(access, at=at, by="")
    return access


@transaction.atomic
def allow(*, access_id: int, by: Member, at: datetime) -> SupportAccess:
    """The owner's word. The minutes run from here on."""
    access = _locked(access_id)
    if access.state == State.RUNNING:
        return access
    if access.state != State.ASKED:
        raise errors.AccessIsOver
    return _begin(access, at=at, by=str(by))


@transaction.atomic
def refuse(*, access_id: int, by: Member, at: datetime) -> None:
    access = _locked(access_id)
    if access.state == State.REFUSED:
        return
    if access.state != State.ASKED:
        raise errors.AccessIsOver
    access.state, access.decided_at, access.decided_by = State.REFUSED, at, str(by)[:120]
    access.save()
    _note(access, "support refused")


@transaction.atomic
def end_access(*, access_id: int, by: str, at: datetime) -> None:
    """By either side or by its time; `by` is a name, empty when time did it. Repeating it does nothing."""
    access = _locked(access_id)
    if access.state not in OPEN:
        return
    was_in = access.state == State.RUNNING
    lapsed = not was_in and not by
    access.state = State.LAPSED if lapsed else State.ENDED
    access.ended_at, access.ended_by, access.ticket_digest = at, by[:120], ""
    access.save()
    with enter(access.tenant.schema_name):
        member = Member.objects.filter(pk=access.member_id).first() if access.member_id else None
        if member is not None:
            end_membership(member=member, at=at, reason=f"support ended · {access.case_number}")
    _note(access, "support lapsed" if lapsed else "support ended")


@transaction.atomic
def issue_ticket(*, access_id: int, operator: Member, at: datetime) -> str:
    """The text that lets this operator's browser in, once, within a minute."""
    access = _locked(access_id)
    if access.operator_id != operator.pk:
        raise errors.NotYours
    if not access.is_on(at):
        raise errors.AccessIsOver
    text = secrets.token_urlsafe(32)
    access.ticket_digest, access.ticket_until = _digest(text), at + TICKET_LASTS
    access.save(update_fields=["ticket_digest", "ticket_until"])
    return text


@transaction.atomic
def use_ticket(*, text: str, at: datetime) -> tuple[SupportAccess, Member]:
    """Inside the tenant it was made for. Raises TicketUsed."""
    tickets = SupportAccess.objects.select_for_update(of=("self",)).select_related("tenant")
    access = tickets.filter(ticket_digest=_digest(text), tenant=current_tenant()).first()
    if access is None or not access.is_on(at) or access.ticket_until is None or access.ticket_until < at:
        raise errors.TicketUsed
    access.ticket_digest = ""
    access.save(update_fields=["ticket_digest"])
    member = Member.objects.get(pk=access.member_id)
    record_audit(verb="support entered", subject=access, actor=member, reason=access.reason)
    return access, member


def note_page(*, access: SupportAccess, member: Member, method: str, path: str) -> None:
    """What support opened, in the tenant's own log."""
    verb = "support opened" if method in ("GET", "HEAD") else "support sent"
    record_audit(
        verb=verb, subject=f"page:{path}", actor=member, reason=f"{access.case_number} · {access.reason}"
    )


# --- inside ---


def _begin(access: SupportAccess, *, at: datetime, by: str) -> SupportAccess:
    access.state, access.decided_at, access.decided_by = State.RUNNING, at, by[:120]
    access.starts_at, access.ends_at = at, at + timedelta(minutes=access.minutes)
    with enter(access.tenant.schema_name):
        access.member_id = _support_member(access).pk
    access.save()
    _note(access, "support let in")
    return access


def _support_member(access: SupportAccess) -> Member:
    """A seat that ends at its moment by itself: rights, sessions and keys with it (people, seats)."""
    member = Member(
        username=f"support-{access.pk}",
        name=access.name_inside,
        roles=[access.role],
        seat=Seat.TEMPORARY,
        seat_firm="support",
        seat_ends_at=access.ends_at,
    )
    member.set_unusable_password()
    member.save()
    return member


def _locked(access_id: int) -> SupportAccess:
    found = SupportAccess.objects.select_for_update(of=("self",)).select_related("tenant")
    access = found.filter(pk=access_id).first()
    if access is None:
        raise errors.AccessNotFound
    return access


def _note(access: SupportAccess, verb: str, operator: Member | None = None) -> None:
    """In the tenant's log and in the operators', and to every page that is open at the tenant."""
    said = {
        "case": access.case_number, "operator": access.operator_name, "minutes": access.minutes,
        "as": access.role, "may_change": access.may_change, "state": access.state, "ends_at": access.ends_at,
    }  # fmt: skip
    for place in (enter(access.tenant.schema_name), enter_public()):
        with place:
            record_audit(verb=verb, subject=access, actor=operator, after=said, reason=access.reason)
    with enter(access.tenant.schema_name):
        _tell(access)


def _tell(access: SupportAccess) -> None:
    """Who is in concerns everybody; who asks, those who answer."""
    owners = Member.objects.filter(roles__contains=[Role.OWNER], is_active=True).values_list("pk", flat=True)
    audiences = [f"member.{pk}" for pk in owners] if access.state == State.ASKED else ["everyone"]
    for audience in audiences:
        realtime.publish(audience, {"type": "support", "state": access.state, "who": str(access)})


def _digest(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()
