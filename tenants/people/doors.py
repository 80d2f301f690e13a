"""Which role each address lets in, read from what guards it: the view's own roles, permission classes, admin policies.

Nothing is repeated here. A member who holds exactly one role stands before each door, and the door itself answers.
"""

import inspect
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from types import SimpleNamespace
from typing import Any

from django.conf import settings
from django.contrib.admin import ModelAdmin
from django.urls import URLPattern, URLResolver, get_resolver

from tenants.people.models import TENANT_ROLES, Member
from tenants.people.policies import has_role

READING, WRITING = "GET", "POST"
METHODS = "request_method_list"
"""What Django's `require_http_methods` calls it."""


@dataclass(frozen=True)
class Door:
    """One address. `reading` and `writing`: the roles it lets in, by GET and by POST."""

    pattern: str
    name: str
    reading: frozenset[str] = field(default_factory=frozenset)
    writing: frozenset[str] = field(default_factory=frozenset)


def probe(role: str) -> Member:
    """Somebody with this role and no other. Never saved."""
    return Member(username=role, name=role, roles=[role])


def patterns(resolver: URLResolver | None = None, before: str = "") -> Iterator[tuple[str, URLPattern]]:
    for one in (resolver or get_resolver(settings.ROOT_URLCONF)).url_patterns:
        here = before + str(one.pattern)
        if isinstance(one, URLResolver):
            yield from patterns(one, here)
        elif isinstance(one, URLPattern):
            yield here, one


def doors(roles: Iterable[str] = TENANT_ROLES) -> list[Door]:
    """Every address of a tenant's host; of the admin, each kind of row once, at its list."""
    people = {role: probe(role) for role in roles}
    return [_door(where, one, people) for where, one in patterns() if _is_counted(where, one)]


def open_to(member: Member) -> Iterator[tuple[str, str]]:
    """(address, GET or POST) of everything that lets this member in, by roles."""
    for where, one in patterns():
        if _is_counted(where, one):
            for method in (READING, WRITING):
                if _lets_in(one.callback, member, method):
                    yield where, method


def _is_counted(where: str, one: URLPattern) -> bool:
    return not where.startswith("admin/") or (one.name or "").endswith("_changelist")


def _door(where: str, one: URLPattern, people: dict[str, Member]) -> Door:
    found = {
        method: frozenset(role for role, member in people.items() if _lets_in(one.callback, member, method))
        for method in (READING, WRITING)
    }
    return Door(where, one.name or "", found[READING], found[WRITING])


def _lets_in(view: Any, member: Member, method: str) -> bool:
    admin: Any = getattr(view, "model_admin", None) or _admin_of(view)
    if admin is not None:
        return admin.admin_site.may_open(member) and admin.has_view_permission(SimpleNamespace(user=member))
    if hasattr(view, "cls"):
        return _api_lets_in(view, member, method)
    if not all(method in allowed for allowed in _method_lists(view)):
        return False
    roles = getattr(view, "roles", None)
    if roles is not None and roles and not has_role(member, *roles):
        return False
    writers = getattr(view, "writers", ())
    return method == READING or not writers or has_role(member, *writers)


def _method_lists(view: Any) -> Iterator[list[str]]:
    """What `require_GET` and its like allow: each keeps its list in its closure."""
    while view is not None:
        code, cells = getattr(view, "__code__", None), getattr(view, "__closure__", None)
        if code is not None and cells and METHODS in code.co_freevars:
            yield cells[code.co_freevars.index(METHODS)].cell_contents
        view = getattr(view, "__wrapped__", None)


def _admin_of(view: Any) -> ModelAdmin | None:
    inner = inspect.unwrap(view)
    owner = getattr(inner, "__self__", None)
    return owner if isinstance(owner, ModelAdmin) else None


def _api_lets_in(view: Any, member: Member, method: str) -> bool:
    actions = getattr(view, "actions", None)
    if actions is not None and method.lower() not in actions:
        return False
    if actions is None and not hasattr(view.cls, method.lower()):
        return False
    one = view.cls(**view.initkwargs)
    one.action = actions[method.lower()] if actions else None
    request = SimpleNamespace(user=member, method=method, auth=None, successful_authenticator=None)
    one.request = request
    return all(permission.has_permission(request, one) for permission in one.get_permissions())
