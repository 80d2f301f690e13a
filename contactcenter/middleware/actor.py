"""Names who is acting, and from which address, for the audit log of everything the request changes."""

from django.conf import settings

from tenants.people.acting import acting

# Asked every few seconds, also while the database is down: nobody's name is read for them.
PROBES = ("/healthz", "/metrics")


def address_of(request) -> str | None:
    """The reader's address; behind PROXIES proxies of ours, what the outermost of them saw."""
    forwarded = [hop.strip() for hop in request.headers.get("X-Forwarded-For", "").split(",") if hop.strip()]
    if settings.PROXIES and len(forwarded) >= settings.PROXIES:
        return forwarded[-settings.PROXIES]
    return request.META.get("REMOTE_ADDR") or None


class Actor:
    def __init__(self, get_response):
        self.get_response = get_response

    def __call__(self, request):
        if request.path in PROBES:
            return self.get_response(request)
        with acting(request.user, address_of(request)):
            return self.get_response(request)
