"""A frame asks what to tell its panel: the address, and a token that lives a minute, about what is open beside it."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django.http import HttpRequest, JsonResponse
from django.utils import timezone
from django.utils.translation import get_language
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_POST

from telephony import policies as telephony_policies
from telephony import queries as telephony
from tenants.errors import NotFound
from tenants.masking import mask_number
from tenants.people.console.access import member_required
from tenants.secrets import SecretUnreadable, unseal
from ticketing import policies, queries
from ticketing.panels.addresses import origin_of
from ticketing.panels.errors import PanelNotFound, PanelSecretUnreadable
from ticketing.panels.models import Panel
from ticketing.panels.queries import panels_seen
from ticketing.panels.tokens import sign


@never_cache
@require_POST
@member_required(*policies.READING_ROLES)
def open_panel(request: HttpRequest, panel_id: int) -> JsonResponse:
    place = request.POST.get("place", "")
    panel = next((one for one in panels_seen(request.user, place) if one.pk == panel_id), None)
    if panel is None or place not in SUBJECTS:
        raise PanelNotFound
    about = SUBJECTS[place](request, request.POST.get("subject", ""), panel)
    try:
        secret = unseal(panel.secret)
    except SecretUnreadable:
        raise PanelSecretUnreadable from None
    claims = _who(request, panel) | {"place": place} | about
    token = sign(claims, secret, now=int(timezone.now().timestamp()))
    return JsonResponse({"url": panel.url, "origin": origin_of(panel.url), "token": token})


def _who(request: HttpRequest, panel: Panel) -> dict[str, Any]:
    theme = request.COOKIES.get("theme", "")
    return {
        "iss": f"{request.scheme}://{request.get_host()}",
        "aud": origin_of(panel.url),
        "sub": str(request.user.pk),
        "tenant": request.tenant.schema_name,
        "panel": panel.pk,
        "roles": list(request.user.roles),
        "language": get_language(),
        "theme": theme if theme in ("dark", "light") else "system",
    }


def _of_call(request: HttpRequest, subject: str, panel: Panel) -> dict[str, Any]:
    try:
        call_id = UUID(subject)
    except ValueError:
        raise NotFound() from None
    call = telephony.call(call_id)
    if call is None or not telephony_policies.can_see_call(
        request.user, call, was_offered=telephony.was_offered(call_id, request.user)
    ):
        raise NotFound()
    who = queries.customer_of_number(call.caller_number, request.tenant.country)
    number = call.caller_number if panel.sees_numbers else mask_number(call.caller_number)
    return {
        "call_id": str(call.pk),
        "direction": call.direction,
        "customer_id": who.pk if who else None,
        "caller_number": number,
        "is_masked": not panel.sees_numbers,
    }


def _of_customer(request: HttpRequest, subject: str, panel: Panel) -> dict[str, Any]:
    who = queries.customer(_whole(subject))
    if who is None or not policies.can_see_customers(request.user):
        raise NotFound()
    return {"customer_id": who.pk}


def _of_ticket(request: HttpRequest, subject: str, panel: Panel) -> dict[str, Any]:
    ticket = queries.visible_tickets(request.user).filter(number=_whole(subject)).first()
    if ticket is None:
        raise NotFound()
    call_id = str(ticket.call_id) if ticket.call_id else None
    return {"ticket_number": ticket.number, "customer_id": ticket.customer_id, "call_id": call_id}


def _whole(subject: str) -> int:
    if not (subject.isascii() and subject.isdigit() and len(subject) < 10):
        raise NotFound()
    return int(subject)


SUBJECTS = {"call": _of_call, "customer": _of_customer, "ticket": _of_ticket}
