"""Finds what each app opens to the outside: pages, API and sockets, by the names every app uses."""

from importlib import import_module
from importlib.util import find_spec

from django.urls import URLPattern, URLResolver, include, path

TENANT_APPS = ("tenants.people", "tenants.billing", "telephony", "ticketing", "quality", "reporting")
PUBLIC_APPS = ("tenants.people", "tenants", "telephony.cells")


def exists(module: str) -> bool:
    try:
        return find_spec(module) is not None
    except ModuleNotFoundError:
        return False


def _whole(module: str) -> bool:
    try:
        import_module(module)
    except Exception as problem:  # noqa: BLE001
        print(f"BUILDING: {module}: {problem!r}")
        return False
    return True


def pages(apps: tuple[str, ...], *, public: bool = False) -> list[URLPattern | URLResolver]:
    """`<app>.console.urls` at the root; on the operators' host an app's `public_urls` goes first."""
    found = []
    for app in apps:
        names = (f"{app}.console.public_urls", f"{app}.console.urls") if public else (f"{app}.console.urls",)
        module = next(filter(exists, names), None)
        if module and _whole(module):
            found.append(path("", include(module)))
    return found


def api(apps: tuple[str, ...]) -> list[URLPattern | URLResolver]:
    return [
        path("api/v1/", include(f"{app}.api.urls"))
        for app in apps
        if exists(f"{app}.api.urls") and _whole(f"{app}.api.urls")
    ]


def sockets(apps: tuple[str, ...]) -> list[URLPattern]:
    """`websocket_urlpatterns` of each app's consumers."""
    found: list[URLPattern] = []
    for app in filter(lambda app: exists(f"{app}.consumers"), apps):
        found += import_module(f"{app}.consumers").websocket_urlpatterns
    return found
