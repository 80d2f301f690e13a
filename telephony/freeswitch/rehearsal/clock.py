"""Moments as FreeSWITCH writes them: epoch microseconds, seconds, and stamps in local time."""

from __future__ import annotations

import time


def now_us() -> int:
    """Epoch microseconds."""
    return time.time_ns() // 1000


def stamp(micros: int) -> str:
    """Local time as `2026-11-20 13:32:46`."""
    return time.strftime("%Y-%m-%d %H:%M:%S", time.localtime(micros / 1_000_000))


def gmt(micros: int) -> str:
    return time.strftime("%a, %d %b %Y %H:%M:%S GMT", time.gmtime(micros / 1_000_000))
