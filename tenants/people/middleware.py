"""Names who acts in a request and from which address, so that the audit log knows without being told."""

from collections.abc import Callable

from django.http import HttpRequest, HttpResponse

from tenants.people.acting import acting


class ActingMember:
    """After AuthenticationMiddleware. The address is the connection's; daphne and gunicorn set it behind a proxy."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        # request.user stays lazy: a page that needs no member asks no database.
        with acting(request.user, request.META.get("REMOTE_ADDR") or None):
            return self.get_response(request)
