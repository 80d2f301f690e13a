"""Every write to tickets: each change is a line of the ticket's story and of the audit log."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from django.db import transaction

from telephony.actions.recording_tickets import note_ticket
from tenants.errors import DomainError
from tenants.events import emit
from tenants.people.actions import record_audit
from ticketing.actions.changes import apply_changes, said, save_newer
from ticketing.events import TicketChanged, TicketOpened
from ticketing.models import Ticket, TicketCounter, TicketEntry

TICKET_FIELDS = ("subject", "description", "type", "priority", "due_at")


class TicketCannotBecome(DomainError):
    """The ticket cannot go to that state from where it is."""


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
        subject=said(subject, field="subject"),
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
    if call_id:
        note_ticket(call_id=call_id, number=ticket.number)
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
    save_newer(ticket, at)
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
    save_newer(ticket, at)
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
        changes["subject"] = said(changes["subject"], field="subject")
    before = apply_changes(ticket, changes, TICKET_FIELDS)
    if not before:
        return ticket
    save_newer(ticket, at)
    after = {field: getattr(ticket, field) for field in before}
    _tell(ticket, TicketEntry.Kind.DETAILS, at, by, text=", ".join(sorted(before)))
    record_audit(actor=by, verb="ticket.changed", subject=ticket, before=before, after=after)
    emit(TicketChanged(occurred_at=at, ticket_id=ticket.pk))
    return ticket


@transaction.atomic
def comment_on_ticket(*, ticket_id: int, text: str, at: datetime, by=None) -> TicketEntry:
    ticket = _locked(ticket_id)
    entry = _tell(ticket, TicketEntry.Kind.COMMENT, at, by, text=said(text, field="text"))
    save_newer(ticket, at)
    emit(TicketChanged(occurred_at=at, ticket_id=ticket.pk))
    return entry


def _next_number() -> int:
    """Locks the counter until the transaction ends: numbers follow one another and none is missing."""
    TicketCounter.objects.get_or_create(pk=1)
    counter = TicketCounter.objects.select_for_update().get(pk=1)
    counter.last += 1
    counter.save(update_fields=["last"])
    return counter.last


def _locked(ticket_id: int) -> Ticket:
    return Ticket.objects.select_for_update().get(pk=ticket_id)


def _tell(ticket: Ticket, kind: str, at: datetime, by, **words) -> TicketEntry:
    return TicketEntry.objects.create(ticket=ticket, kind=kind, at=at, by=by, **words)
