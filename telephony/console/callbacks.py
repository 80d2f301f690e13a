"""Promised callbacks: the list for the house, and the page a customer opens by the link they were given."""

from datetime import timedelta
from typing import Any
from uuid import UUID

from django.contrib import messages
from django.core.paginator import Paginator
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import pgettext
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from telephony import policies, queries
from telephony.actions.callbacks import ask_worker_to_look, cancel_callback, enter_callback
from telephony.models import Callback
from telephony.queries import callbacks as reads
from telephony.queries.dialling import queue_named
from tenants.errors import DomainError
from tenants.people.actions import record_audit
from tenants.people.console.access import member_required
from tenants.people.policies import Role

WHO = (Role.AGENT, *policies.LEADERS)
SHOWS = ("open", "done", "missed", "cancelled", "all")
ROWS_PER_PAGE = 50
PERIOD = timedelta(days=30)
"""Of which the page says how promises were kept."""


@never_cache
@require_GET
@member_required(*WHO)
def callback_list(request: HttpRequest) -> HttpResponse:
    now = timezone.now()
    show = request.GET.get("show", "")
    show = show if show in SHOWS else "open"
    queue_id = queue_named(request.GET.get("queue", ""))
    found = reads.callbacks(queue_id=queue_id, shown=show)
    kept = reads.promises_kept(now - PERIOD, now, queue_id)
    page = Paginator(found, ROWS_PER_PAGE).get_page(request.GET.get("page"))
    seen = {
        "page": page,
        "openable": queries.openable(request.user, [one.origin_id for one in page.object_list]),
        "show": show,
        "shows": zip(
            SHOWS,
            (pgettext("work", "Open"), _("Kept"), _("Not reached"), _("Cancelled"), _("All")),
            strict=True,
        ),
        "queues": queries.queues(),
        "chosen": queue_id,
        "kept": kept,
        "has_outside_line": queries.has_outside_line(),
        "percent": None if kept.share is None else round(100 * kept.share),
        "now": now,
    }
    return render(request, "telephony/callbacks.html", seen)


@require_POST
@member_required(*WHO)
def new_callback(request: HttpRequest) -> HttpResponse:
    """A customer asked for it by another way: in line from now on."""
    try:
        callback, is_new = enter_callback(
            number=request.POST.get("number", "")[:64],
            queue_id=queue_named(request.POST.get("queue", "")) or 0,
            at=timezone.now(),
            language="zh" if request.POST.get("language") == "zh" else "en",
            source=Callback.Source.AGENT,
        )
    except DomainError as error:
        messages.error(request, error.message)
    else:
        record_audit(verb="promised", subject=callback, before={}, after={"queue": callback.queue_id})
        ask_worker_to_look(callback.pk)
        told = (
            _("The callback is in line.")
            if is_new
            else _("This number has a callback in this queue already.")
        )
        messages.success(request, told)
    return redirect("telephony:callbacks")


@require_POST
@member_required(*WHO)
def cancel(request: HttpRequest, callback_id: UUID) -> HttpResponse:
    try:
        callback = cancel_callback(callback_id=callback_id, by="agent", at=timezone.now())
    except DomainError as error:
        messages.error(request, error.message)
    else:
        record_audit(verb="cancelled", subject=callback, before={}, after={"state": callback.state})
        ask_worker_to_look(callback.pk)
        messages.success(request, _("The callback is cancelled. Nobody will be rung for it."))
    return redirect("telephony:callbacks")


@never_cache
@require_http_methods(["GET", "POST"])
def own_callback(request: HttpRequest, key: str) -> HttpResponse:
    """Whoever has the link sees when they will be called, and may cancel. It tells no number and no name."""
    callback = reads.callback_by_key(key)
    if callback is None:
        raise Http404
    told: dict[str, Any] = {"callback": callback, "problem": ""}
    if request.method == "POST":
        try:
            cancel_callback(callback_id=callback.pk, by="customer", at=timezone.now())
            ask_worker_to_look(callback.pk)
            return redirect("telephony:own_callback", key=key)
        except DomainError as error:
            told["problem"] = error.message
    answer = render(request, "telephony/own_callback.html", told, status=409 if told["problem"] else 200)
    # The key in the address goes to nobody else. With "no-referrer" a browser would send no origin, and no form passes.
    answer["Referrer-Policy"] = "same-origin"
    answer["X-Robots-Tag"] = "noindex"
    return answer
