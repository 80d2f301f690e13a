"""Arithmetic of spans of time: lists of (from, until), each later than the one before once merged. Pure."""

from collections.abc import Iterable
from datetime import datetime, timedelta

Span = tuple[datetime, datetime]


def merged(spans: Iterable[Span]) -> list[Span]:
    """In order, without overlaps and without empty ones."""
    found: list[Span] = []
    for start, end in sorted(spans):
        if end <= start:
            continue
        if found and start <= found[-1][1]:
            found[-1] = (found[-1][0], max(end, found[-1][1]))
        else:
            found.append((start, end))
    return found


def clipped(spans: Iterable[Span], start: datetime, end: datetime) -> list[Span]:
    return merged((max(start, a), min(end, b)) for a, b in spans)


def common(left: Iterable[Span], right: Iterable[Span]) -> list[Span]:
    """What both have."""
    others = merged(right)
    return merged((max(a, c), min(b, d)) for a, b in merged(left) for c, d in others if c < b and a < d)


def without(spans: Iterable[Span], taken: Iterable[Span]) -> list[Span]:
    """What is left of the first when the second is taken out of it."""
    left = merged(spans)
    for c, d in merged(taken):
        left = [
            piece
            for a, b in left
            for piece in (((a, min(b, c)), (max(a, d), b)) if a < d and c < b else ((a, b),))
        ]
        left = merged(left)
    return left


def seconds(spans: Iterable[Span]) -> int:
    """Whole seconds of all together; overlaps count once."""
    total = sum((end - start for start, end in merged(spans)), timedelta())
    return round(total.total_seconds())
