"""What is asked when a house is tried with a canary: read from the code, so that whatever is new is asked as well."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from celery import current_app
from django.apps import apps
from django.db.models import UUIDField

from tenants.people import doors
from tenants.tasks import TenantTask
from tenants.trust.canary_house import ID, UUID, Canary

PARAMETER = re.compile(r"<(?:(\w+):)?(\w+)>|\(\?P<(\w+)>((?:[^()]|\([^()]*\))*)\)")
NOT_ASKED = ("sign-out", "support/enter/", "admin/logout/", "admin/jsi18n/")
"""Asking would end the session that asks, or has no tenant's words in it."""
OURS = ("tenants.", "telephony.", "ticketing.", "quality.", "reporting.", "contactcenter.")


@dataclass(frozen=True)
class Address:
    """A path of this house filled with what is the canary's; `pattern` is how the code has it."""

    pattern: str
    path: str


class CannotAsk(ValueError):
    """A parameter that nothing of the canary fits: teach `_candidates`."""


def addresses(bird: Canary) -> list[Address]:
    """Every address the house answers: with the canary's number as id, and with its UUID where that differs."""
    found: dict[str, Address] = {}
    for pattern, view in doors.patterns():
        if pattern.startswith(NOT_ASKED):
            continue
        for is_uuid_first in _ids_of(pattern, view.name or ""):
            path = filled(pattern, bird, is_uuid_first=is_uuid_first)
            found.setdefault(path, Address(pattern, path))
    return sorted(found.values(), key=lambda one: one.path)


def _ids_of(pattern: str, name: str) -> tuple[bool, ...]:
    """Whether the UUID is what to ask with; both where the address does not say of which table it is."""
    if not pattern.startswith("admin/"):
        return (False, True)
    for model in apps.get_models():
        if name.startswith(f"{model._meta.app_label}_{model._meta.model_name}_"):
            return (isinstance(model._meta.pk, UUIDField),)
    return (False,)


def filled(pattern: str, bird: Canary, *, is_uuid_first: bool = False) -> str:
    """Raises CannotAsk."""

    def value(match: re.Match) -> str:
        kind, rule = match.group(1), match.group(4)
        if match.group(2) is not None:
            return _converted(kind, bird, is_uuid_first)
        fitting = [one for one in _candidates(bird, rule, is_uuid_first) if re.fullmatch(rule, one)]
        if not fitting:
            raise CannotAsk(f"{pattern}: nothing of the canary fits {match.group(0)}")
        return fitting[0]

    text = PARAMETER.sub(value, pattern.replace("/^", "/"))
    return "/" + re.sub(r"\(\?:|[\^$\\]|/\?(?=\$|$)", "", text)


def _converted(kind: str | None, bird: Canary, is_uuid_first: bool) -> str:
    if kind == "int":
        return str(ID)
    if kind == "uuid":
        return str(UUID)
    return str(UUID if is_uuid_first else ID)


def _candidates(bird: Canary, rule: str, is_uuid_first: bool) -> Iterator[str]:
    yield from (str(UUID), str(ID)) if is_uuid_first else (str(ID), str(UUID))
    yield bird.sha
    # One of several words: each of them by itself.
    yield from re.findall(r"[\w-]+", rule)
    # A link of a survey; forms of an export; anything.
    yield from (f"{ID:x}-1-{bird.token[:16]}", "json", "csv", bird.token, "1", "a")


def search(bird: Canary, pattern: str) -> dict[str, str]:
    """Under every name by which a list of ours is searched. What is asked is the beginning of every text of the
    canary's house; what comes back whole was found there. The settings take no name that they do not know.
    """
    if pattern.startswith("admin/"):
        return {"q": bird.token}
    names = ("q", "search", "s", "query", "name", "about", "who", "text", "customer")
    return dict.fromkeys(names, bird.token) | {"number": bird.number[:8]}


def tasks() -> list[tuple[str, bool]]:
    """(name, carries the tenant) of every task of ours."""
    current_app.loader.import_default_modules()
    known = current_app.tasks
    return sorted((name, isinstance(known[name], TenantTask)) for name in known if _is_ours(known[name]))


def _is_ours(task: Any) -> bool:
    home = type(task).__module__ if task.__module__ is None else task.__module__
    return home.startswith(OURS) and any(home.startswith(config.name) for config in apps.get_app_configs())
