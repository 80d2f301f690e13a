"""A call centre to be hurt: a switch, its callers and phones, a database, and workers that can be killed.

The switch's two questions are answered by the stand-in of the contract suite, so a fault of a worker is the only fault.
Callers and phones live by themselves: each caller waits for ever, each phone picks up and after a while hangs up, and
`keep_busy` dials for everyone who has gone.
"""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import IO, Any

from tests.contract.driver import DOMAIN, HOT_LINE, SwitchUnderTest, wait_until
from tests.contract.furnish import PASSWORD
from tests.contract.product import Product
from tests.contract.web import Route
from tests.faults.checker import END_OF_STORY, Verdict, judge
from tests.faults.history import History
from tests.faults.proxy import Road
from tests.servers import PROJECT, SERVERS

TALK_SECONDS = (4, 9)


@dataclass
class Plant:
    """`workers` are the process ids of those started and not yet killed."""

    line: SwitchUnderTest
    product: Product
    history: History
    agents: list[dict[str, Any]]
    talk: tuple[int, int] = TALK_SECONDS
    road: Road | None = None
    workers: list[int] = field(default_factory=list)
    _nursery: subprocess.Popen[str] | None = None
    _dialler: Dialler | None = None

    # --- workers

    def open_nursery(self) -> None:
        log = (self.line.directory / "workers.log").open("ab")
        self._nursery = subprocess.Popen(
            [sys.executable, "-m", "tests.faults.nursery"], cwd=PROJECT, env=self.product.environment, text=True,
            stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=log,
        )  # fmt: skip

    def start_worker(self) -> int:
        """One more: the first acts, the next ones stand by."""
        asked, answered = self._nursery_pipes()
        asked.write("one more\n")
        asked.flush()
        pid = int(answered.readline())
        self.workers.append(pid)
        return pid

    def _nursery_pipes(self) -> tuple[IO[str], IO[str]]:
        assert self._nursery is not None
        assert self._nursery.stdin is not None
        assert self._nursery.stdout is not None
        return self._nursery.stdin, self._nursery.stdout

    def holder(self) -> int:
        """The process id of the worker that acts; 0 while the lease is nobody's."""
        said = self.product.rows("select holder from cells_lease where expires_at > clock_timestamp()")
        return int(said[0][0].rsplit(":", 1)[1]) if said else 0

    def epoch(self) -> int:
        return self.product.rows("select epoch from cells_lease")[0][0]

    def is_routing(self) -> bool:
        """Somebody holds the lease and has compared rows and switch."""
        said = self.product.rows("select epoch, report from cells_lease where expires_at > clock_timestamp()")
        return bool(said and said[0][1].get("epoch") == said[0][0] and said[0][1].get("is_routing"))

    def wait_for_routing(self, seconds: float = 20) -> None:
        wait_until(self.is_routing, seconds, "nobody routes")

    def wait_for_spare(self) -> None:
        """Until one that does not act has connected to the switch."""
        waiting = (
            "select count(distinct application_name) from pg_stat_activity"
            " where application_name like 'telephony %' and datname = current_database()"
        )
        wait_until(lambda: self.product.rows(waiting)[0][0] >= 2, 20, "no spare stands by")

    def kill(self, pid: int) -> None:
        os.kill(pid, signal.SIGKILL)
        self.workers.remove(pid)

    def expire_lease(self, dead: int) -> None:
        """As if its three seconds had passed; the session lock stands guard as ever."""
        expire = "update cells_lease set expires_at = clock_timestamp() where holder like %s returning 1"
        self.product.rows(expire, f"%:{dead}")

    # --- people

    def make_all_ready(self) -> None:
        names = [agent["username"] for agent in self.agents]
        self.product.wait_for_phones(*names)
        # An order that waited too long for a busy worker is refused: as people would, one presses again.
        wait_until(self._press_ready, 120, "the agents did not become ready")

    def _press_ready(self) -> bool:
        waiting = "select id from acme.telephony_agent where routing_status <> 'ready' order by id"
        left = [agent_id for (agent_id,) in self.product.rows(waiting)]
        self.product.make_ready(left)
        time.sleep(1.0 if left else 0)
        return not left

    def keep_busy(self, callers: int) -> None:
        """From now on so many callers talk or wait at any moment."""
        self._dialler = Dialler(self, callers)
        self._dialler.start()
        wait_until(lambda: self.callers_there() >= callers * 0.9, 60, "the callers did not come")

    def callers_there(self) -> int:
        return sum(1 for leg in self.history.look().callers() if leg.ended_at is None)

    def stop_dialling(self) -> None:
        if self._dialler:
            self._dialler.stop()
        self._dialler = None

    # --- the switch

    def kill_switch(self) -> datetime:
        assert self.line.process is not None
        self.line.process.kill()
        self.line.process.wait()
        return datetime.now(UTC)

    def size_of_switch(self) -> tuple[int, float]:
        """Threads and resident megabytes of its process."""
        assert self.line.process is not None
        told = Path(f"/proc/{self.line.process.pid}/status").read_text().splitlines()
        said = dict(line.split(":", 1) for line in told)
        return int(said["Threads"]), int(said["VmRSS"].split()[0]) / 1000

    def launch_switch(self) -> None:
        self.line._launch()

    def start_switch_again(self) -> None:
        """Until everybody hears it again, all phones are registered and all agents ready."""
        wait_until(lambda: self.line.switch.is_connected, 30, "the switch did not come back")
        wait_until(self.line._is_ready, 20, "the switch did not become ready")
        for party in self.line.parties:
            party.stop()
        self.line.parties.clear()
        self.wait_for_routing()
        self.register_phones()
        self.make_all_ready()

    @property
    def least_talk(self) -> float:
        """Seconds after which the first phone hangs up; those of sipp are all alike."""
        return sum(self.talk) / 2 if hasattr(self.line, "sipp") else self.talk[0]

    def register_phones(self) -> None:
        """They pick up at once, and hang up after `talk` seconds; (0, 0): never."""
        names = [agent["username"] for agent in self.agents]
        if hasattr(self.line, "sipp"):
            seconds = self.least_talk
            self.line.shared_phone(names, DOMAIN, PASSWORD, answer_after=0.3, hang_up_after=seconds)
            return
        for name in names:
            span: Any = f"{self.talk[0]}-{self.talk[1]}" if any(self.talk) else None
            self.line.phone(name, DOMAIN, PASSWORD, answer_after=0.3, hang_up_after=span)

    # --- the end

    def finish(self, *, without_record: set[Any] = frozenset()) -> Verdict:  # type: ignore[assignment]
        """Nobody dials any more, everybody hangs up, every record is settled; then the histories are compared."""
        self.stop_dialling()
        self.history.look()
        self.wait_for_routing()
        # An offer under way would be cut: let it be answered first.
        ended_from = datetime.now(UTC)
        self.line.api(f"hupall {END_OF_STORY}")
        wait_until(lambda: self._all_is_over(set(without_record)), 60, "not everything was settled")
        return judge(
            self.history, self.product.rows, self.line.settings.spool_dir, ended_from=ended_from,
            least_talk=self.least_talk, without_record=without_record,
        )  # fmt: skip

    def _all_is_over(self, without_record: set[Any]) -> bool:
        time.sleep(0.2)
        self.history.look()
        if self.history.alive() or any(self.line.settings.spool_dir.glob("*.json")):
            return False
        left = (
            "select count(*) from acme.telephony_leg"
            " where ended_at is null or settled_at is null and not (id = any(%s) or is_estimated and %s)"
        )
        open_calls = "select count(*) from acme.telephony_call where ended_at is null"
        told = list(without_record), bool(without_record)
        return self.product.rows(left, *told) == self.product.rows(open_calls) == [(0,)]

    def close(self) -> None:
        self.stop_dialling()
        # What a killed switch never told the end of is nobody's news any more.
        self.line.log.begin()
        for pid in self.workers:
            for number in (signal.SIGCONT, signal.SIGTERM):
                _tell(pid, number)
        if self._nursery:
            time.sleep(0.3)
            self._nursery.kill()
            self._nursery.wait()
        self.product.stop()
        if self.road:
            self.road.close()


def _tell(pid: int, number: int) -> None:
    with suppress(ProcessLookupError):
        os.kill(pid, number)


class Dialler(threading.Thread):
    """Dials for everyone who has gone, on the rehearsal switch; on the real one sipp does the same by itself."""

    def __init__(self, plant: Plant, callers: int) -> None:
        super().__init__(name="dialler", daemon=True)
        self._plant, self._callers = plant, callers
        self._stopped = threading.Event()
        self._dialled = time.monotonic_ns() // 10**9 % 10**4 * 10**4
        self._sipp: Any = None

    def stop(self) -> None:
        self._stopped.set()
        self.join(10)
        if self._sipp:
            self._sipp.stop()

    def run(self) -> None:
        line = self._plant.line
        if hasattr(line, "sipp"):
            prefix = f"139{time.monotonic_ns() % 10**5:05d}"
            self._sipp = line.endless_callers(self._callers, prefix=prefix, each_second=5)
            return
        while not self._stopped.wait(0.1):
            self._plant.history.look()
            there = sum(1 for leg in self._plant.history.callers() if leg.ended_at is None)
            self._dial(min(self._callers - there, 20))

    def _dial(self, count: int) -> None:
        known = len(self._plant.history.callers())
        for _ in range(max(0, count)):
            self._dialled += 1
            self._plant.line.call(number=f"+86139{self._dialled:08d}")
        end = time.monotonic() + 5
        while len(self._plant.history.look().callers()) < known + count and time.monotonic() < end:
            time.sleep(0.02)


@contextmanager
def a_plant(
    kind: str, *, agents: int, talk: tuple[int, int] = TALK_SECONDS, by_road: bool = False
) -> Iterator[Plant]:
    """`kind`: rehearsal or freeswitch. The fault itself starts the workers; with `by_road` they reach the switch by
    `plant.road`.
    """
    with tempfile.TemporaryDirectory(prefix="cc-faults-") as folder, _database() as url:
        line = _switch(kind, Path(folder))
        line.start()
        plant = None
        try:
            plant = _furnish(line, url, agents, talk, by_road)
            yield plant
        except BaseException:
            log = line.directory / "workers.log"
            print(
                "".join(log.read_text().splitlines(keepends=True)[-60:]) if log.exists() else "",
                file=sys.stderr,
            )
            raise
        finally:
            if plant:
                plant.close()
            line.stop()


def _switch(kind: str, folder: Path) -> SwitchUnderTest:
    if kind == "freeswitch":
        from tests.contract.real import FreeSwitchUnderTest

        return FreeSwitchUnderTest(folder)
    from tests.contract.rehearsed import RehearsalUnderTest

    return RehearsalUnderTest(folder)


@contextmanager
def _database() -> Iterator[str]:
    with SERVERS.copy_of_database(f"faults_{os.getpid()}_{time.monotonic_ns() % 10**6}") as url:
        yield url


def _furnish(line: SwitchUnderTest, url: str, agents: int, talk: tuple[int, int], by_road: bool) -> Plant:
    product = Product(line, url, 8000, line.directory)
    plant = Plant(line, product, History(line.log), [], talk)
    if by_road:
        plant.road = Road(line.settings.event_port)
        product.more["FREESWITCH_EVENT_PORT"] = str(plant.road.port)
    # Importing takes as long as furnishing: let both go on at once.
    plant.open_nursery()
    made = product.furnish_floor(agents, wrap_up_seconds=1)
    plant.agents = made["agents"]
    line.web.reset()
    line.log.begin()
    line.web.routes[HOT_LINE] = Route(
        tenant="acme", number=HOT_LINE, queue_id=made["queue"], max_wait_seconds=3600
    )
    for agent in plant.agents:
        line.web.phones[agent["username"], DOMAIN] = line.web_phone(agent["username"])
    plant.register_phones()
    return plant
