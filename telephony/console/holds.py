"""Legal holds and purges by two people."""

from collections.abc import Callable
from uuid import UUID

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET, require_POST

from telephony.actions import holds as actions
from telephony.console.vault import KEEPERS
from telephony.errors import CallNotFound
from telephony.models import PurgeRequest
from telephony.queries import retention as queries
from tenants.errors import BadInput, DomainError, NotFound
from tenants.masking import mask_number
from tenants.numbers import to_e164
from tenants.people.console.access import member_required


@never_cache
@require_GET
@member_required(*KEEPERS)
def hold_page(request: HttpRequest) -> HttpResponse:
    page = {
        "holds": [(hold, mask_number(hold.number)) for hold in queries.holds(is_open=True)[:200]],
        "lifted": [(hold, mask_number(hold.number)) for hold in queries.holds(is_open=False)[:50]],
        "waiting": queries.purges().filter(state=PurgeRequest.State.ASKED)[:100],
        "answered": queries.purges().exclude(state=PurgeRequest.State.ASKED)[:50],
        "call": request.GET.get("call", "")[:40],
    }
    return render(request, "telephony/recordings/holds.html", page)


@require_POST
@member_required(*KEEPERS)
def hold_act(request: HttpRequest, act: str) -> HttpResponse:
    if act not in ACTS:
        raise NotFound
    try:
        messages.success(request, ACTS[act](request))
    except DomainError as refusal:
        messages.error(request, refusal.message)
    return redirect("telephony:holds")


def _hold(request: HttpRequest) -> str:
    """A call's id, or a customer's number."""
    of, reason, now = request.POST.get("of", "").strip(), request.POST.get("reason", ""), timezone.now()
    call_id = _call_id(of)
    if call_id is not None:
        actions.place_hold(call_id=call_id, reason=reason, at=now)
    else:
        number = to_e164(of, request.tenant.country) if of else None
        if number is None:
            raise BadInput(_("Give the id of a call, or a telephone number."))
        actions.place_hold(number=number, reason=reason, at=now)
    return _("On hold: nothing of it is deleted until the hold is lifted.")


def _lift(request: HttpRequest) -> str:
    actions.lift_hold(hold_id=_id(request), reason=request.POST.get("reason", ""), at=timezone.now())
    return _("The hold is lifted.")


def _ask(request: HttpRequest) -> str:
    call_id = _call_id(request.POST.get("of", "").strip())
    if call_id is None:
        raise CallNotFound
    actions.ask_purge(
        call_id=call_id, reason=request.POST.get("reason", ""), member=request.user, at=timezone.now()
    )
    return _("Asked for. Another administrator must confirm it before anything is deleted.")


def _confirm(request: HttpRequest) -> str:
    is_gone = actions.confirm_purge(purge_id=_id(request), member=request.user, at=timezone.now())
    if is_gone:
        return _("Deleted. What remains is a tombstone with the hash.")
    return _("Deleted here; the storage does not answer, and deletes its file as soon as it does.")


def _refuse(request: HttpRequest) -> str:
    actions.refuse_purge(purge_id=_id(request), member=request.user, at=timezone.now())
    return _("Refused: nothing is deleted.")


def _call_id(given: str) -> UUID | None:
    try:
        return UUID(given)
    except ValueError:
        return None


def _id(request: HttpRequest) -> int:
    raw = request.POST.get("id", "")
    if not (raw.isascii() and raw.isdigit() and len(raw) < 10):
        raise NotFound
    return int(raw)


ACTS: dict[str, Callable[[HttpRequest], str]] = {
    "hold": _hold,
    "lift": _lift,
    "ask": _ask,
    "confirm": _confirm,
    "refuse": _refuse,
}
