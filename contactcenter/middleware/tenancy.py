"""The HTTP door into a tenant: the host name decides, and nothing else does."""

from collections.abc import Callable

from django.conf import settings
from django.db import connection
from django.http import HttpRequest, HttpResponse
from django.utils import translation
from django_tenants.utils import get_tenant_domain_model, remove_www, tenant_context

from contactcenter.errors import plain_page
from tenants.context import enter_public
from tenants.prepared import Compiled, given

Answer = Callable[[HttpRequest], HttpResponse]
DOMAIN = Compiled(
    lambda: (
        get_tenant_domain_model()
        .objects.select_related("tenant__standing")
        .filter(domain=given("name"))
        .order_by()
    )
)
"""Read anew at each request, so that a suspended tenant's next page is the notice; put into SQL once."""


def tenant_of_host(host: str):
    """The tenant whose domain the host is, or None."""
    with enter_public():
        domain = DOMAIN.first(name=remove_www(host.lower()))
    if domain is None:
        return None
    if domain.is_primary:
        # Read already: pages that show the tenant's address need not ask for it.
        domain.tenant.host = domain.domain
    return domain.tenant


def host_of(raw: str) -> str:
    """The name without the port: `xinghe.localhost:8000` → `xinghe.localhost`."""
    return raw.rsplit(":", 1)[0].lower() if not raw.endswith("]") else raw.lower()


class TenantOfHost:
    """Enters the tenant's schema, or the public one for the operators' hosts, before anything reads a row."""

    def __init__(self, get_response: Answer):
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        host = host_of(request.get_host())
        if host in settings.PUBLIC_HOSTS:
            return self._answer_public(request)
        tenant = tenant_of_host(host)
        if tenant is None or tenant.schema_name == settings.PUBLIC_SCHEMA_NAME:
            return self._answer_public(request) if tenant else plain_page(request, "no_tenant", status=404)
        return self._answer_tenant(request, tenant)

    def _answer_public(self, request: HttpRequest) -> HttpResponse:
        # No row is read: /healthz must answer while the database is down.
        request.urlconf = settings.PUBLIC_SCHEMA_URLCONF
        with enter_public():
            request.tenant = connection.tenant
            return self.get_response(request)

    def _answer_tenant(self, request: HttpRequest, tenant) -> HttpResponse:
        if tenant.state != "active":
            with translation.override(tenant.language):
                page = "suspended" if tenant.state == "suspended" else "no_tenant"
                return plain_page(request, page, status=403 if page == "suspended" else 404)
        request.tenant = tenant
        request.urlconf = settings.ROOT_URLCONF
        with tenant_context(tenant):
            return self.get_response(request)
