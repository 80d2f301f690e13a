"""DomainError → HTTP: a page for people, JSON for programs, each saying what happened and what to do."""

from typing import Any

import structlog
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.template.loader import render_to_string
from django.utils.translation import gettext as _
from rest_framework.response import Response
from rest_framework.views import exception_handler

from tenants.errors import DomainError

log = structlog.get_logger()
NO_START_PAGE = ("no_tenant", "suspended")
"""Pages of a host where every address answers the same."""


def as_dict(error: DomainError) -> dict[str, Any]:
    """{"code", "message"} and, for a bad value, the "field" it came in."""
    said = {"code": error.code, "message": error.message}
    field = getattr(error, "field", "")
    return said | ({"field": field} if field else {})


def api_answer(error: Exception, context: dict[str, Any]) -> Response | None:
    """REST framework's exception handler."""
    if isinstance(error, DomainError):
        return Response(as_dict(error), status=error.status)
    return exception_handler(error, context)


def wants_json(request: HttpRequest) -> bool:
    return request.path.startswith("/api/") or request.headers.get("Accept", "").startswith(
        "application/json"
    )


def page_answer(request: HttpRequest, error: DomainError) -> HttpResponse:
    if wants_json(request):
        return JsonResponse(as_dict(error), status=error.status)
    words = {"status": error.status, "title": _("This did not work"), "message": error.message}
    return HttpResponse(render_to_string("contactcenter/error.html", words, request), status=error.status)


def _words(page: str) -> dict[str, str]:
    known = {
        "no_tenant": (
            _("Nobody is here"),
            _("This address belongs to no call centre. Check how it is spelled."),
        ),
        "suspended": (
            _("Suspended"),
            _("This call centre is suspended. Ask the person who manages your contract."),
        ),
        "not_found": (_("Not found"), _("This page does not exist, or it is not yours to see.")),
        "not_allowed": (
            _("Not allowed"),
            _("Your role does not include this page. Ask an administrator of your team."),
        ),
        "bad_request": (
            _("Not understood"),
            _("The browser sent something we cannot read. Go back and try again."),
        ),
        "too_many": (
            _("Too many at once"),
            _("Your call centre asks for more at once than its share. Wait a moment and try again."),
        ),
        "busy": (_("We are busy"), _("Many ask at once. Wait a moment and try again.")),
        "too_large": (_("Too large"), _("We take 20 MB at most. Send a smaller file.")),
        "broken": (
            _("Our fault"),
            _("Something broke on our side and was written down. Try again in a minute."),
        ),
    }
    title, message = known[page]
    return {"title": title, "message": message}


def plain_page(request: HttpRequest, page: str, *, status: int) -> HttpResponse:
    """A page that needs no member, no tenant and no database."""
    words = _words(page) | {"status": status, "is_shut": page in NO_START_PAGE}
    if wants_json(request):
        return JsonResponse({"code": page, "message": words["message"]}, status=status)
    return HttpResponse(render_to_string("contactcenter/error.html", words), status=status)


def bad_request(request: HttpRequest, exception: Exception) -> HttpResponse:
    return plain_page(request, "bad_request", status=400)


def not_allowed(request: HttpRequest, exception: Exception) -> HttpResponse:
    return plain_page(request, "not_allowed", status=403)


def not_found(request: HttpRequest, exception: Exception) -> HttpResponse:
    return plain_page(request, "not_found", status=404)


def broken(request: HttpRequest) -> HttpResponse:
    return plain_page(request, "broken", status=500)
