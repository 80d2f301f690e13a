"""F8: the road between workers and switch is cut, silent, silent one way, or slow; calls stay on the switch."""

from __future__ import annotations

import sys
import time
from itertools import product

from tests.faults.plant import a_plant
from tests.faults.proxy import Road
from tests.faults.results import Result

ID = "F8"
PROVES = "with no road to the switch talks go on; up to 15 s callers keep their place, then the switch cares for them"
SHORT = {"agents": 3, "callers": 5, "ways": ("silent",), "lengths": (2.0,)}
WAYS = ("cut", "silent", "deaf", "mute", "slow")
LONG = {
    "rehearsal": {"agents": 40, "callers": 80, "ways": WAYS, "lengths": (5.0, 60.0)},
    "freeswitch": {"agents": 10, "callers": 20, "ways": WAYS, "lengths": (5.0, 60.0)},
}
PATIENCE = 12.0
"""Below this the callers' own patience (15 s since the last beat) cannot have ended."""


def run(
    kind: str,
    *,
    agents: int,
    callers: int,
    ways: tuple[str, ...],
    lengths: tuple[float, ...],
    seconds: float = 3600,
) -> Result:
    """All of one length before the next; those that begin in time."""
    seen, is_clean, end = [], True, time.monotonic() + seconds
    for length, way in product(lengths, ways):
        if time.monotonic() > end:
            break
        verdict = suffer(kind, agents, callers, way, length)
        is_clean = is_clean and verdict.is_clean
        seen.append(f"{way} {length:.0f} s: {verdict}")
        print(seen[-1], file=sys.stderr, flush=True)
    done = f"{len(seen)} of: {', '.join(ways)} for {' and '.join(f'{length:.0f}' for length in lengths)} s"
    return Result(ID, kind, f"{done}, {callers} callers at once", is_clean, "; ".join(seen))


def suffer(kind: str, agents: int, callers: int, way: str, length: float):  # noqa: ANN201
    """One partition and its end. Callers the switch took out of the line, because it had to, are not lost."""
    with a_plant(kind, agents=agents, by_road=True) as plant:
        plant.start_worker()
        plant.wait_for_routing()
        plant.make_all_ready()
        plant.start_worker()
        plant.keep_busy(callers)
        assert plant.road is not None
        before = plant.size_of_switch()
        harm(plant.road, way)
        time.sleep(length)
        after = plant.size_of_switch()
        plant.road.open()
        time.sleep(1)
        plant.wait_for_routing(40)
        verdict = plant.finish()
    verdict.seen |= {
        "threads more in the switch": after[0] - before[0],
        "MB more": round(after[1] - before[1]),
    }
    if length > PATIENCE:
        verdict.seen["left a message"] = len(verdict.wrong.pop("lost"))
        verdict.wrong.pop("out of order")
    return verdict


def harm(road: Road, way: str) -> None:
    if way == "cut":
        road.cut()
    elif way == "slow":
        road.delay_seconds = 0.5
    else:
        road.block(there=way in ("silent", "mute"), back=way in ("silent", "deaf"))
