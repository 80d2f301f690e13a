"""Builds and runs `linear_scan.c`: the same waiting calls and agents, one pass over all of them for each decision."""

import ctypes
import shutil
import subprocess
import tempfile
from functools import cache
from pathlib import Path
from random import Random

from benchmarks.harness import check
from benchmarks.routing_centre import AGENTS, WAITING, Centre
from telephony.routing import RoutableAgent, Work

SOURCE = Path(__file__).with_name("linear_scan.c")
DECISIONS, CHECKED = 5_000, 20


class Call(ctypes.Structure):
    _fields_ = (("skills", ctypes.c_uint64), ("queue", ctypes.c_uint32), ("key", ctypes.c_double))


def is_possible() -> bool:
    """A C compiler is needed; without one this row is left out, and said so."""
    return shutil.which("cc") is not None


@cache
def _library() -> ctypes.CDLL:
    target = Path(tempfile.mkdtemp(prefix="linear_scan.")) / "linear_scan.so"
    subprocess.run(["cc", "-O3", "-march=native", "-shared", "-fPIC", "-o", target, SOURCE], check=True)
    library = ctypes.CDLL(str(target))
    library.decide.restype = ctypes.c_int64
    return library


def rate() -> dict[str, float]:
    """Decisions per CPU second, its first answers compared with a search in Python."""
    centre, random = Centre(), Random(5)
    waiting = [centre.call() for _ in range(WAITING)]
    coming = [centre.call() for _ in range(DECISIONS)]
    asking = [centre.agents[random.randrange(AGENTS)] for _ in range(DECISIONS)]
    calls = (Call * WAITING)(*map(_call, waiting))
    taken = (ctypes.c_int32 * DECISIONS)()
    nanos = _library().decide(
        calls,
        WAITING,
        (Call * DECISIONS)(*map(_call, coming)),
        (ctypes.c_uint64 * DECISIONS)(*(_bits(agent.skills) for agent in asking)),
        (ctypes.c_uint32 * DECISIONS)(*(_bits(agent.queues) for agent in asking)),
        DECISIONS,
        taken,
    )
    _check_first(waiting, coming, asking, list(taken))
    return {"rate": DECISIONS / (nanos / 1e9)}


def _check_first(
    waiting: list[Work], coming: list[Work], asking: list[RoutableAgent], taken: list[int]
) -> None:
    following = iter(coming)
    for agent, place in zip(asking[:CHECKED], taken, strict=False):
        suited = [
            (call.queued_at - call.priority, number)
            for number, call in enumerate(waiting)
            if call.queue_id in agent.queues and all(skill in agent.skills for skill, _ in call.requirements)
        ]
        check(place == (min(suited)[1] if suited else -1), "the linear scan chose another call")
        if place >= 0:
            waiting[place] = next(following)


def _call(work: Work) -> Call:
    return Call(
        _bits(skill for skill, _ in work.requirements), 1 << work.queue_id, work.queued_at - work.priority
    )


def _bits(numbers) -> int:
    found = 0
    for number in numbers:
        found |= 1 << number
    return found
