"""Internal notes about a call or a customer: a piece of a page that writes and lists them."""

from uuid import UUID

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from telephony import queries
from telephony.actions.contact_notes import note_contact, see_mention
from telephony.console.call_way import told_way
from telephony.console.offer_words import reason_of
from telephony.console.planned_work import own_call, whole
from telephony.errors import CallNotFound
from telephony.queries.contact_notes import notes_about
from telephony.queries.messages import WHO_WRITE
from tenants.people.console.access import member_required

DONE = 204


@never_cache
@require_GET
@member_required(*WHO_WRITE)
def arrival_words(request: HttpRequest, call_id: UUID) -> HttpResponse:
    """What completes the customer's card: why the call came to this agent, what was pressed or said, internal notes."""
    call = queries.call_with_story(call_id) if own_call(request, str(call_id)) else None
    if call is None:
        raise CallNotFound
    own = [offer for offer in call.offers.all() if offer.agent.member_id == request.user.pk]
    customer_id = whole(request.GET.get("customer_id", ""))
    seen = {
        "why": reason_of(own[-1]) if own else "",
        "way": told_way(call),
        "notes": notes_about(number=call.caller_number, customer_id=customer_id),
        "note_call": call.pk,
        "note_customer": customer_id,
    }
    return render(request, "telephony/messages/_arrival.html", seen)


@never_cache
@require_http_methods(["GET", "POST"])
@member_required(*WHO_WRITE)
def notes(request: HttpRequest) -> HttpResponse:
    """About `call_id` (when it is theirs to see) and `customer_id`."""
    given = request.GET if request.method == "GET" else request.POST
    call_id, customer_id = own_call(request, given.get("call_id", "")), whole(given.get("customer_id", ""))
    if request.method == "POST" and (call_id or customer_id is not None):
        text = request.POST.get("text", "")
        note_contact(by=request.user, text=text, at=timezone.now(), call_id=call_id, customer_id=customer_id)
    call = queries.call(call_id) if call_id else None
    seen = {
        "notes": notes_about(number=call.caller_number if call else "", customer_id=customer_id),
        "note_call": call_id,
        "note_customer": customer_id,
    }
    return render(request, "telephony/messages/_notes.html", seen)


@require_POST
@member_required(*WHO_WRITE)
def have_seen(request: HttpRequest, note_id: int) -> HttpResponse:
    see_mention(note_id=note_id, member=request.user, at=timezone.now())
    return HttpResponse(status=DONE)
