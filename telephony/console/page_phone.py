"""What the phone in an agent's page asks for: its name, a password for an hour, and where the switch is."""

from dataclasses import asdict
from typing import Any

from django.conf import settings
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.utils import timezone
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_POST

from telephony import policies, queries, relay
from telephony.actions.page_phones import open_page_phone
from telephony.queries.device_checks import sparing_of
from tenants.people.console.access import member_required
from tenants.people.policies import Role


@never_cache
@require_POST
@member_required(Role.AGENT, *policies.LEADERS)
def page_phone(request: HttpRequest) -> HttpResponse:
    agent = queries.agent_of(request.user)
    why = why_none() if agent else "nobody"
    if agent is None or not request.session.session_key or why:
        return JsonResponse({"is_offered": False, "why": why})
    now = timezone.now()
    phone = open_page_phone(agent_id=agent.pk, session_key=request.session.session_key, at=now)
    sparing = sparing_of(agent.pk, request.headers.get("User-Agent", ""), now)
    told: dict[str, Any] = {
        "is_offered": True,
        "username": phone.username,
        "domain": phone.domain,
        "password": phone.password,
        "valid_seconds": int((phone.valid_until - now).total_seconds()),
        "socket": settings.PHONE_SOCKET_URL,
        "ice_servers": relay.ice_servers(phone.username, now),
        "speech": asdict(sparing) if sparing else None,
    }
    return JsonResponse(told)


def why_none() -> str:
    """The page has words for each: of this switch no sound comes; nobody has opened the switch to pages."""
    if settings.SWITCH["kind"] != "freeswitch":
        return "rehearsal"
    return "" if settings.SWITCH["ws_port"] or settings.PHONE_SOCKET_URL else "none"
