"""A service that has just failed again and again is left alone for a while: one count for all our processes."""

from django.core.cache import cache

FAILURES_UNTIL_SHUT = 5
SHUT_SECONDS = 30


def is_shut(name: str) -> bool:
    return int(cache.get(name) or 0) >= FAILURES_UNTIL_SHUT


def count(name: str, *, has_failed: bool) -> None:
    """Failures in a row; the last one begins the pause."""
    if not has_failed:
        cache.delete(name)
        return
    cache.set(name, int(cache.get(name) or 0) + 1, SHUT_SECONDS)
