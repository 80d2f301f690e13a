"""What several pages of one tenant ask for within a second is worked out once in a process."""

import time
from collections.abc import Callable
from typing import Any, TypeVar

from django.utils import timezone

from tenants.context import current_schema

T = TypeVar("T")
_kept: dict[tuple[Any, ...], tuple[float, Any]] = {}
MOST_KEPT = 500


def remembered(key: tuple[Any, ...], seconds: float, read: Callable[[], T]) -> T:
    """Asked again within so many seconds the same is answered, for this tenant, zone and day."""
    whole = (current_schema(), timezone.get_current_timezone_name(), timezone.localdate(), *key)
    known = _kept.get(whole)
    if known is not None and time.monotonic() - known[0] < seconds:
        return known[1]
    found = read()
    if len(_kept) >= MOST_KEPT:
        _kept.clear()
    _kept[whole] = time.monotonic(), found
    return found


def forget() -> None:
    _kept.clear()
