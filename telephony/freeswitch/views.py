"""The switch's two questions over HTTP. It waits at most two seconds, a caller hears nothing meanwhile: answer fast.

An error here is better than a wrong answer: the switch then goes by its own snapshot of numbers.
"""

from __future__ import annotations

import base64
import binascii
import hmac

import structlog
from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.utils import timezone
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_POST

from telephony import queries
from telephony.freeswitch import documents, flow_answers, waiting_answers
from telephony.freeswitch.configuration import WEB_USER

log = structlog.get_logger()


def _is_the_switch(request: HttpRequest) -> bool:
    scheme, _, encoded = request.headers.get("Authorization", "").partition(" ")
    secret = str(settings.SWITCH["secret"])
    if scheme.lower() != "basic" or not secret:
        return False
    try:
        given = base64.b64decode(encoded, validate=True)
    except (binascii.Error, ValueError):
        return False
    return hmac.compare_digest(given, f"{WEB_USER}:{secret}".encode())


def _xml(document: str) -> HttpResponse:
    return HttpResponse(document, content_type="text/xml; charset=utf-8")


def _refused() -> HttpResponse:
    answer = HttpResponse(status=401)
    answer["WWW-Authenticate"] = 'Basic realm="switch"'
    return answer


@csrf_exempt
@require_POST
def directory(request: HttpRequest) -> HttpResponse:
    """A phone's credentials. Gateways, network lists and whole domains are asked for too: there are none."""
    if not _is_the_switch(request):
        return _refused()
    username, domain = request.POST.get("user", ""), request.POST.get("domain", "")
    if request.POST.get("purpose") or not username or not domain:
        return _xml(documents.NOT_FOUND)
    phone = queries.device_credentials(username, domain.lower())
    return _xml(documents.directory_document(phone) if phone else documents.NOT_FOUND)


@csrf_exempt
@require_POST
def dialplan(request: HttpRequest) -> HttpResponse:
    """Where a call from a trunk goes. Every other context is the switch's own."""
    if not _is_the_switch(request):
        return _refused()
    context = request.POST.get("Caller-Context")
    if context == "flow":
        return _xml(flow_answers.answer(request.POST.dict(), timezone.now()))
    if context == "cc":
        return _xml(waiting_answers.answer(request.POST.dict(), timezone.now()))
    if context != "public":
        return _xml(documents.NOT_FOUND)
    dialled = request.POST.get("Hunt-Destination-Number") or request.POST.get("Caller-Destination-Number", "")
    caller = request.POST.get("Caller-Caller-ID-Number", "")
    route = queries.inbound_route(dialled[:64], caller[:64])
    if route is None:
        log.info("A call came for a number of no tenant.", pii_dialled=dialled[:64])
    return _xml(documents.dialplan_document(route))
