"""News of the worker to itself, on the same road as the news of our rows."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from telephony.routing import Availability
from tenants.events import Event


@dataclass(frozen=True, kw_only=True)
class MemoryAsked(Event):
    """To a desk: say which stays and agents your router remembers."""

    answer: Callable[[set[Any], dict[Any, Availability]], None]
