"""What a talk's figures in the page are worth: by the limits of the phone check, and a MOS by the E-model. Pure."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

from telephony.phone_check import KNOWN

LEAST_MOS = 3.6
"""Below it "many users dissatisfied" begins (ITU-T G.107: R 70)."""
PACKET_MS = 20


@dataclass(frozen=True)
class Heard:
    """What the page counted after a talk's first seconds, and `seconds` later; whether each heard the other's tone."""

    before: dict[str, Any]
    after: dict[str, Any]
    seconds: float
    here: bool
    there: bool

    def more(self, name: str) -> float:
        return float(self.after.get(name) or 0) - float(self.before.get(name) or 0)


@dataclass(frozen=True)
class Verdict:
    figures: dict[str, float]
    """loss in percent, sound_jitter and sound_round_trip in ms, MOS, kbit/s of speech in and out."""
    way: str
    """host, srflx or relay: of the page's end."""
    failed: list[str] = field(default_factory=list)
    is_right: bool = False


def judge(heard: Heard, *, passes: bool) -> Verdict:
    """`passes`: whether the network is one in which people can work; a bad one must be found out."""
    after = heard.after
    round_trip = 1000 * float(after.get("round_trip") or after.get("pair_round_trip") or 0)
    lost_here = _share(heard.more("lost"), heard.more("lost") + heard.more("received"))
    lost_there = _share(heard.more("lost_there"), heard.more("sent"))
    waits = 1000 * _share(heard.more("buffered"), heard.more("played"), most=10)
    figures = {
        "loss": 100 * max(lost_here, lost_there),
        "sound_jitter": 1000 * max(after.get("jitter") or 0, after.get("jitter_there") or 0),
        "sound_round_trip": round_trip,
        "mos": mos(loss=100 * max(lost_here, lost_there), delay_ms=round_trip / 2 + waits + PACKET_MS),
        "in": heard.more("bytes_in") * 8 / heard.seconds / 1000,
        "out": heard.more("bytes_out") * 8 / heard.seconds / 1000,
    }
    failed = [
        name
        for name in ("loss", "sound_jitter", "sound_round_trip")
        if KNOWN[name].verdict(figures[name]) == "fail"
    ]
    failed += ["mos"] if figures["mos"] < LEAST_MOS else []
    is_heard = heard.here and heard.there
    return Verdict(figures, str(after.get("way") or "?"), failed, is_heard and passes == (not failed))


def mos(*, loss: float, delay_ms: float) -> float:
    """By ITU-T G.107 of a line with this loss in percent and this delay from mouth to ear. Lost packets are hidden as
    well as G.711 does it (G.113: Bpl 25.1).
    """
    worth = 93.2 - 0.024 * delay_ms - max(0.0, 0.11 * (delay_ms - 177.3)) - 95 * loss / (loss + 25.1)
    if worth <= 0:
        return 1.0
    return min(4.5, 1 + 0.035 * worth + worth * (worth - 60) * (100 - worth) * 7e-6)


def _share(part: float, whole: float, most: float = 1) -> float:
    return min(most, max(0.0, part / whole)) if whole > 0 else 0.0
