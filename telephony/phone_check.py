"""What a phone check before a shift measures, and what passes. Pure; the page measures, this judges.

Where the figures come from is in docs/phone-check.md.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any, Literal

Verdict = Literal["pass", "warn", "fail", "unknown"]


@dataclass(frozen=True)
class Measure:
    """`good` and `bad` are where passing ends and failing begins, in `unit`; good > bad: more is better.

    `needed`: without a figure the check has not passed. `low`, `high`: beyond them a figure is nonsense.
    """

    name: str
    unit: str
    good: float
    bad: float
    low: float
    high: float
    needed: bool = False

    def verdict(self, value: float | None) -> Verdict:
        if value is None:
            return "unknown"
        if self.good > self.bad:
            return "pass" if value >= self.good else "warn" if value >= self.bad else "fail"
        return "pass" if value <= self.good else "warn" if value <= self.bad else "fail"


MEASURES = (
    Measure("level", "dBFS", good=-40, bad=-50, low=-120, high=0, needed=True),
    # Samples of a microphone that is turned up too far may stand beyond full scale.
    Measure("peak", "dBFS", good=-1, bad=-0.1, low=-120, high=20),
    Measure("noise", "dBFS", good=-50, bad=-40, low=-120, high=0, needed=True),
    Measure("headroom", "dB", good=20, bad=10, low=-120, high=120),
    Measure("echo", "dB", good=6, bad=20, low=-120, high=120),
    Measure("round_trip", "ms", good=300, bad=600, low=0, high=60_000, needed=True),
    Measure("jitter", "ms", good=30, bad=50, low=0, high=60_000, needed=True),
    Measure("loss", "%", good=1, bad=3, low=0, high=100),
    Measure("sound_round_trip", "ms", good=300, bad=600, low=0, high=60_000),
    Measure("sound_jitter", "ms", good=30, bad=50, low=0, high=60_000),
    Measure("down", "kbit/s", good=2000, bad=100, low=0, high=10_000_000, needed=True),
    Measure("up", "kbit/s", good=2000, bad=100, low=0, high=10_000_000, needed=True),
    Measure("relay", "ms", good=2000, bad=5000, low=0, high=60_000),
)
KNOWN = {measure.name: measure for measure in MEASURES}
OF_SOUND = ("loss", "sound_round_trip", "sound_jitter")
"""Measured by a call of the page to the echo in the switch."""
NO_RELAY, NO_SOUND = "relay_failed", "sound_failed"
"""Told instead of a figure: a relay is configured, and could not be reached; the echo was called, and no sound came."""


NARROW_BELOW = 300
"""kbit/s, in the worse direction: three calls as carriers send them. Pages load beside the talk, on the same line."""
SPARING_BITS = 12_000
"""A second of speech on a narrow line: what opus needs for words as a telephone has them."""


@dataclass(frozen=True)
class Sparing:
    """How the page's phone speaks on a narrow line: `bits` a second, because the check found `kbits` kbit/s."""

    bits: int
    kbits: int


def sparing(results: Iterable[Mapping[str, Any]]) -> Sparing | None:
    """By the results of a check (`Judgement.results`); None where the line is wide enough or was not measured."""
    widths = [row["value"] for row in results if row["name"] in ("down", "up") and row["value"] is not None]
    if not widths or min(widths) >= NARROW_BELOW:
        return None
    return Sparing(SPARING_BITS, round(min(widths)))


@dataclass(frozen=True)
class Judgement:
    has_passed: bool
    results: list[dict[str, Any]]


def judge(measured: Mapping[str, Any], *, has_relay: bool = False, why_no_echo: str = "") -> Judgement:
    """Of what a page says it has measured, by name. What is no figure, or none that can be, is unknown.

    `why_no_echo`: why nobody can call an echo here ("rehearsal", "none"); kept beside the figures that lack.
    """
    figures = {measure.name: _figure(measure, measured.get(measure.name)) for measure in MEASURES}
    level, noise = figures["level"], figures["noise"]
    figures["headroom"] = None if level is None or noise is None else round(level - noise, 1)
    results, has_passed = [], True
    for measure in MEASURES:
        if measure.name == "relay" and not has_relay:
            continue
        value = figures[measure.name]
        verdict = "fail" if _has_failed(measure, measured, why_no_echo) else measure.verdict(value)
        has_passed &= verdict != "fail" and not (measure.needed and verdict == "unknown")
        result = {"name": measure.name, "value": value, "unit": measure.unit, "verdict": verdict}
        if verdict == "unknown" and measure.name in OF_SOUND and why_no_echo:
            result["why"] = why_no_echo
        results.append(result)
    return Judgement(has_passed, results)


def _has_failed(measure: Measure, measured: Mapping[str, Any], why_no_echo: str) -> bool:
    """Tried in vain. That sound finds no way is said once, with the loss."""
    if measure.name == "relay":
        return measured.get(NO_RELAY) is True
    return measure.name == "loss" and not why_no_echo and measured.get(NO_SOUND) is True


def _figure(measure: Measure, said: Any) -> float | None:
    if isinstance(said, bool) or not isinstance(said, int | float) or not math.isfinite(said):
        return None
    return round(float(said), 1) if measure.low <= said <= measure.high else None
