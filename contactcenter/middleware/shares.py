"""A tenant whose pages are slow, or are asked for in heaps, takes its share of this process and no more.

Before anything is read: who waits here has a thread and nothing else, above all no connection to the database. The
operators' hosts, and what the switch and a probe ask there, wait for nobody.
"""

import weakref
from collections.abc import Callable

import structlog
from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.utils import translation

from contactcenter.errors import plain_page, wants_json
from contactcenter.middleware.tenancy import host_of
from tenants.shares import NoPlace, Shares

log = structlog.get_logger()
MOST_KNOWN = 10_000
COME_BACK_AFTER = "2"
"""Seconds."""


class ShareOfTenant:
    def __init__(self, get_response: Callable[[HttpRequest], HttpResponseBase]) -> None:
        self.get_response = get_response
        self.shares = Shares(
            places=settings.WEB_PLACES,
            share=settings.WEB_SHARE,
            line=settings.WEB_LINE,
            patience=settings.WEB_PATIENCE,
        )
        self._schemas: dict[str, str] = {}
        """By host, as far as seen: several hosts of a tenant are one."""

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        host = host_of(request.get_host())
        if host in settings.PUBLIC_HOSTS:
            return self.get_response(request)
        key = self._schemas.get(host, host)
        try:
            self.shares.enter(key)
        except NoPlace as refusal:
            return _refused(request, host, refusal)
        is_left_later = False
        try:
            answer = self.get_response(request)
            self._learn(host, request)
            if answer.streaming:
                # What it is made of is read while it is sent.
                self._leave_when_sent(key, answer)
                is_left_later = True
            return answer
        finally:
            if not is_left_later:
                self.shares.leave(key)

    def _learn(self, host: str, request: HttpRequest) -> None:
        tenant = getattr(request, "tenant", None)
        if tenant is not None and host not in self._schemas:
            if len(self._schemas) >= MOST_KNOWN:
                self._schemas.clear()
            self._schemas[host] = tenant.schema_name

    def _leave_when_sent(self, key: str, answer: HttpResponseBase) -> None:
        # At the latest when nobody holds it any more: a browser that goes away may leave it unclosed.
        leave = weakref.finalize(answer, self.shares.leave, key)
        leave.atexit = False
        answer._resource_closers.append(leave)  # type: ignore[attr-defined]


def _refused(request: HttpRequest, host: str, refusal: NoPlace) -> HttpResponse:
    log.warning("A request found no place", host=host, is_own_doing=refusal.is_own_doing)
    page, status = ("too_many", 429) if refusal.is_own_doing else ("busy", 503)
    with translation.override(translation.get_language_from_request(request)):
        answer = plain_page(request, page, status=status)
    answer.headers["Retry-After"] = COME_BACK_AFTER
    if request.method == "GET" and not wants_json(request):
        # A page comes back by itself: after a thousand agents signed in at once nobody has to press anything.
        answer.headers["Refresh"] = COME_BACK_AFTER
    # Django would log each as an error of ours.
    answer._has_been_logged = True  # type: ignore[attr-defined]
    return answer
