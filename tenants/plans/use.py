"""That a module was used on a day: by a page or a program (written here), or by what happened (asked above).

A page of reports leaves no row behind; a recording does without anybody opening a page. So both are asked.
"""

from collections.abc import Callable
from datetime import date, datetime
from typing import Any

from django.db import transaction
from django.utils import timezone

from tenants.plans.models import ModuleUse

_noted: set[tuple[int, str, date]] = set()
"""What this process has written already: a day's first use of a module writes, no other does."""
MOST_NOTED = 50_000
_traces: dict[str, list[Callable[[datetime], bool]]] = {}


def add_trace(module: str, has_any_since: Callable[[datetime], bool]) -> None:
    """Floors above say how to see in a tenant's own rows that something of the module happened."""
    if has_any_since not in _traces.setdefault(module, []):
        _traces[module].append(has_any_since)


def note_use(tenant: Any, module: str) -> None:
    key = (tenant.pk, module, timezone.now().date())
    if key in _noted or tenant.pk is None:
        return
    if len(_noted) >= MOST_NOTED:
        _noted.clear()
    with transaction.atomic():
        ModuleUse.objects.bulk_create(
            [ModuleUse(tenant_id=key[0], module=module, day=key[2])], ignore_conflicts=True
        )
    _noted.add(key)


def forget() -> None:
    _noted.clear()


def left_traces(module: str, since: datetime) -> bool:
    """In the rows of the tenant we are in."""
    return any(has_any(since) for has_any in _traces.get(module, ()))
