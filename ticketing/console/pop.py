"""The customer of a ringing call: a piece of the agent's page, with a form when we do not know the number.

Everything here is asked by htmx from the workspace; a refusal keeps what was typed and where it was typed.
"""

from __future__ import annotations

from uuid import UUID

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from telephony import policies as telephony_policies
from telephony import queries as telephony
from tenants.errors import NotFound
from tenants.people.console.access import member_required
from ticketing import actions, policies, queries
from ticketing.console.forms import CustomerInCallForm, TicketInCallForm
from ticketing.console.refusals import done_or_said


def _call(request: HttpRequest, call_id: UUID):
    """The call, if it is the member's to see: offered to them, theirs, or they lead."""
    call = telephony.call(call_id)
    if call is None or not telephony_policies.can_see_call(
        request.user, call, was_offered=telephony.was_offered(call_id, request.user)
    ):
        raise NotFound()
    return call


@never_cache
@require_GET
@member_required(*policies.READING_ROLES)
def pop(request: HttpRequest, call_id: UUID) -> HttpResponse:
    return _card(request, _call(request, call_id))


def _card(
    request: HttpRequest,
    call,
    *,
    form: CustomerInCallForm | None = None,
    template: str = "ticketing/_pop.html",
) -> HttpResponse:
    card = queries.customer_card(call.caller_number, besides=call.pk)
    if form is None and card.customer is None:
        form = CustomerInCallForm(initial={"name": call.caller_name[:120]})
    seen = {
        "call": call,
        "card": card,
        "readable": queries.readable(request.user, card.tickets),
        "form": form,
        "can_create": policies.can_change_customers(request.user) and bool(call.caller_number),
        # The workspace has its own place for the ticket of the call in hand.
        "can_open_tickets": "ticket" in request.GET and policies.can_open_tickets(request.user),
    }
    status = 422 if form is not None and form.is_bound and form.errors else 200
    return render(request, template, seen, status=status)


@require_POST
@member_required(*policies.CONTACT_ROLES)
def create_customer_in_call(request: HttpRequest, call_id: UUID) -> HttpResponse:
    call = _call(request, call_id)
    form = CustomerInCallForm(request.POST)
    made = form.is_valid() and done_or_said(
        form,
        lambda: actions.create_customer(
            **form.cleaned_data,
            numbers=[call.caller_number],
            country=request.tenant.country,
            language=request.tenant.language,
            at=timezone.now(),
            by=request.user,
        ),
    )
    return _card(request, call, form=None if made else form, template="ticketing/_pop_customer.html")


@require_http_methods(["GET", "POST"])
@member_required(*policies.CONTACT_ROLES)
def create_from_call(request: HttpRequest, call_id: UUID) -> HttpResponse:
    """A ticket made while talking: it knows the call, the customer and who made it."""
    call = _call(request, call_id)
    form = TicketInCallForm(request.POST or None)
    made = None
    if request.method == "POST" and form.is_valid():
        who = queries.customer_of_number(call.caller_number, request.tenant.country)
        made = done_or_said(
            form,
            lambda: actions.open_ticket(
                **form.cleaned_data,
                customer_id=who.pk if who else None,
                call_id=call.pk,
                assignee_id=request.user.pk,
                at=timezone.now(),
                by=request.user,
            ),
        )
    seen = {"call": call, "form": TicketInCallForm() if made else form, "made": made}
    status = 422 if form.is_bound and form.errors else 200
    return render(request, "ticketing/_ticket_in_call.html", seen, status=status)
