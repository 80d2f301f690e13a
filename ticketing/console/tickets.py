"""Tickets: the list with its filters, one ticket with its story, and what can be done to it."""

from __future__ import annotations

from django.contrib import messages
from django.db.models import Q, QuerySet
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_POST

from telephony import queries as telephony
from tenants.errors import DomainError, NotAllowed, NotFound
from tenants.people import queries as people
from tenants.people.console.access import member_required
from ticketing import actions, policies, queries
from ticketing.console.forms import CommentForm, TicketFilterForm, TicketForm
from ticketing.console.pages import one_page
from ticketing.console.refusals import done_or_said
from ticketing.models import Ticket


def _ticket(request: HttpRequest, number: int) -> Ticket:
    found = queries.visible_tickets(request.user).filter(number=number).first()
    if found is None:
        raise NotFound()
    return found


def _workable(request: HttpRequest, number: int) -> Ticket:
    ticket = _ticket(request, number)
    if not policies.can_work_on_ticket(request.user, ticket):
        raise NotAllowed()
    return ticket


@require_GET
@member_required(*policies.READING_ROLES)
def ticket_list(request: HttpRequest) -> HttpResponse:
    form = TicketFilterForm(request.GET)
    form.is_valid()
    rows = _filtered(queries.visible_tickets(request.user), form.cleaned_data, request.user)
    seen = {
        "page": one_page(rows, ["-number"], request.GET.get("after", "")),
        "form": form,
        "now": timezone.now(),
        "can_open": policies.can_open_tickets(request.user),
    }
    return render(request, "ticketing/tickets.html", seen)


def _filtered(rows: QuerySet[Ticket], wanted: dict, member) -> QuerySet[Ticket]:
    state, text = wanted.get("state"), (wanted.get("q") or "").strip()
    if state == "unfinished":
        rows = rows.filter(state__in=Ticket.UNFINISHED)
    elif state:
        rows = rows.filter(state=state)
    if wanted.get("priority"):
        rows = rows.filter(priority=wanted["priority"])
    if wanted.get("mine"):
        rows = rows.filter(assignee=member)
    if text:
        said = Q(subject__icontains=text) | Q(customer__name__icontains=text)
        digits = text.removeprefix("#")
        rows = rows.filter(said | Q(number=int(digits)) if digits.isdecimal() and len(digits) < 10 else said)
    return rows


@member_required(*policies.CONTACT_ROLES)
def new_ticket(request: HttpRequest) -> HttpResponse:
    wanted = request.GET.get("customer", "")
    who = queries.customer(int(wanted)) if wanted.isdecimal() and len(wanted) < 18 else None
    form = TicketForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        made = done_or_said(
            form,
            lambda: actions.open_ticket(
                **form.cleaned_data,
                customer_id=who.pk if who else None,
                assignee_id=request.user.pk,
                at=timezone.now(),
                by=request.user,
            ),
        )
        if made:
            return redirect("ticketing:ticket", made.number)
    status = 422 if form.is_bound and form.errors else 200
    return render(request, "ticketing/ticket_form.html", {"form": form, "customer": who}, status=status)


@require_GET
@member_required(*policies.READING_ROLES)
def ticket_page(request: HttpRequest, number: int) -> HttpResponse:
    return _page(request, _ticket(request, number), CommentForm())


def _page(request: HttpRequest, ticket: Ticket, comment_form: CommentForm) -> HttpResponse:
    call = telephony.visible_calls(request.user).filter(pk=ticket.call_id).first() if ticket.call_id else None
    seen = {
        "ticket": ticket,
        "entries": ticket.entries.select_related("by"),
        "next_states": [(state.value, state.label) for state in ticket.next_states],
        "call": call,
        "recording": telephony.recording_of_call(call.pk) if call else None,
        "comment_form": comment_form,
        "members": people.members_with(*policies.CONTACT_ROLES)
        if policies.can_assign_tickets(request.user)
        else [],
        "can_work": policies.can_work_on_ticket(request.user, ticket),
        "can_assign": policies.can_assign_tickets(request.user),
        "is_late": ticket.is_late(timezone.now()),
    }
    return render(request, "ticketing/ticket.html", seen, status=422 if comment_form.errors else 200)


@member_required(*policies.CONTACT_ROLES)
def edit_ticket(request: HttpRequest, number: int) -> HttpResponse:
    ticket = _workable(request, number)
    form = TicketForm(request.POST or None, instance=ticket)
    if request.method == "POST" and form.is_valid():
        given, at = form.cleaned_data, timezone.now()
        if done_or_said(
            form, lambda: actions.change_ticket(ticket_id=ticket.pk, at=at, by=request.user, **given)
        ):
            messages.success(request, _("Saved."))
            return redirect("ticketing:ticket", number)
    status = 422 if form.is_bound and form.errors else 200
    return render(request, "ticketing/ticket_form.html", {"form": form, "ticket": ticket}, status=status)


@require_POST
@member_required(*policies.CONTACT_ROLES)
def change_state(request: HttpRequest, number: int) -> HttpResponse:
    ticket = _workable(request, number)
    try:
        actions.change_ticket_state(
            ticket_id=ticket.pk, state=request.POST.get("state", ""), at=timezone.now(), by=request.user
        )
    except DomainError as refusal:
        messages.error(request, refusal.message)
    return redirect("ticketing:ticket", number)


@require_POST
@member_required(*policies.CONTACT_ROLES)
def comment(request: HttpRequest, number: int) -> HttpResponse:
    ticket = _workable(request, number)
    form = CommentForm(request.POST)
    if form.is_valid() and done_or_said(
        form,
        lambda: actions.comment_on_ticket(
            ticket_id=ticket.pk, text=form.cleaned_data["text"], at=timezone.now(), by=request.user
        ),
    ):
        return redirect("ticketing:ticket", number)
    return _page(request, ticket, form)


@require_POST
@member_required(*policies.CONTACT_ROLES)
def assign(request: HttpRequest, number: int) -> HttpResponse:
    """Who leads gives a ticket to anyone; an agent may take one nobody has."""
    ticket = _workable(request, number)
    wanted = request.POST.get("assignee", "")
    if not policies.can_assign_tickets(request.user) and wanted != str(request.user.pk):
        raise NotAllowed()
    assignee = _assignable(wanted)
    if wanted and assignee is None:
        raise NotFound()
    actions.assign_ticket(ticket_id=ticket.pk, assignee=assignee, at=timezone.now(), by=request.user)
    return redirect("ticketing:ticket", number)


def _assignable(key: str):
    """A member who may work on tickets; None for anyone else and for no key."""
    if not key.isdecimal() or len(key) > 18:
        return None
    return people.members_with(*policies.CONTACT_ROLES).filter(pk=int(key)).first()
