"""F1: kill -9 of the acting worker at any moment, again and again, while a warm spare stands by.

F2 is the same here: our listener (the "node agent") is a thread of the worker, so whoever kills it kills the worker.
"""

from __future__ import annotations

import random
import statistics
import time

from tests.contract.driver import wait_until
from tests.faults.plant import TALK_SECONDS, Plant, a_plant
from tests.faults.results import Result

ID = "F1"
PROVES = "a killed worker drops no talk, loses no caller and no record, keeps the order, offers nobody twice"
SHORT = {"agents": 6, "callers": 10, "kills": 3}
LONG = {
    "rehearsal": {"agents": 200, "callers": 300, "kills": 300, "talk": (15, 30)},
    "freeswitch": {"agents": 12, "callers": 20, "kills": 30},
}


def run(
    kind: str,
    *,
    agents: int,
    callers: int,
    kills: int,
    talk: tuple[int, int] = TALK_SECONDS,
    seconds: float = 3600,
    seed: int | None = None,
) -> Result:
    """Kills until `kills` or `seconds` are over; every tenth waits out the true lease, the others see it expired."""
    chance = random.Random(seed)  # noqa: S311 - says when to kill, guards nothing
    with a_plant(kind, agents=agents, talk=talk) as plant:
        plant.start_worker()
        plant.wait_for_routing()
        plant.make_all_ready()
        plant.keep_busy(callers)
        took: list[float] = []
        killed = 0
        plant.start_worker()
        end = time.monotonic() + seconds
        while killed < kills and time.monotonic() < end:
            killed += 1
            took += kill_one(plant, chance, is_whole=killed % 10 == 0)
        verdict = plant.finish()
        load = f"{agents} agents, {callers} callers at once"
        return Result(
            ID, kind, f"{killed} × kill -9, {load}", verdict.is_clean,
            f"{verdict}; routing again after {_spread(took)}", {"kills": killed, "of": kills},
        )  # fmt: skip


def kill_one(plant: Plant, chance: random.Random, *, is_whole: bool) -> list[float]:
    """Kill the holder some time after the last kill: also while it takes over. How long until routing, if awaited."""
    plant.wait_for_spare()
    victim = wait_until(plant.holder, 20, "nobody holds the lease")
    time.sleep(chance.uniform(0, 1.2))
    epoch = plant.epoch()
    plant.kill(victim)
    killed_at = time.monotonic()
    plant.start_worker()
    if not is_whole:
        plant.expire_lease(victim)
    wait_until(lambda: plant.epoch() > epoch, 20, "nobody took over")
    if not is_whole and chance.random() < 0.5:
        return []
    plant.wait_for_routing()
    return [time.monotonic() - killed_at] if is_whole else []


def _spread(seconds: list[float]) -> str:
    if not seconds:
        return "(not measured)"
    return f"{statistics.median(seconds):.1f} s of the kill (median; at most {max(seconds):.1f} s; lease 3 s)"
