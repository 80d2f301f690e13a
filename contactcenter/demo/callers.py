"""Who calls next, when, and with how much patience."""

from __future__ import annotations

import random
from dataclasses import dataclass, field
from urllib.parse import quote

from contactcenter.demo.line import Line
from contactcenter.demo.part import Part

MEAN_GAP_SECONDS = 10.0
SHORTEST_GAP, LONGEST_GAP = 2.0, 30.0
RUSH_EVERY, RUSH_LENGTH, RUSH_FACTOR = 420.0, 60.0, 3.0
"""Seconds: every seven minutes a minute with three times the calls, so that the queues show something."""

# How many of a hundred callers, and how long each waits for a person.
TEMPERS = ((80, "90-170"), (12, "20-45"), (8, "4-12"))


@dataclass
class Callers:
    """The callers of one tenant. `chance` decides; the same seed plays the same day."""

    part: Part
    chance: random.Random = field(default_factory=random.Random)
    next_at: float = 0.0

    def play(self, line: Line, now: float) -> str | None:
        """Dials when it is time; returns the switch's answer then. `now` in seconds of any steady clock."""
        if now < self.next_at:
            return None
        is_first = self.next_at == 0.0
        self.next_at = now + self._gap(now)
        return None if is_first else line.ask(self.dial())

    def dial(self) -> str:
        """The command for one new caller."""
        wishes = {
            "from": self._number(),
            "patience": self._temper(),
            "talk": "8-30",
            "message": "5-9",
        }
        listed = " ".join(f"{name}={quote(value, safe='+-')}" for name, value in wishes.items())
        return f"rehearsal call {self.part.script.number} {listed}"

    def _number(self) -> str:
        """Two of three callers are customers."""
        known, unknown = self.part.customer_numbers, self.part.unknown_numbers
        return self.chance.choice(known if self.chance.random() < 2 / 3 else unknown)

    def _temper(self) -> str:
        shares = [share for share, _ in TEMPERS]
        return self.chance.choices(TEMPERS, shares)[0][1]

    def _gap(self, now: float) -> float:
        mean = MEAN_GAP_SECONDS / (RUSH_FACTOR if now % RUSH_EVERY < RUSH_LENGTH else 1)
        return min(LONGEST_GAP, max(SHORTEST_GAP, self.chance.expovariate(1 / mean)))
