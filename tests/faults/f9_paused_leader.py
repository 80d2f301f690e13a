"""F9: the acting worker is stopped (SIGSTOP) for ten seconds and wakes to find another one in its place."""

from __future__ import annotations

import os
import signal
import time

from tests.contract.driver import wait_until
from tests.faults.history import History
from tests.faults.plant import Plant, a_plant
from tests.faults.results import Result

ID = "F9"
PROVES = (
    "a leader that was paused and wakes offers nobody and commands nothing; the spare has long taken over"
)
SHORT = {"agents": 4, "callers": 6, "pauses": 1, "pause": 5}
LONG = {
    "rehearsal": {"agents": 20, "callers": 40, "pauses": 10, "pause": 10},
    "freeswitch": {"agents": 10, "callers": 20, "pauses": 5, "pause": 10},
}


def run(kind: str, *, agents: int, callers: int, pauses: int, pause: float, seconds: float = 3600) -> Result:
    with a_plant(kind, agents=agents) as plant:
        plant.start_worker()
        plant.wait_for_routing()
        plant.make_all_ready()
        plant.start_worker()
        plant.keep_busy(callers)
        end, took = time.monotonic() + seconds, []
        while len(took) < pauses and time.monotonic() < end:
            took.append(pause_leader(plant, pause))
        verdict = plant.finish()
        late = offers_of_an_old_epoch(plant.history)
        done = f"{len(took)} × SIGSTOP for {pause} s, {agents} agents, {callers} callers at once"
        seen = (
            f"{verdict}, {len(late)} offers of an old epoch; another routed after at most {max(took):.1f} s"
        )
        return Result(ID, kind, done, verdict.is_clean and not late, seen, {"pauses": len(took)})


def pause_leader(plant: Plant, pause: float) -> float:
    """How long until another one routed."""
    plant.wait_for_spare()
    leader, epoch = wait_until(plant.holder, 20, "nobody holds the lease"), plant.epoch()
    os.kill(leader, signal.SIGSTOP)
    began = time.monotonic()
    try:
        wait_until(lambda: plant.epoch() > epoch, 20, "nobody took over from a paused leader")
        assert plant.holder() != leader
        plant.wait_for_routing()
        took = time.monotonic() - began
        time.sleep(max(0.0, pause - took))
    finally:
        os.kill(leader, signal.SIGCONT)
    return took


def offers_of_an_old_epoch(history: History) -> list[str]:
    """Legs of offers that the switch made after it had made one of a newer epoch."""
    newest, found = 0, []
    for leg in sorted(history.look().offers(), key=lambda leg: leg.created_at):
        if (leg.epoch or 0) < newest:
            found.append(f"{leg.leg_id} of epoch {leg.epoch} after {newest}")
        newest = max(newest, leg.epoch or 0)
    return found
