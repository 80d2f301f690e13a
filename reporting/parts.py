"""What a slot of time adds up to. Parts of slots can be added; rates are made of the sums, never averaged."""

from __future__ import annotations

from dataclasses import dataclass

from telephony import metrics


@dataclass(frozen=True, kw_only=True)
class Parts:
    """Counts, and sums in seconds. `abandoned` has the short abandons in it."""

    calls: int = 0
    calls_answered: int = 0
    calls_served: int = 0
    calls_voicemail: int = 0
    calls_elsewhere: int = 0
    calls_unserved: int = 0
    offered: int = 0
    answered: int = 0
    answered_within: int = 0
    abandoned: int = 0
    abandoned_within: int = 0
    abandoned_later: int = 0
    short_abandoned: int = 0
    flowed_out: int = 0
    voicemail: int = 0
    lost: int = 0
    waiting: int = 0
    answer_wait: float = 0
    abandon_wait: float = 0
    handled: int = 0
    missed: int = 0
    talk: float = 0
    hold: float = 0
    wrap_up: float = 0
    contact: float = 0
    idle: float = 0
    csat_asked: int = 0
    csat_answers: int = 0
    csat_satisfied: int = 0
    csat_sum: int = 0
    nps_asked: int = 0
    nps_answers: int = 0
    nps_promoters: int = 0
    nps_detractors: int = 0
    lines: int = 0
    poor_lines: int = 0
    mos: float = 0
    loss: float = 0
    jitter: float = 0
    delays: int = 0
    delay: float = 0

    def __add__(self, other: Parts) -> Parts:
        return Parts(
            **{name: getattr(self, name) + getattr(other, name) for name in self.__dataclass_fields__}
        )

    @property
    def service(self) -> metrics.ServiceCounts:
        """Short abandons are left out of every variant of the service level."""
        return metrics.ServiceCounts(
            answered_within=self.answered_within,
            answered_later=self.answered - self.answered_within,
            abandoned_within=self.abandoned_within,
            abandoned_later=self.abandoned_later,
        )

    @property
    def unexplained(self) -> int:
        """O − A − B − F − ΔW; anything but 0 is a fault of ours, and is shown."""
        left = self.flowed_out + self.voicemail + self.lost
        return self.offered - self.answered - self.abandoned - left - self.waiting


def sum_of(parts) -> Parts:
    return sum(parts, Parts())
