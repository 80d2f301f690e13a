"""Customers: the list, one customer with what happened, and their numbers behind a mask."""

from __future__ import annotations

from django.contrib import messages
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET, require_POST

from telephony.actions.dialling import ask_to_dial
from telephony.queries.dialling import queue_named
from tenants.errors import NotAllowed, NotFound
from tenants.people.console.access import member_required
from ticketing import actions, policies, queries
from ticketing.console.forms import CustomerForm, NewCustomerForm, NumberForm
from ticketing.console.pages import one_page
from ticketing.console.refusals import done_or_said
from ticketing.models import Customer

LATEST, WHOLE_STORY = 15, 500


def _customer(customer_id: int) -> Customer:
    found = queries.customer(customer_id)
    if found is None:
        raise NotFound()
    return found


def _must(allowed: bool) -> None:
    if not allowed:
        raise NotAllowed()


@require_GET
@member_required(*policies.READING_ROLES)
def customer_list(request: HttpRequest) -> HttpResponse:
    text = request.GET.get("q", "")[:100]
    page = one_page(queries.search_customers(text), ["name", "pk"], request.GET.get("after", ""))
    seen = {"page": page, "q": text, "can_change": policies.can_change_customers(request.user)}
    template = (
        "ticketing/_customer_rows.html" if request.headers.get("HX-Request") else "ticketing/customers.html"
    )
    return render(request, template, seen)


@member_required(*policies.CONTACT_ROLES)
def new_customer(request: HttpRequest) -> HttpResponse:
    form = NewCustomerForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        given = dict(form.cleaned_data)
        number = given.pop("number")
        made = done_or_said(
            form,
            lambda: actions.create_customer(
                **given,
                numbers=[number] if number else [],
                country=request.tenant.country,
                at=timezone.now(),
                by=request.user,
            ),
        )
        if made:
            return redirect("ticketing:customer", made.pk)
    return render(request, "ticketing/customer_form.html", {"form": form}, status=_status(form))


@require_GET
@member_required(*policies.READING_ROLES)
def customer_page(request: HttpRequest, customer_id: int) -> HttpResponse:
    who = _customer(customer_id)
    whole = "all" in request.GET
    entries = queries.timeline(who, WHOLE_STORY if whole else LATEST + 1)
    shown = entries if whole else entries[:LATEST]
    seen = {
        "customer": who,
        "timeline": shown,
        "readable": queries.readable(request.user, [entry.thing for entry in shown]),
        "has_more": not whole and len(entries) > LATEST,
        "number_form": NumberForm(),
        "can_change": policies.can_change_customers(request.user),
        "can_reveal": policies.can_reveal_numbers(request.user),
        "can_open_tickets": policies.can_open_tickets(request.user),
    }
    return render(request, "ticketing/customer.html", seen)


@member_required(*policies.CONTACT_ROLES)
def edit_customer(request: HttpRequest, customer_id: int) -> HttpResponse:
    who = _customer(customer_id)
    form = CustomerForm(request.POST or None, instance=who)
    if request.method == "POST" and form.is_valid():
        given = form.cleaned_data
        at = timezone.now()
        if done_or_said(
            form, lambda: actions.change_customer(customer_id=customer_id, at=at, by=request.user, **given)
        ):
            messages.success(request, _("Saved."))
            return redirect("ticketing:customer", customer_id)
    seen = {"form": form, "customer": _customer(customer_id)}
    return render(request, "ticketing/customer_form.html", seen, status=_status(form))


@require_POST
@member_required(*policies.CONTACT_ROLES)
def add_number(request: HttpRequest, customer_id: int) -> HttpResponse:
    who = _customer(customer_id)
    form = NumberForm(request.POST)
    if form.is_valid():
        added = done_or_said(
            form,
            lambda: actions.add_number(
                customer_id=who.pk,
                raw=form.cleaned_data["number"],
                country=request.tenant.country,
                at=timezone.now(),
                by=request.user,
            ),
        )
        form = NumberForm() if added else form
    return _numbers(request, who, form)


@require_POST
@member_required(*policies.CONTACT_ROLES)
def remove_number(request: HttpRequest, customer_id: int, phone_id: int) -> HttpResponse:
    who = _customer(customer_id)
    if queries.phone(phone_id, who.pk) is None:
        raise NotFound()
    actions.remove_number(phone_id=phone_id, at=timezone.now(), by=request.user)
    return _numbers(request, who, NumberForm())


@never_cache
@require_POST
@member_required(*policies.LEADING_ROLES)
def reveal_number(request: HttpRequest, customer_id: int, phone_id: int) -> HttpResponse:
    phone = queries.phone(phone_id, customer_id)
    if phone is None:
        raise NotFound()
    number = actions.reveal_number(phone=phone, by=request.user)
    return render(
        request, "ticketing/_number_revealed.html", {"number": number, "country": request.tenant.country}
    )


@require_POST
@member_required(*policies.CONTACT_ROLES)
def dial_number(request: HttpRequest, customer_id: int, phone_id: int) -> JsonResponse:
    """The agent's phone rings, then the customer's; the number itself stays behind its mask."""
    phone = queries.phone(phone_id, customer_id)
    if phone is None:
        raise NotFound()
    told = ask_to_dial(
        member=request.user,
        number=phone.e164,
        subject=phone.customer,
        queue_id=queue_named(request.POST.get("queue", "")),
        at=timezone.now(),
        reason=request.POST.get("reason", ""),
    )
    return JsonResponse({"message": told})


def _numbers(request: HttpRequest, who: Customer, form: NumberForm) -> HttpResponse:
    seen = {
        "customer": _customer(who.pk),
        "number_form": form,
        "can_change": True,
        "can_reveal": policies.can_reveal_numbers(request.user),
    }
    if request.headers.get("HX-Request"):
        return render(request, "ticketing/_numbers.html", seen, status=_status(form))
    if form.errors:
        messages.error(request, next(iter(form.errors.values()))[0])
    return redirect("ticketing:customer", who.pk)


def _status(form) -> int:
    """422 tells htmx and people alike that nothing was saved; what was typed is still there."""
    return 422 if form.is_bound and form.errors else 200
