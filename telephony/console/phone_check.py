"""The check of a phone before a shift: the page measures, we judge and keep, the agent and leaders read it."""

import json
from typing import Any

from django.http import HttpRequest, HttpResponse, HttpResponseBadRequest, JsonResponse
from django.shortcuts import render
from django.utils import timezone
from django.utils.crypto import get_random_string
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from telephony import policies, queries, relay
from telephony.actions.phones import keep_check
from telephony.console.page_phone import why_none
from telephony.console.phone_check_words import lines_of
from telephony.models import DeviceCheck
from telephony.queries.device_checks import checks_of, latest_checks
from telephony.queries.outside_numbers import phone_terms
from tenants.people.console.access import member_required
from tenants.people.policies import Role
from tenants.typed import whole

MOST_BYTES = 1024 * 1024
LONGEST_REPORT = 8 * 1024
MOST_SHOWN = 10


@never_cache
@require_GET
@member_required(Role.AGENT, *policies.LEADERS)
def phone_check(request: HttpRequest) -> HttpResponse:
    agent = queries.agent_of(request.user)
    kept = [_shown(check) for check in checks_of(agent.pk)[:MOST_SHOWN]] if agent else []
    now = timezone.now()
    told = {
        "relays": relay.ice_servers(f"check-{agent.pk}", now) if agent else [],
        "why_no_echo": why_none(),
    }
    seen = {"agent": agent, "terms": phone_terms(), "kept": kept, "told": told}
    return render(request, "telephony/phone_check.html", seen)


@never_cache
@require_http_methods(["GET", "POST"])
@member_required(Role.AGENT, *policies.LEADERS)
def sample(request: HttpRequest) -> HttpResponse:
    """So many bytes that nothing can make smaller on the way, or as many taken in: how wide the line is."""
    if request.method == "POST":
        length = whole(request.META.get("CONTENT_LENGTH") or "0")
        if length is None or length > MOST_BYTES:
            return HttpResponseBadRequest()
        return JsonResponse({"bytes": len(request.body)})
    asked = whole(request.GET.get("bytes", "0"))
    if asked is None or asked > MOST_BYTES:
        return HttpResponseBadRequest()
    return HttpResponse(_noise(asked), content_type="application/octet-stream")


def _noise(length: int) -> bytes:
    piece = get_random_string(4096).encode()
    return (piece * (length // len(piece) + 1))[:length]


@never_cache
@require_POST
@member_required(Role.AGENT, *policies.LEADERS)
def keep(request: HttpRequest) -> HttpResponse:
    """What the page measured. The answer is a piece of the page: what it means, in words."""
    agent = queries.agent_of(request.user)
    measured = _read(request.body)
    if agent is None or measured is None:
        return HttpResponseBadRequest()
    check = keep_check(
        agent=agent,
        measured=measured,
        has_relay=relay.has_relay(),
        why_no_echo=why_none(),
        browser=request.headers.get("User-Agent", ""),
        at=timezone.now(),
    )
    return render(request, "telephony/_phone_check.html", {"one": _shown(check)})


def _read(body: bytes) -> dict[str, Any] | None:
    if len(body) > LONGEST_REPORT:
        return None
    try:
        measured = json.loads(body)
    except ValueError:
        return None
    return measured if isinstance(measured, dict) else None


@never_cache
@require_GET
@member_required(*policies.LEADERS)
def phone_checks(request: HttpRequest) -> HttpResponse:
    """Everybody's newest, those that have not passed first."""
    rows = [{"agent": agent, "one": _shown(check) if check else None} for agent, check in latest_checks()]
    rows.sort(key=lambda row: (row["one"] is not None, bool(row["one"] and row["one"]["check"].has_passed)))
    return render(request, "telephony/phone_checks.html", {"rows": rows, "terms": phone_terms()})


def _shown(check: DeviceCheck) -> dict[str, Any]:
    return {"check": check, "lines": lines_of(check.results)}
