"""The one place where a module that is off shuts a door: pages, programs and sockets ask here.

Talks are not asked: whoever speaks goes on speaking, whatever is switched off meanwhile.
"""

from typing import Any

from django.http import HttpRequest

from tenants.context import connection
from tenants.plans.counting import count_request
from tenants.plans.errors import ModuleOff
from tenants.plans.models import Standing
from tenants.plans.modules import ALWAYS, ORDERS, Module, module_of, module_of_path
from tenants.plans.use import note_use

EVERYTHING = Standing()


def standing_of(tenant: Any) -> Standing:
    """A tenant without a row, and the operators themselves, have everything."""
    return getattr(tenant, "standing", None) or EVERYTHING


def module_asked_for(request: HttpRequest) -> str:
    return (module_of(request.resolver_match.route) if request.resolver_match else None) or ALWAYS


def refuse_what_is_off(request: HttpRequest) -> None:
    """Of an address somebody signed in asks for: raises ModuleOff, else notes that its module is used."""
    module = module_asked_for(request)
    if module:
        _refuse(request.tenant, module)  # type: ignore[attr-defined]
        note_use(request.tenant, module)  # type: ignore[attr-defined]


def refuse_keys(tenant: Any) -> None:
    """Of a program with a key: raises ModuleOff, TooManyRequestsToday."""
    _refuse(tenant, Module.API)
    count_request(tenant, standing_of(tenant).requests_per_day)
    note_use(tenant, Module.API)


def refuse_order(tenant: Any, message: str) -> None:
    """Of what a page says by its socket; asked anew each time, for sockets are open all day. Raises ModuleOff."""
    module = ORDERS.get(message, ALWAYS)
    if not module:
        return
    fresh = Standing.objects.filter(tenant_id=tenant.pk).first() or EVERYTHING
    if not fresh.has(module):
        raise ModuleOff(module=Module(module).label)
    note_use(tenant, module)


def _refuse(tenant: Any, module: str) -> None:
    if not standing_of(tenant).has(module):
        raise ModuleOff(module=Module(module).label)


def name_of(tenant: Any) -> str:
    """What the product is called at the tenant's host; '' at the operators'."""
    return standing_of(tenant).product_name or getattr(tenant, "name", "")


def is_open(path: str, tenant: Any = None) -> bool:
    """May a place of the menu be shown? Of the tenant we are in, when none is given."""
    module = module_of_path(path)
    return not module or standing_of(tenant or connection.tenant).has(module)
