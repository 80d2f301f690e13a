"""What each app opens to the outside at a tenant's host: pages, API and sockets, by the names every app uses."""

from importlib import import_module

from django.urls import URLPattern, URLResolver, include, path

APPS = (
    "tenants.people",
    "tenants.plans",
    "tenants.contracts",
    "tenants.billing",
    "tenants.closing",
    "tenants.hooks",
    "tenants.trust",
    "tenants.support",
    "tenants.service",
    "tenants.leaving",
    "telephony",
    "ticketing",
    "quality",
    "reporting",
)
APPS_WITH_SOCKETS = ("telephony",)


def pages() -> list[URLResolver]:
    return [path("", include(f"{app}.console.urls")) for app in APPS]


def api() -> list[URLResolver]:
    return [path("api/v1/", include(f"{app}.api.urls")) for app in APPS]


def sockets() -> list[URLPattern]:
    """`websocket_urlpatterns` of the apps that have consumers."""
    modules = [import_module(f"{app}.consumers") for app in APPS_WITH_SOCKETS]
    return [pattern for module in modules for pattern in module.websocket_urlpatterns]
