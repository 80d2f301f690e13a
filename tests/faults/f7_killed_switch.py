"""F7: kill -9 of the switch with calls on it, started again at once. What was on it is gone; nothing stays behind.

At the end once more, and it stays dead for a while: agents and phones must not wait for its return.
"""

from __future__ import annotations

import time
from dataclasses import dataclass, field
from datetime import UTC, datetime
from uuid import UUID

from tests.contract.driver import wait_until
from tests.faults.plant import Plant, a_plant
from tests.faults.results import Result

ID = "F7"
PROVES = (
    "after kill -9 of the switch every call has ended within 5 s of the truth and every agent is free within 10 s,"
    " whether it comes back or not"
)
SHORT = {"agents": 4, "callers": 6, "kills": 1}
LONG = {
    "rehearsal": {"agents": 40, "callers": 80, "kills": 20, "away": 60.0},
    "freeswitch": {"agents": 10, "callers": 20, "kills": 10, "away": 60.0},
}
MOST_ERROR, MOST_BUSY = 5.0, 10.0


@dataclass
class Toll:
    """What the kills did; seconds from the kill, or of error."""

    legs: set[UUID] = field(default_factory=set)
    errors: list[float] = field(default_factory=lambda: [0.0])
    busy: list[float] = field(default_factory=lambda: [0.0])
    phones: list[float] = field(default_factory=list)

    @property
    def is_bearable(self) -> bool:
        return max(self.errors) <= MOST_ERROR and max(self.busy + self.phones) <= MOST_BUSY

    def __str__(self) -> str:
        said = (
            f"end wrong by at most {max(self.errors):.1f} s; agents free after at most {max(self.busy):.1f} s"
        )
        away = (
            f"; dead for long, nobody ready and no phone there after {max(self.phones):.1f} s"
            if self.phones
            else ""
        )
        return said + away


def run(
    kind: str, *, agents: int, callers: int, kills: int, away: float = 0, seconds: float = 3600
) -> Result:
    """With `away` a last kill after which the switch stays dead for so many seconds."""
    with a_plant(kind, agents=agents) as plant:
        plant.start_worker()
        plant.wait_for_routing()
        plant.make_all_ready()
        plant.start_worker()
        end, toll = time.monotonic() + seconds, Toll()
        kills_done = 0
        while kills_done < kills and time.monotonic() < end:
            kills_done += 1
            suffer(plant, toll, callers, away=0)
        if away:
            suffer(plant, toll, callers, away=away)
        verdict = plant.finish(without_record=toll.legs)
        done = f"{kills_done} × kill -9 of the switch with {callers} calls"
        done += f", once more and dead for {away:.0f} s" if away else ""
        passed = verdict.is_clean and toll.is_bearable
        return Result(
            ID,
            kind,
            f"{done}, {len(toll.legs)} legs lost",
            passed,
            f"{verdict}; {toll}",
            {"kills": kills_done},
        )


def suffer(plant: Plant, toll: Toll, callers: int, *, away: float) -> None:
    """One kill, until everybody is ready again."""
    plant.keep_busy(callers)
    wait_until(lambda: len(plant.history.look().talking()) >= len(plant.agents) * 0.8, 40, "few talk")
    plant.stop_dialling()
    gone, killed_at = kill_switch(plant)
    if not away:
        plant.launch_switch()
    toll.legs |= gone
    toll.busy.append(seconds_until_free(plant, killed_at))
    toll.errors += end_errors(plant, gone, killed_at)
    if away:
        toll.phones.append(seconds_until_unreachable(plant, killed_at))
        time.sleep(max(0.0, away - (datetime.now(UTC) - killed_at).total_seconds()))
        plant.launch_switch()
    plant.start_switch_again()


def kill_switch(plant: Plant) -> tuple[set[UUID], datetime]:
    """Returns the legs that were on it, and when."""
    killed_at = plant.kill_switch()
    time.sleep(0.2)
    gone = {leg.leg_id for leg in plant.history.look().alive()}
    for leg in plant.history.alive():
        leg.ended_at, leg.cause = killed_at, "SWITCH_CRASH"
    return gone, killed_at


def seconds_until_unreachable(plant: Plant, killed_at: datetime) -> float:
    """From the kill until no phone counts as registered and no agent as ready."""
    left = (
        "select (select count(*) from acme.telephony_agent where routing_status = 'ready')"
        " + (select count(*) from acme.telephony_device"
        " where registered_at is not null and (unregistered_at is null or unregistered_at < registered_at))"
    )
    wait_until(lambda: plant.product.rows(left) == [(0,)], 40, "phones stayed registered")
    return (datetime.now(UTC) - killed_at).total_seconds()


def seconds_until_free(plant: Plant, killed_at: datetime) -> float:
    """From the kill until no agent talks or rings; wrap-up is theirs."""
    busy = "select count(*) from acme.telephony_agent where activity in ('ringing', 'talking', 'hold')"
    wait_until(lambda: plant.product.rows(busy) == [(0,)], 30, "agents stayed busy")
    return (datetime.now(UTC) - killed_at).total_seconds()


def end_errors(plant: Plant, gone: set[UUID], killed_at: datetime) -> list[float]:
    """By how many seconds the rows are wrong about when those legs ended."""
    open_legs = "select count(*) from acme.telephony_leg where id = any(%s) and ended_at is null"
    wait_until(lambda: plant.product.rows(open_legs, list(gone)) == [(0,)], 30, "legs stayed open")
    ended = plant.product.rows("select ended_at from acme.telephony_leg where id = any(%s)", list(gone))
    return [abs((at - killed_at).total_seconds()) for (at,) in ended]
