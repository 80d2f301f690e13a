"""`limit hash <realm> <key> <most>/<seconds> !<cause>`: whoever comes after so many within these seconds is hung up."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING

from . import lifecycle

if TYPE_CHECKING:
    from .leg import Leg

KEPT = 1_000


class Limits:
    def __init__(self) -> None:
        self._used: dict[str, tuple[int, int]] = {}  # key → (until, how often)

    def is_over(self, key: str, most: int, seconds: int) -> bool:
        """Counts this use too. Whole seconds, as the real one: an interval is up to one second shorter."""
        now = int(time.time())
        if len(self._used) > KEPT:
            self._used = {name: used for name, used in self._used.items() if used[0] > now}
        until, before = self._used.get(key, (0, 0))
        if until <= now:
            until, before = now + seconds, 0
        self._used[key] = until, before + 1
        return before >= most


def limit(leg: Leg, data: str) -> None:
    words = data.split()
    most, _, seconds = words[3].partition("/") if len(words) == 5 else ("", "", "")
    if not (most.isdecimal() and seconds.isdecimal() and words[4].startswith("!")):
        # No form of ours: the caller is gone, and the answer about them has blanks. The real one lets nobody in either.
        lifecycle.hang_up(leg, "NORMAL_CLEARING")
    elif leg.switch.limits.is_over(f"{words[1]}_{words[2]}", int(most), int(seconds)):
        lifecycle.hang_up(leg, words[4].removeprefix("!"))
