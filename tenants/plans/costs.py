"""What each module costs a month. Billing knows, a floor above, and says how to ask it."""

from collections.abc import Callable, Mapping
from datetime import date
from typing import Any

Ask = Callable[[Any, date], Mapping[str, str]]
_ask: list[Ask] = []


def answer_with(ask: Ask) -> None:
    """`ask(tenant, day)`: {module: "80.00 CNY"}."""
    _ask[:] = [ask]


def costs_of(tenant: Any, day: date) -> Mapping[str, str]:
    return _ask[0](tenant, day) if _ask else {}
