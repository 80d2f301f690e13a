"""How long people take: spans like `20`, `20-60` (any length between) or `0` (never), and the pace of it all."""

from __future__ import annotations

import asyncio
import random
from collections.abc import Callable
from dataclasses import dataclass


@dataclass(frozen=True)
class Span:
    """Seconds, from `low` to `high`."""

    low: float
    high: float

    @classmethod
    def read(cls, text: str) -> Span:
        """Raises ValueError."""
        low, _, high = text.partition("-")
        span = cls(float(low), float(high or low))
        if not 0 <= span.low <= span.high < 1e6:
            raise ValueError(f"{text} is no span of seconds")
        return span

    @property
    def is_never(self) -> bool:
        return self.high == 0

    def pick(self) -> float:
        return random.uniform(self.low, self.high)  # noqa: S311 - a habit, no secret

    def __str__(self) -> str:
        return f"{self.low:g}" if self.low == self.high else f"{self.low:g}-{self.high:g}"


NEVER = Span(0, 0)


class Pace:
    """How fast people live: at speed 2 they wait, answer and talk in half the time. The switch's own clocks stay."""

    def __init__(self) -> None:
        self.speed = 1.0

    def later(self, seconds: float, act: Callable[[], None]) -> asyncio.TimerHandle:
        return asyncio.get_running_loop().call_later(seconds / self.speed, act)
