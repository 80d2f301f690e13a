"""Every write to customers and tickets. Edges ask the policies; actions only keep the rules."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

from django.db import IntegrityError, transaction
from django.utils.translation import gettext_lazy as _

from tenants.errors import BadInput, DomainError
from tenants.events import emit
from tenants.numbers import to_e164
from tenants.people.actions import record_audit
from ticketing.events import CustomerChanged, CustomerCreated, TicketChanged, TicketOpened
from ticketing.models import Customer, CustomerPhone, Ticket, TicketCounter, TicketEntry

CUSTOMER_FIELDS = ("name", "level", "tags", "language", "note")
TICKET_FIELDS = ("subject", "description", "type", "priority", "due_at")


class NumberAlreadyTaken(DomainError):
    """Another customer already has this number."""


class TicketCannotBecome(DomainError):
    """The ticket cannot go to that state from where it is."""


@transaction.atomic
def create_customer(
    *,
    name: str,
    at: datetime,
    country: str,
    numbers: Sequence[str] = (),
    level: str = Customer.Level.STANDARD,
    tags: Sequence[str] = (),
    language: str = "",
    note: str = "",
    by=None,
) -> Customer:
    """`numbers` as people write them; `country` (ISO, two letters) tells how local ones are read."""
    customer = Customer.objects.create(
        name=_said(name, field="name"),
        level=level,
        tags=tidy_tags(tags),
        language=language,
        note=note,
        created_at=at,
        changed_at=at,
    )
    for raw in numbers:
        _give_number(customer, raw, country)
    record_audit(actor=by, verb="customer.created", subject=customer, after=_snapshot(customer))
    emit(CustomerCreated(occurred_at=at, customer_id=customer.pk))
    return customer


@transaction.atomic
def change_customer(*, customer_id: int, at: datetime, by=None, **changes) -> Customer:
    """Only the fields given change; nothing is written when nothing differs."""
    customer = Customer.objects.select_for_update().get(pk=customer_id)
    if "tags" in changes:
        changes["tags"] = tidy_tags(changes["tags"])
    if "name" in changes:
        changes["name"] = _said(changes["name"], field="name")
    before = _apply(customer, changes, CUSTOMER_FIELDS)
    if not before:
        return customer
    _save(customer, at)
    after = {field: getattr(customer, field) for field in before}
    record_audit(actor=by, verb="customer.changed", subject=customer, before=before, after=after)
    emit(CustomerChanged(occurred_at=at, customer_id=customer.pk))
    return customer


@transaction.atomic
def add_number(*, customer_id: int, raw: str, country: str, at: datetime, by=None) -> CustomerPhone:
    customer = Customer.objects.select_for_update().get(pk=customer_id)
    phone = _give_number(customer, raw, country)
    _save(customer, at)
    record_audit(actor=by, verb="customer.number_added", subject=customer, after={"number": phone.masked})
    emit(CustomerChanged(occurred_at=at, customer_id=customer.pk))
    return phone


@transaction.atomic
def give_numbers(*, customer: Customer, raws: Sequence[str], country: str) -> None:
    """Many at once, from a sheet; the import as a whole is what the audit log keeps."""
    for raw in raws:
        _give_number(customer, raw, country)


@transaction.atomic
def remove_number(*, phone_id: int, at: datetime, by=None) -> None:
    phone = CustomerPhone.objects.select_related("customer").filter(pk=phone_id).first()
    if phone is None:
        return
    phone.delete()
    _save(phone.customer, at)
    record_audit(
        actor=by, verb="customer.number_removed", subject=phone.customer, before={"number": phone.masked}
    )
    emit(CustomerChanged(occurred_at=at, customer_id=phone.customer_id))


@transaction.atomic
def reveal_number(*, phone: CustomerPhone, by) -> str:
    """The full number, and a line in the audit log saying who saw it."""
    record_audit(
        actor=by, verb="customer.number_revealed", subject=phone.customer, after={"number": phone.masked}
    )
    return phone.e164


@transaction.atomic
def open_ticket(
    *,
    subject: str,
    at: datetime,
    by=None,
    description: str = "",
    type: str = Ticket.Type.QUESTION,
    priority: int = Ticket.Priority.NORMAL,
    customer_id: int | None = None,
    call_id: UUID | None = None,
    assignee_id: int | None = None,
    due_at: datetime | None = None,
) -> Ticket:
    ticket = Ticket.objects.create(
        number=_next_number(),
        subject=_said(subject, field="subject"),
        description=description,
        type=type,
        priority=priority,
        customer_id=customer_id,
        call_id=call_id,
        assignee_id=assignee_id,
        opened_by=by,
        due_at=due_at,
        opened_at=at,
        changed_at=at,
    )
    _tell(ticket, TicketEntry.Kind.OPENED, at, by, after=ticket.state)
    record_audit(
        actor=by,
        verb="ticket.opened",
        subject=ticket,
        after={"number": ticket.number, "type": type, "priority": priority, "call": call_id},
    )
    emit(TicketOpened(occurred_at=at, ticket_id=ticket.pk))
    return ticket


@transaction.atomic
def change_ticket_state(*, ticket_id: int, state: str, at: datetime, by=None) -> Ticket:
    ticket = _locked(ticket_id)
    if ticket.state == state:
        return ticket
    if not ticket.can_become(state):
        raise TicketCannotBecome()
    before = ticket.state
    ticket.become(state, at)
    _save(ticket, at)
    _tell(ticket, TicketEntry.Kind.STATE, at, by, before=before, after=state)
    record_audit(
        actor=by, verb="ticket.state", subject=ticket, before={"state": before}, after={"state": state}
    )
    emit(TicketChanged(occurred_at=at, ticket_id=ticket.pk))
    return ticket


@transaction.atomic
def assign_ticket(*, ticket_id: int, assignee, at: datetime, by=None) -> Ticket:
    """`assignee` is a member, or None to put the ticket back for anyone."""
    ticket = _locked(ticket_id)
    if ticket.assignee_id == (assignee.pk if assignee else None):
        return ticket
    before = str(ticket.assignee or "")
    ticket.assignee = assignee
    _save(ticket, at)
    after = str(assignee or "")
    _tell(ticket, TicketEntry.Kind.ASSIGNEE, at, by, before=before, after=after)
    record_audit(
        actor=by,
        verb="ticket.assigned",
        subject=ticket,
        before={"assignee": before},
        after={"assignee": after},
    )
    emit(TicketChanged(occurred_at=at, ticket_id=ticket.pk))
    return ticket


@transaction.atomic
def change_ticket(*, ticket_id: int, at: datetime, by=None, **changes) -> Ticket:
    ticket = _locked(ticket_id)
    if "subject" in changes:
        changes["subject"] = _said(changes["subject"], field="subject")
    before = _apply(ticket, changes, TICKET_FIELDS)
    if not before:
        return ticket
    _save(ticket, at)
    after = {field: getattr(ticket, field) for field in before}
    _tell(ticket, TicketEntry.Kind.DETAILS, at, by, text=", ".join(sorted(before)))
    record_audit(actor=by, verb="ticket.changed", subject=ticket, before=before, after=after)
    emit(TicketChanged(occurred_at=at, ticket_id=ticket.pk))
    return ticket


@transaction.atomic
def comment_on_ticket(*, ticket_id: int, text: str, at: datetime, by=None) -> TicketEntry:
    ticket = _locked(ticket_id)
    entry = _tell(ticket, TicketEntry.Kind.COMMENT, at, by, text=_said(text, field="text"))
    _save(ticket, at)
    emit(TicketChanged(occurred_at=at, ticket_id=ticket.pk))
    return entry


def _give_number(customer: Customer, raw: str, country: str) -> CustomerPhone:
    e164 = to_e164(raw, country)
    if not e164:
        raise BadInput(_("This is not a telephone number."), field="number")
    try:
        with transaction.atomic():
            return CustomerPhone.objects.create(customer=customer, e164=e164, raw=raw[:64])
    except IntegrityError:
        if CustomerPhone.objects.filter(e164=e164, customer=customer).exists():
            return CustomerPhone.objects.get(e164=e164)
        raise NumberAlreadyTaken() from None


def _next_number() -> int:
    """Locks the counter until the transaction ends: numbers follow one another and none is missing."""
    TicketCounter.objects.get_or_create(pk=1)
    counter = TicketCounter.objects.select_for_update().get(pk=1)
    counter.last += 1
    counter.save(update_fields=["last"])
    return counter.last


def _locked(ticket_id: int) -> Ticket:
    return Ticket.objects.select_for_update().get(pk=ticket_id)


def _save(row: Customer | Ticket, at: datetime) -> None:
    row.version += 1
    row.changed_at = at
    row.save()


def _tell(ticket: Ticket, kind: str, at: datetime, by, **words) -> TicketEntry:
    return TicketEntry.objects.create(ticket=ticket, kind=kind, at=at, by=by, **words)


def _apply(row, changes: dict, allowed: Sequence[str]) -> dict:
    """Sets what differs and answers with what it was before."""
    before = {}
    for field in allowed:
        if field in changes and getattr(row, field) != changes[field]:
            before[field] = getattr(row, field)
            setattr(row, field, changes[field])
    return before


def _said(text: str, *, field: str) -> str:
    text = (text or "").strip()
    if not text:
        raise BadInput(_("This cannot be empty."), field=field)
    return text


def tidy_tags(tags: Sequence[str]) -> list[str]:
    """Trimmed, no empty ones, each once, in the order given."""
    return list(dict.fromkeys(tag.strip()[:40] for tag in tags if tag.strip()))


def _snapshot(customer: Customer) -> dict:
    return {field: getattr(customer, field) for field in CUSTOMER_FIELDS}
