"""F7: kill -9 of the switch with calls on it, started again at once. What was on it is gone; nothing stays behind."""

from __future__ import annotations

import time
from datetime import UTC, datetime

from tests.contract.driver import wait_until
from tests.faults.plant import Plant, a_plant
from tests.faults.results import Result

ID = "F7"
PROVES = "after kill -9 of the switch every call has ended within 5 s of the truth and every agent is free within 10 s"
SHORT = {"agents": 4, "callers": 6, "kills": 1}
LONG = {
    "rehearsal": {"agents": 40, "callers": 80, "kills": 20},
    "freeswitch": {"agents": 10, "callers": 20, "kills": 10},
}
MOST_ERROR, MOST_BUSY = 5.0, 10.0


def run(kind: str, *, agents: int, callers: int, kills: int, seconds: float = 3600) -> Result:
    with a_plant(kind, agents=agents) as plant:
        plant.start_worker()
        plant.wait_for_routing()
        plant.make_all_ready()
        plant.start_worker()
        end, lost, errors, busy = time.monotonic() + seconds, set(), [0.0], [0.0]
        kills_done = 0
        while kills_done < kills and time.monotonic() < end:
            kills_done += 1
            plant.keep_busy(callers)
            wait_until(lambda: len(plant.history.look().talking()) >= agents * 0.8, 40, "few talk")
            plant.stop_dialling()
            gone, killed_at = kill_switch(plant)
            lost |= gone
            busy.append(seconds_until_free(plant, killed_at))
            errors += end_errors(plant, gone, killed_at)
            plant.start_switch_again()
        verdict = plant.finish(without_record=lost)
        passed = verdict.is_clean and max(errors) <= MOST_ERROR and max(busy) <= MOST_BUSY
        seen = f"{verdict}; end wrong by at most {max(errors):.1f} s; agents free after at most {max(busy):.1f} s"
        done = f"{kills_done} × kill -9 of the switch with {callers} calls, {len(lost)} legs lost"
        return Result(ID, kind, done, passed, seen, {"kills": kills_done})


def kill_switch(plant: Plant) -> tuple[set, datetime]:
    """Returns the legs that were on it, and when."""
    killed_at = plant.kill_switch()
    time.sleep(0.2)
    gone = {leg.leg_id for leg in plant.history.look().alive()}
    for leg in plant.history.alive():
        leg.ended_at, leg.cause = killed_at, "SWITCH_CRASH"
    plant.launch_switch()
    return gone, killed_at


def seconds_until_free(plant: Plant, killed_at: datetime) -> float:
    """From the kill until no agent talks or rings; wrap-up is theirs."""
    busy = "select count(*) from acme.telephony_agent where activity in ('ringing', 'talking', 'hold')"
    wait_until(lambda: plant.product.rows(busy) == [(0,)], 30, "agents stayed busy")
    return (datetime.now(UTC) - killed_at).total_seconds()


def end_errors(plant: Plant, gone: set, killed_at: datetime) -> list[float]:
    """By how many seconds the rows are wrong about when those legs ended."""
    open_legs = "select count(*) from acme.telephony_leg where id = any(%s) and ended_at is null"
    wait_until(lambda: plant.product.rows(open_legs, list(gone)) == [(0,)], 30, "legs stayed open")
    ended = plant.product.rows("select ended_at from acme.telephony_leg where id = any(%s)", list(gone))
    return [abs((at - killed_at).total_seconds()) for (at,) in ended]
