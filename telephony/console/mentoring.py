"""A mentor's page: their mentees, what each does now, and an ear on the talk that nobody hears."""

from uuid import UUID

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET, require_POST

from telephony import policies
from telephony.errors import CallNotFound
from telephony.floor_orders import Listen, StopListening
from telephony.orders import Order, send_order
from telephony.queries.mentoring import is_talk_of_mentee, mentees_at_work
from tenants.errors import DomainError
from tenants.people.console.access import member_required


@never_cache
@require_GET
@member_required(*policies.MENTORS)
def mentees(request: HttpRequest) -> HttpResponse:
    """Whole, or the list alone for the page that asks again every few seconds."""
    template = "telephony/_mentees.html" if request.headers.get("HX-Request") else "telephony/mentees.html"
    return render(request, template, {"mentees": mentees_at_work(request.user)})


@require_POST
@member_required(*policies.MENTORS)
def listen(request: HttpRequest, call_id: UUID) -> HttpResponse:
    _order(
        request,
        Listen(call_id=call_id),
        call_id,
        _("Pick up your telephone: you hear, and nobody hears you."),
    )
    return redirect("telephony:mentees")


@require_POST
@member_required(*policies.MENTORS)
def stop(request: HttpRequest, call_id: UUID) -> HttpResponse:
    _order(request, StopListening(call_id=call_id), call_id, _("You do not listen any more."))
    return redirect("telephony:mentees")


def _order(request: HttpRequest, order: Order, call_id: UUID, said: str) -> None:
    """The worker asks again whose talk it is; a call that is nobody's one mentors is not there for this page."""
    if not is_talk_of_mentee(call_id, request.user):
        raise CallNotFound
    try:
        send_order(order, member=request.user)
    except DomainError as refusal:
        messages.error(request, refusal.message)
    else:
        messages.success(request, said)
