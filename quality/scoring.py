"""The arithmetic of a score. Pure, in Decimal, so that anyone can do it again by hand."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from decimal import ROUND_HALF_UP, Decimal

HUNDREDTH = Decimal("0.01")


@dataclass(frozen=True)
class ItemScore:
    """One item as scored. A fatal item counts as passed with any point at all."""

    weight: Decimal
    points: int
    max_points: int
    is_fatal: bool = False

    @property
    def was_failed(self) -> bool:
        return self.is_fatal and self.points == 0

    @property
    def earned(self) -> Decimal:
        """The part of the weight that was earned."""
        return self.weight * self.points / self.max_points


@dataclass(frozen=True)
class Score:
    percent: Decimal
    is_fatal: bool


def score_of(scores: Iterable[ItemScore]) -> Score:
    """Σ(weight · points / most points) / Σ weight · 100, half up to 0.01; 0 when a fatal item failed.

    A form of fatal items alone gives 100 when all are passed.
    """
    scores = list(scores)
    if any(score.was_failed for score in scores):
        return Score(percent=Decimal("0.00"), is_fatal=True)
    weighted = [score for score in scores if not score.is_fatal]
    total = sum((score.weight for score in weighted), Decimal(0))
    if not total:
        return Score(percent=Decimal("100.00"), is_fatal=False)
    share = sum((score.earned for score in weighted), Decimal(0)) / total * 100
    return Score(percent=share.quantize(HUNDREDTH, ROUND_HALF_UP), is_fatal=False)
