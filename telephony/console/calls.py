"""The list of calls and one call: who, when, why this agent, what was recorded."""

from uuid import UUID

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET, require_POST

from telephony import actions, policies, queries
from telephony.console.call_lines import drawn_kinds, drawn_lines
from telephony.console.call_way import told_way
from telephony.console.explanations import told_stays
from telephony.console.filters import CallFilterForm, page_of
from telephony.errors import CallNotFound
from telephony.models import Call
from telephony.queries.retention import fates_of_call
from telephony.queries.supervision import listenings_of_call
from telephony.queries.teams import team_of
from tenants.errors import DomainError, NotAllowed
from tenants.numbers import format_number
from tenants.people.actions import record_audit
from tenants.people.console.access import member_required
from tenants.typed import whole

WHO = policies.SEEING_CALLS


@never_cache
@require_GET
@member_required(*WHO)
def call_list(request: HttpRequest) -> HttpResponse:
    form = CallFilterForm(request.GET, country=request.tenant.country)
    calls = queries.visible_calls(request.user).prefetch_related("recordings")
    seen = {
        "form": form,
        "page": page_of(form.narrowed(calls), request.GET.get("after", "")),
        "address": _address_without(request, "after"),
        "sees_all": policies.can_see_every_call(request.user),
        "can_work": policies.can_work(request.user),
    }
    return render(request, "telephony/calls.html", seen)


@never_cache
@require_GET
@member_required(*WHO)
def call_page(request: HttpRequest, call_id: UUID) -> HttpResponse:
    call = visible_call(request, queries.call_with_story(call_id))
    team = team_of(request.user)
    recordings = [
        one for one in queries.recordings_of_call(call.pk) if policies.can_listen(request.user, one, team)
    ]
    can_listen = bool(recordings) or policies.can_listen(request.user, call, team)
    lines = drawn_lines(call)
    seen = {
        "call": call,
        "timeline": queries.timeline(call),
        "lines": lines,
        "kinds_of_lines": drawn_kinds(lines),
        "stays": told_stays(call),
        "way": told_way(call),
        "can_see_flows": policies.can_see_flows(request.user),
        "can_intervene": policies.can_intervene(request.user),
        "recordings": recordings,
        "can_listen": can_listen,
        "can_download": policies.can_see_every_call(request.user),
        "can_reveal": policies.can_see_full_numbers(request.user),
        "can_dispose": _may_dispose(request, call),
        "dispositions": queries.dispositions_for(call.pk),
        "voicemail": getattr(call, "voicemail", None),
        "answer": queries.answer_of_call(call.pk),
        "fates": fates_of_call(call.pk, timezone.now()) if can_listen else [],
        "listenings": listenings_of_call(call.pk) if policies.can_supervise(request.user) else [],
    }
    return render(request, "telephony/call.html", seen)


@never_cache
@require_POST
@member_required(*policies.LEADERS)
def reveal_number(request: HttpRequest, call_id: UUID) -> HttpResponse:
    """The whole number, once, written down: who looked at whose number."""
    call = visible_call(request, queries.call(call_id))
    record_audit(verb="revealed the number of", subject=call)
    number = format_number(call.caller_number, request.tenant.country) or call.caller_raw
    return render(request, "telephony/_number.html", {"number": number})


@require_POST
@member_required(*policies.WORKERS)
def dispose(request: HttpRequest, call_id: UUID) -> HttpResponse:
    call = visible_call(request, queries.call(call_id))
    if not _may_dispose(request, call):
        raise NotAllowed
    try:
        actions.dispose_call(
            call_id=call.pk,
            disposition_id=whole(request.POST.get("disposition", "")),
            note=request.POST.get("note", "")[:4000],
            at=timezone.now(),
        )
    except DomainError as error:
        messages.error(request, error.message)
    else:
        messages.success(request, _("Saved."))
    return redirect("telephony:call", call.pk)


def visible_call(request: HttpRequest, call: Call | None) -> Call:
    """The call, or the same 404 for one that does not exist and one that is not theirs."""
    if call is None:
        raise CallNotFound
    if queries.openable(request.user, [call.pk]):
        return call
    # What rings or rang at one's own telephone may be looked at, though somebody else took it.
    was_offered = queries.was_offered(call.pk, request.user)
    if was_offered and policies.can_see_call(request.user, call, was_offered=was_offered):
        return call
    raise CallNotFound


def _may_dispose(request: HttpRequest, call: Call) -> bool:
    is_own = call.agent is not None and call.agent.member_id == request.user.pk
    return bool(call.ended_at) and (is_own or policies.can_see_floor(request.user))


def _address_without(request: HttpRequest, name: str) -> str:
    kept = request.GET.copy()
    kept.pop(name, None)
    return kept.urlencode()
