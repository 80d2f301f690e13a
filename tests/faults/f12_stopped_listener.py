"""F12: nobody reads what the switch tells: both workers are stopped (SIGSTOP) while callers come, then go on."""

from __future__ import annotations

import os
import signal
import time

from tests.faults.plant import a_plant
from tests.faults.results import Result

ID = "F12"
PROVES = "a switch whose listeners read nothing keeps its talks, takes new callers, and its memory stays flat"
SHORT = {"agents": 3, "callers": 5, "pause": 3.0}
LONG = {
    "rehearsal": {"agents": 40, "callers": 120, "pause": 120.0},
    "freeswitch": {"agents": 10, "callers": 20, "pause": 120.0},
}
PATIENCE = 12.0


def run(kind: str, *, agents: int, callers: int, pause: float) -> Result:
    with a_plant(kind, agents=agents) as plant:
        plant.start_worker()
        plant.wait_for_routing()
        plant.make_all_ready()
        plant.start_worker()
        plant.keep_busy(callers)
        before = len(plant.history.look().callers())
        memory = [plant.size_of_switch()[1]]
        for pid in plant.workers:
            os.kill(pid, signal.SIGSTOP)
        time.sleep(pause)
        memory.append(plant.size_of_switch()[1])
        came = len(plant.history.look().callers()) - before
        for pid in plant.workers:
            os.kill(pid, signal.SIGCONT)
        time.sleep(1)
        plant.wait_for_routing(40)
        verdict = plant.finish()
    if pause > PATIENCE:
        verdict.seen["left a message"] = len(verdict.wrong.pop("lost"))
        verdict.wrong.pop("out of order")
    grown = memory[1] - memory[0]
    done = f"both workers stopped for {pause:.0f} s, {agents} agents, {callers} callers at once"
    seen = f"{verdict}; {came} callers came meanwhile; the switch grew by {grown:.0f} MB"
    return Result(ID, kind, done, verdict.is_clean and grown < 64, seen)
