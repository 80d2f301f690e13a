"""Call flows: the list, new ones, their names and numbers, putting away. Drawing is in `flow_editor`."""

import json
from collections.abc import Callable
from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import get_language, ngettext
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from telephony import policies
from telephony.actions import flows as actions
from telephony.actions.flow_imports import Imported, create_from_template, import_flow
from telephony.console.flow_editor import flow_or_404, readable
from telephony.console.flow_problems import unreadable_words
from telephony.flows.templates import TEMPLATES
from telephony.models import Entry, Flow
from telephony.queries import flows as queries
from telephony.queries.flow_exports import exported
from telephony.tasks import send_to_be_spoken
from tenants.errors import BadInput, DomainError
from tenants.people.console.access import member_required
from tenants.typed import whole

MOST_BYTES = 2_000_000
"""Of an imported file: a flow of 1 MB and the names beside it."""


@never_cache
@require_GET
@member_required(*policies.LEADERS)
def flow_list(request: HttpRequest) -> HttpResponse:
    is_archive = request.GET.get("show") == "archived"
    found = queries.flows(with_archived=is_archive)
    rows = [flow for flow in found if flow.is_archived == is_archive]
    page = {
        "rows": [(flow, _is_ahead(flow)) for flow in rows],
        "is_archive": is_archive,
        "has_archive": is_archive or Flow.objects.filter(is_archived=True).exists(),
        "may_edit": policies.can_edit_flows(request.user),
        "may_publish": policies.can_publish_flows(request.user),
    }
    return render(request, "telephony/flows/list.html", page)


def _is_ahead(flow: Flow) -> bool:
    """Whether the draft was touched since it was published; the differences tell if it says another thing."""
    if flow.published is None or flow.draft_changed_at is None:
        return False
    return bool(flow.draft_changed_at > flow.published.published_at)


@never_cache
@require_http_methods(["GET", "POST"])
@member_required(*policies.LEADERS)
def new_flow(request: HttpRequest) -> HttpResponse:
    """From nothing, from a template of a trade, or from a file."""
    language = "zh" if (get_language() or "en").startswith("zh") else "en"
    place = 0 if language == "zh" else 1
    chosen = request.POST.get("template", request.GET.get("template", ""))
    page: dict[str, Any] = {
        "templates": [
            (key, one.name[place], one.about[place], len(one.nodes)) for key, one in TEMPLATES.items()
        ],
        "chosen": chosen if chosen in TEMPLATES or chosen == "file" else "",
        "name": request.POST.get("name", ""),
    }
    status = 200
    if request.method == "POST":
        try:
            flow = _made(request, chosen, language)
        except DomainError as refusal:
            page["problem"], status = refusal.message, refusal.status
        else:
            return redirect("telephony:flow", flow.pk)
    return render(request, "telephony/flows/new.html", page, status=status)


def _made(request: HttpRequest, chosen: str, language: str) -> Flow:
    name, now = request.POST.get("name", "").strip(), timezone.now()
    if chosen in TEMPLATES:
        return _arrived(
            request, create_from_template(key=chosen, name=name, language=language, by=request.user, at=now)
        )
    if chosen == "file":
        return _arrived(request, import_flow(raw=_file(request), name=name, by=request.user, at=now))
    return actions.create_flow(name=name, by=request.user, at=now)


def _file(request: HttpRequest) -> Any:
    given = request.FILES.get("file")
    if given is None:
        raise BadInput(_("Choose the file first."), field="file")
    if given.size > MOST_BYTES:
        raise BadInput(_("The file is too big: at most 2 MB."), field="file")
    try:
        return json.loads(given.read())
    except (ValueError, RecursionError):
        raise BadInput(unreadable_words("not_json"), field="file") from None


def _arrived(request: HttpRequest, imported: Imported) -> Flow:
    """Its texts are on their way to be spoken; what this tenant has under no such name is said."""
    send_to_be_spoken(imported.to_speak)
    missing = [name for names in imported.missing.values() for name in names]
    if missing:
        told = _("Nothing here is called %(names)s. The check shows where; choose yours.")
        messages.info(request, told % {"names": _(", ").join(missing[:12])})
    return imported.flow


@never_cache
@require_GET
@member_required(*policies.LEADERS)
def export(request: HttpRequest, flow_id: int) -> HttpResponse:
    flow = flow_or_404(flow_id)
    answer = JsonResponse(
        exported(readable(flow.draft), flow.name).as_dict(),
        json_dumps_params={"ensure_ascii": False, "indent": 1},
    )
    answer["Content-Disposition"] = f'attachment; filename="flow-{flow.pk}.json"'
    return answer


@never_cache
@require_http_methods(["GET", "POST"])
@member_required(*policies.LEADERS)
def numbers(request: HttpRequest, flow_id: int) -> HttpResponse:
    """What it is called, and which numbers' callers go through it."""
    flow = flow_or_404(flow_id)
    may_lead = policies.can_publish_flows(request.user)
    if request.method == "POST":
        if not may_lead:
            return redirect("telephony:flow_numbers", flow.pk)
        return _done(request, lambda: _led(request, flow), "telephony:flow_numbers", flow.pk)
    entries = Entry.objects.select_related("queue", "flow").order_by("number_e164")
    page = {
        "flow": flow,
        "entries": entries,
        "may_lead": may_lead,
        "may_edit": policies.can_edit_flows(request.user),
    }
    return render(request, "telephony/flows/numbers.html", page)


def _led(request: HttpRequest, flow: Flow) -> str:
    wanted = {whole(key) for key in request.POST.getlist("entry")}
    changed = 0
    for entry in Entry.objects.order_by("number_e164"):
        is_here = entry.flow_id == flow.pk
        if is_here == (entry.pk in wanted):
            continue
        actions.lead_number(entry_id=entry.pk, flow_id=None if is_here else flow.pk)
        changed += 1
    told = ngettext(
        "%(n)s number changed: its next caller goes the new way.",
        "%(n)s numbers changed: their next callers go the new way.",
        changed,
    )
    return told % {"n": changed} if changed else _("Nothing was changed.")


@require_POST
@member_required(*policies.LEADERS)
def rename(request: HttpRequest, flow_id: int) -> HttpResponse:
    flow = flow_or_404(flow_id)

    def act() -> str:
        actions.rename_flow(flow_id=flow.pk, name=request.POST.get("name", ""))
        return _("Renamed.")

    return _done(request, act, "telephony:flow_numbers", flow.pk)


@require_POST
@member_required(*policies.LEADERS)
def put_away(request: HttpRequest, flow_id: int, to: str) -> HttpResponse:
    flow = flow_or_404(flow_id)
    if not policies.can_publish_flows(request.user):
        return redirect("telephony:flows")

    def act() -> str:
        if to == "archive":
            actions.archive_flow(flow_id=flow.pk)
            return _("“%(flow)s” is put away. It can be brought back.") % {"flow": flow.name}
        actions.restore_flow(flow_id=flow.pk)
        return _("“%(flow)s” is back.") % {"flow": flow.name}

    return _done(request, act, "telephony:flows")


def _done(request: HttpRequest, act: Callable[[], str], *where: Any) -> HttpResponse:
    """What was done or refused is said on the page that follows."""
    try:
        messages.success(request, act())
    except DomainError as refusal:
        messages.error(request, refusal.message)
    return redirect(*where)
