"""What publishing a flow does, told in numbers before; its versions, their differences, and the way back."""

from typing import Any

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from telephony import policies
from telephony.actions import flows as actions
from telephony.console.flow_changes import StepChanges, told_changes
from telephony.console.flow_editor import flow_or_404, readable
from telephony.console.flow_problems import told_problems
from telephony.flow_errors import FlowNotReady
from telephony.flows.check import errors_of
from telephony.flows.differences import differences
from telephony.flows.document import empty
from telephony.models import Flow, FlowVersion
from telephony.queries import flows as queries
from tenants.errors import DomainError
from tenants.people.console.access import member_required
from tenants.typed import whole


@never_cache
@require_http_methods(["GET", "POST"])
@member_required(*policies.LEADERS)
def publish(request: HttpRequest, flow_id: int) -> HttpResponse:
    """GET is the pre-flight, POST publishes the very draft that was looked at."""
    flow = flow_or_404(flow_id)
    may_publish = policies.can_publish_flows(request.user) and not flow.is_archived
    if request.method == "POST" and may_publish:
        try:
            version = actions.publish_flow(
                flow_id=flow.pk,
                draft_version=_whole(request.POST.get("draft_version", "")),
                note=request.POST.get("note", ""),
                by=request.user,
                at=timezone.now(),
            )
        except DomainError as refusal:
            messages.error(request, refusal.message)
            return redirect("telephony:flow_publish", flow.pk)
        messages.success(request, _published_words(flow, version))
        return redirect("telephony:flow_versions", flow.pk)
    page = {"flow": flow, "may_publish": may_publish, **_preflight(flow)}
    return render(request, "telephony/flows/publish.html", page)


def _published_words(flow: Flow, version: FlowVersion) -> str:
    if flow.entries.exists():
        return _("Version %(n)s is published. The next caller hears it.") % {"n": version.number}
    return _("Version %(n)s is published. No number leads to it yet: choose some under “Numbers”.") % {
        "n": version.number
    }


def _preflight(flow: Flow) -> dict[str, Any]:
    draft = readable(flow.draft)
    before = readable(flow.published.document if flow.published else empty(draft.languages))
    flight = queries.preflight(flow, timezone.now())
    told = told_problems(flight.problems, draft)
    return {
        "flight": flight,
        "errors": [one for one in told if one["isError"]],
        "hints": [one for one in told if not one["isError"]],
        "names": {node.id: node.title for node in draft.nodes.values()},
        "changes": told_changes(flight.differences, before, draft),
        "nodes": len(draft.nodes),
    }


@never_cache
@require_GET
@member_required(*policies.LEADERS)
def versions(request: HttpRequest, flow_id: int) -> HttpResponse:
    flow = flow_or_404(flow_id)
    live = dict(queries.live_calls_in(flow))
    page = {
        "flow": flow,
        "rows": [(row, live.get(row.number, 0)) for row in queries.versions(flow)],
        "may_publish": policies.can_publish_flows(request.user) and not flow.is_archived,
    }
    return render(request, "telephony/flows/versions.html", page)


@never_cache
@require_GET
@member_required(*policies.LEADERS)
def version(request: HttpRequest, flow_id: int, number: int) -> HttpResponse:
    """What one version says otherwise than another (`?than=3`), by default the one before it."""
    flow = flow_or_404(flow_id)
    shown = _version_or_404(flow, number)
    numbers = list(flow.versions.order_by("-number").values_list("number", flat=True))
    earlier = [one for one in numbers if one < number]
    than = _whole(request.GET.get("than", "")) if request.GET.get("than") else (earlier or [0])[0]
    page = {
        "flow": flow,
        "version": shown,
        "than": than,
        "others": [one for one in numbers if one != number],
        "changes": _changes(flow, than, shown),
        "live": dict(queries.live_calls_in(flow)).get(number, 0),
        "may_publish": policies.can_publish_flows(request.user) and not flow.is_archived,
        "may_edit": policies.can_edit_flows(request.user) and not flow.is_archived,
    }
    return render(request, "telephony/flows/version.html", page)


@never_cache
@require_http_methods(["GET", "POST"])
@member_required(*policies.LEADERS)
def roll_back(request: HttpRequest, flow_id: int, number: int) -> HttpResponse:
    """GET tells the effect in numbers, POST does it. The draft stays as it is."""
    flow = flow_or_404(flow_id)
    target = _version_or_404(flow, number)
    if not policies.can_publish_flows(request.user):
        return redirect("telephony:flow_versions", flow.pk)
    problems: list[dict[str, Any]] = []
    if request.method == "POST":
        try:
            made = actions.roll_back_flow(
                flow_id=flow.pk,
                number=number,
                note=request.POST.get("note", ""),
                by=request.user,
                at=timezone.now(),
            )
        except FlowNotReady as refusal:
            problems = told_problems(refusal.problems, readable(target.document))
        except DomainError as refusal:
            messages.error(request, refusal.message)
            return redirect("telephony:flow_versions", flow.pk)
        else:
            told = _("Version %(n)s says again what version %(old)s said. The next caller hears it.")
            messages.success(request, told % {"n": made.number, "old": number})
            return redirect("telephony:flow_versions", flow.pk)
    return render(request, "telephony/flows/roll_back.html", _way_back(flow, target, problems))


def _way_back(flow: Flow, target: FlowVersion, problems: list[dict[str, Any]]) -> dict[str, Any]:
    document, now = readable(target.document), timezone.now()
    found = problems or told_problems(errors_of(queries.problems_of(document, now)), document)
    return {
        "flow": flow,
        "version": target,
        "errors": found,
        "entries": queries.entries_of(flow),
        "live": queries.live_calls_in(flow),
        "changes": _changes(flow, flow.published.number if flow.published else 0, target),
    }


@require_POST
@member_required(*policies.LEADERS)
def draw_on(request: HttpRequest, flow_id: int, number: int) -> HttpResponse:
    """The draft becomes what an earlier version says."""
    flow = flow_or_404(flow_id)
    if not policies.can_edit_flows(request.user):
        return redirect("telephony:flow", flow.pk)
    try:
        actions.draft_from_version(
            flow_id=flow.pk,
            number=number,
            draft_version=flow.draft_version,
            by=request.user,
            at=timezone.now(),
        )
        messages.success(request, _("The draft now says what version %(n)s said.") % {"n": number})
    except DomainError as refusal:
        messages.error(request, refusal.message)
    return redirect("telephony:flow", flow.pk)


def _changes(flow: Flow, than: int, shown: FlowVersion) -> list[StepChanges]:
    after = readable(shown.document)
    other = _version_or_404(flow, than) if than else None
    before = readable(other.document if other else empty(after.languages))
    return told_changes(differences(before, after), before, after)


def _version_or_404(flow: Flow, number: int) -> FlowVersion:
    found = queries.version(flow, number)
    if found is None:
        raise Http404
    return found


def _whole(text: str) -> int:
    found = whole(text, 9)
    return -1 if found is None else found
