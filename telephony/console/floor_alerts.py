"""What rang on the floor, the limits by which it rings, and what so many agents more would change."""

from typing import Any

from django import forms
from django.contrib import messages
from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET, require_POST

from telephony import policies, queries
from telephony.actions.queue_alerts import set_limits, take_on_alert
from telephony.console.alert_words import told_advice, told_figure, told_state
from telephony.models import AlertTerms, Queue, QueueAlert
from telephony.queries.queue_alerts import alerts, limits_of
from telephony.queries.staffing import AHEAD, line_now, prospects
from tenants.errors import NotFound
from tenants.people.console.access import member_required

ROWS_PER_PAGE = 50
MORE = range(7)
"""Agents more that are shown beside each other."""


class LimitsForm(forms.ModelForm):
    class Meta:
        model = AlertTerms
        fields = (
            "waiting_over",
            "expected_wait_over",
            "longest_wait_over",
            "service_level_under",
            "rings_when_nobody",
        )


@never_cache
@require_GET
@member_required(*policies.LEADERS)
def alert_page(request: HttpRequest) -> HttpResponse:
    """Open ones first, then the history; `queue` narrows both."""
    queue = _queue(request.GET.get("queue", ""))
    found = alerts() if queue is None else alerts().filter(queue=queue)
    page = Paginator(found.filter(cleared_at__isnull=False), ROWS_PER_PAGE).get_page(request.GET.get("page"))
    seen = {
        "open": [_told(one) for one in found.filter(cleared_at=None)],
        "past": [_told(one) for one in page.object_list],
        "page": page,
        "queue": queue,
        "queues": queries.queues(),
        "has_limits": AlertTerms.objects.exists(),
    }
    return render(request, "telephony/floor_alerts.html", seen)


def _told(alert: QueueAlert) -> dict[str, Any]:
    return {
        "row": alert,
        "worst": told_figure(alert.kind, alert.worst),
        "limit": told_figure(alert.kind, alert.limit),
        "state": told_state(alert),
        "advice": told_advice(alert),
        "seconds": ((alert.cleared_at or timezone.now()) - alert.raised_at).total_seconds(),
    }


@require_POST
@member_required(*policies.LEADERS)
def take_on(request: HttpRequest, queuealert_id: int) -> HttpResponse:
    taken = take_on_alert(alert_id=queuealert_id, member=request.user, at=timezone.now())
    if request.headers.get("Accept") == "application/json":
        return HttpResponse(status=204)
    if taken is None:
        messages.info(request, _("This alert is over already."))
    return redirect("telephony:floor_alerts")


@never_cache
@member_required(*policies.LEADERS)
def limits(request: HttpRequest) -> HttpResponse:
    """Of one queue, or (without one) of all that have none of their own."""
    queue = _queue(request.POST.get("queue") or request.GET.get("queue") or "")
    own = limits_of(queue.pk if queue else None)
    form = LimitsForm(request.POST or None, instance=own or AlertTerms(queue=queue), label_suffix="")
    if request.method == "POST" and form.is_valid():
        set_limits(queue_id=queue.pk if queue else None, values=form.cleaned_data)
        messages.success(
            request, _("The limits are kept. They hold from the next look, in three seconds at most.")
        )
        return redirect("telephony:floor_alerts")
    seen = {
        "form": form,
        "queue": queue,
        "queues": queries.queues(),
        "is_inherited": own is None,
        "others": gettext_lazy("All other queues"),
    }
    return render(request, "telephony/floor_limits.html", seen)


@never_cache
@require_GET
@member_required(*policies.LEADERS)
def staffing(request: HttpRequest) -> HttpResponse:
    queue = _queue(request.GET.get("queue", "")) or queries.queues().first()
    seen: dict[str, Any] = {
        "queue": queue,
        "queues": queries.queues(),
        "minutes": int(AHEAD.total_seconds() // 60),
    }
    if queue is not None:
        line = line_now(queue, at=timezone.now())
        asked = request.GET.get("add", "")
        seen |= {
            "line": line,
            "rows": prospects(queue, line, MORE),
            "asked": int(asked) if asked.isascii() and asked.isdigit() and len(asked) < 3 else None,
        }
    return render(request, "telephony/floor_what_if.html", seen)


def _queue(text: str) -> Queue | None:
    """None for no queue; a wrong one is not found."""
    if not text:
        return None
    found = queries.queue(int(text)) if text.isascii() and text.isdigit() and len(text) < 10 else None
    if found is None:
        raise NotFound
    return found
