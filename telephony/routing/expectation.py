"""How long somebody who waits will probably wait: a number to say to them, and how wrong such numbers were.

The form is the one Genesys Stat Server documents: mean handle time × works not yet assigned ÷ agents who work, with
90 s of handle time while nothing is known (lakshmikanth.com on Stat Server's estimated wait). It is exact where the
time left of a conversation does not depend on how long it has lasted: n agents then finish one every handle time ÷ n.
Callers ahead who hang up shorten it; how soon is known by their patience, as in Erlang A (Palm 1957; Garnett,
Mandelbaum, Reiman 2002). The error published is the median of |estimate − actual| ÷ actual over those who were
answered after a wait.
"""

from collections.abc import Iterable
from statistics import median

HANDLE_SECONDS = 90.0
"""Taken for the time of one call, wrap-up included, until calls have been measured."""


def expected_wait(
    *,
    position: int,
    free: int,
    working: int,
    handle_seconds: float | None = None,
    patience_seconds: float | None = None,
) -> float | None:
    """Seconds until whoever stands at `position` (1 is next) is offered to somebody; None when nobody works.

    `working` are the agents who may take it and are signed in and ready, in conversation or not; `free` of them
    could take it at once. `handle_seconds` is the mean of talk and wrap-up, `patience_seconds` what callers bear on
    average before they hang up (`mean_patience`); None or 0 when unknown.
    """
    if working <= 0:
        return None
    finished_each_second = working / (handle_seconds or HANDLE_SECONDS)
    given_up_each_second = 1 / patience_seconds if patience_seconds else 0.0
    if not given_up_each_second:
        return max(0, position - free) / finished_each_second
    ahead = range(max(0, position - free))
    return sum(1 / (finished_each_second + others * given_up_each_second) for others in ahead)


def mean_patience(waited_seconds: float, abandoned: int) -> float | None:
    """Seconds of patience: all that callers waited together, answered or not, ÷ those who gave up. None if none did.

    Who was answered might have waited longer: leaving them out would make everybody look impatient.
    """
    return waited_seconds / abandoned if abandoned else None


def median_error(pairs: Iterable[tuple[float | None, float]]) -> float | None:
    """The median of |estimate − actual| ÷ actual over pairs of seconds (estimate, actual); None without any.

    Who did not wait, or was told nothing, says nothing about the estimate and is left out.
    """
    errors = [abs(told - actual) / actual for told, actual in pairs if told is not None and actual > 0]
    return median(errors) if errors else None
