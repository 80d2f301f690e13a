"""How many agents a line lacks, and what so many more would change. Pure: numbers in, numbers out, nothing by chance
but a seed of its own, so that the same floor gives the same answer.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from random import Random
from statistics import mean

from telephony.routing.expectation import HANDLE_SECONDS, expected_wait
from telephony.routing.shapes import RoutableAgent, Work
from telephony.routing.simulation import Arrival, Outcome, random_calls, simulate

MOST_ADDED = 50
"""More than that nobody finds on a floor within minutes."""
SEEDS = range(5)
MOST_CALLS = 400
"""Calls played for one answer: enough for the mean of a queue, quick enough for a page."""
QUEUE = 1


@dataclass(frozen=True, kw_only=True)
class Line:
    """One queue at one moment. `waited_seconds` of those who wait, the longest first; `working` agents are signed in
    and ready, `free` of them could take a call now. `calls_per_hour` come; `patience_seconds` None: not known.
    """

    waited_seconds: Sequence[float] = ()
    free: int = 0
    working: int = 0
    handle_seconds: float = HANDLE_SECONDS
    patience_seconds: float | None = None
    calls_per_hour: float = 0.0

    @property
    def waiting(self) -> int:
        return len(self.waited_seconds)


def next_callers_wait(line: Line, added: int = 0) -> float | None:
    """Seconds somebody who came now would probably wait, with so many agents more, all of them free. None: nobody
    works.
    """
    return expected_wait(
        position=line.waiting + 1,
        free=line.free + added,
        working=line.working + added,
        handle_seconds=line.handle_seconds,
        patience_seconds=line.patience_seconds,
    )


def agents_to_add(line: Line, *, target_seconds: float) -> int | None:
    """The fewest agents with whom who comes now waits no longer than the target; None when MOST_ADDED are too few."""
    for added in range(MOST_ADDED + 1):
        wait = next_callers_wait(line, added)
        if wait is not None and wait <= target_seconds:
            return added
    return None


@dataclass(frozen=True, kw_only=True)
class Prospect:
    """With `added` agents: what the next caller would wait (by the formula), and of the time ahead (played): the mean
    wait, the share answered within the promise, who hung up, and how many wait at its end. None: nobody answered.
    """

    added: int
    next_wait_seconds: float | None
    mean_wait_seconds: float | None
    service_level: float | None
    abandoned_share: float | None
    longest_wait_seconds: float


def prospect(line: Line, *, added: int, ahead_seconds: float, sl_seconds: float) -> Prospect:
    """The line and the calls that will come, played through by the real router SEEDS times."""
    played = [_play(line, added, ahead_seconds, Random(seed)) for seed in SEEDS]  # noqa: S311
    known = [outcome for outcome in played if outcome is not None]
    over = sum(len(one.answered()) + len(one.abandoned()) for one in known)
    return Prospect(
        added=added,
        next_wait_seconds=next_callers_wait(line, added),
        mean_wait_seconds=_mean(one.mean_wait_seconds() for one in known),
        service_level=_mean(one.service_level(sl_seconds) for one in known),
        abandoned_share=sum(len(one.abandoned()) for one in known) / over if over else None,
        longest_wait_seconds=max(
            (fate.waited_seconds or 0.0 for one in known for fate in one.fates), default=0.0
        ),
    )


def _mean(values: Iterable[float | None]) -> float | None:
    found = [value for value in values if value is not None]
    return mean(found) if found else None


def _play(line: Line, added: int, ahead_seconds: float, random: Random) -> Outcome | None:
    """The fates of those who come from now (0) on; None when nobody would work or nobody comes."""
    count = line.working + added
    coming = _coming(line, ahead_seconds, random)
    if count <= 0 or not coming:
        return None
    agents = [RoutableAgent(id=number, queues={QUEUE: 1}) for number in range(count)]
    outcome = simulate(agents, [*_talks(line, random), *_waiting(line, random), *coming])
    ids = {arrival.work.id for arrival in coming}
    outcome.fates = [fate for fate in outcome.fates if fate.work.id in ids]
    return outcome


def _talks(line: Line, random: Random) -> list[Arrival]:
    """Each busy agent's call, as a work of its own from just before now on: how long it has lasted says nothing of how
    long it still will.
    """
    return [
        Arrival(
            Work(id=f"talk {number}", queue_id=QUEUE, queued_at=-1.0, target_agent=number),
            1.0 + random.expovariate(1 / line.handle_seconds),
        )
        for number in range(max(0, line.working - line.free))
    ]


def _waiting(line: Line, random: Random) -> list[Arrival]:
    """In their order, before everybody who comes."""
    return [
        Arrival(
            Work(id=f"waiting {number}", queue_id=QUEUE, queued_at=0.0, priority=waited),
            random.expovariate(1 / line.handle_seconds),
            _patience(line, random),
        )
        for number, waited in enumerate(line.waited_seconds)
    ]


def _coming(line: Line, ahead_seconds: float, random: Random) -> list[Arrival]:
    count = min(MOST_CALLS, round(line.calls_per_hour * ahead_seconds / 3600))
    if count <= 0:
        return []
    return random_calls(
        random,
        count,
        each_seconds=3600 / line.calls_per_hour,
        handle_seconds=line.handle_seconds,
        patience_seconds=line.patience_seconds or float("inf"),
        queue_id=QUEUE,
    )


def _patience(line: Line, random: Random) -> float:
    return random.expovariate(1 / line.patience_seconds) if line.patience_seconds else float("inf")
