"""F15: a release while people call: tables every call writes to are changed, then each web and each worker is replaced.

As operations do it: `migrate_fleet` first, with somebody holding a hot table for a while; then one web after the other
is taken out of the rotation, ended and started anew; then one worker after the other.
"""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import threading
import time
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.client import HTTPConnection, HTTPException
from urllib.request import urlopen

import psycopg

from contactcenter.run import web
from tests.contract.driver import free_port, wait_until
from tests.faults.plant import TALK_SECONDS, Plant, a_plant
from tests.faults.results import Result
from tests.servers import PROJECT

ID = "F15"
PROVES = "a release with hot tables changed, webs and workers replaced one by one: no call, no page notices"
SHORT = {"agents": 4, "callers": 6, "rounds": 1, "readers": 2}
LONG = {
    "rehearsal": {"agents": 100, "callers": 150, "rounds": 2, "talk": (15, 30)},
    "freeswitch": {"agents": 10, "callers": 20, "rounds": 1},
}
PAGES = ("/workspace/", "/sign-in/", "/")
WEBS = 2


def run(
    kind: str,
    *,
    agents: int,
    callers: int,
    rounds: int,
    readers: int = 4,
    talk: tuple[int, int] = TALK_SECONDS,
) -> Result:
    with a_plant(kind, agents=agents, talk=talk) as plant:
        plant.start_worker()
        plant.wait_for_routing()
        plant.make_all_ready()
        plant.start_worker()
        with pages_of(plant) as site, reading(site, readers) as seen:
            plant.keep_busy(callers)
            told = migrate(plant)
            for _round in range(rounds):
                for number in range(WEBS):
                    site.replace(number)
                for _worker in range(2):
                    replace_worker(plant)
            time.sleep(2)
        verdict = plant.finish()
    bad = {status: count for status, count in seen.statuses.items() if status >= 500 or status == 429}
    passed = verdict.is_clean and not bad and not seen.broken and told.is_good
    done = f"hot tables changed, {rounds} × {WEBS} webs and 2 workers replaced, {agents} agents, {callers} callers"
    return Result(ID, kind, done, passed, f"{verdict}; {seen}; {told}", {"rounds": rounds})


# --- the tables


@dataclass
class Told:
    """What the migrating said, while a table was held and afterwards; `waited`: seconds of the first run."""

    held: str
    waited: float
    free: str

    @property
    def is_good(self) -> bool:
        is_named = "acme: a table was in use each time" in self.held and "1 migrated, 1 failed" in self.held
        return is_named and "1 were current, 1 migrated, 0 failed" in self.free

    def __str__(self) -> str:
        words = "named the tenant whose table was held, did the other, and the next run went on"
        if not self.is_good:
            words = f"said {self.held[-300:]!r}, then {self.free[-300:]!r}"
        return f"migrate_fleet {words} ({self.waited:.1f} s with Python's start)"


def migrate(plant: Plant) -> Told:
    with psycopg.connect(plant.product.database_url) as holder:
        holder.execute("SELECT count(*) FROM acme.telephony_call")
        began = time.monotonic()
        held = _migrate_fleet(plant)
        waited = time.monotonic() - began
    return Told(held, waited, _migrate_fleet(plant))


def _migrate_fleet(plant: Plant) -> str:
    more = {"DJANGO_SETTINGS_MODULE": "tests.tenants.fleet.settings", "FLEET_RELEASE": "hot"}
    done = subprocess.run(
        [sys.executable, "manage.py", "migrate_fleet", "--tenants"],
        cwd=PROJECT, env=plant.product.environment | more, capture_output=True, text=True, check=False,
    )  # fmt: skip
    return done.stdout + done.stderr


# --- the workers


def replace_worker(plant: Plant) -> None:
    """The one that acts is asked to end; the spare acts, and a new one stands by."""
    plant.wait_for_spare()
    old, epoch = wait_until(plant.holder, 20, "nobody holds the lease"), plant.epoch()
    os.kill(old, signal.SIGTERM)
    wait_until(lambda: plant.epoch() > epoch, 30, "nobody took over")
    plant.wait_for_routing()
    plant.workers.remove(old)
    plant.start_worker()


# --- the webs


@dataclass
class Site:
    """Two webs and what a proxy knows of them: which are asked. `cookie`: of a signed-in agent."""

    plant: Plant
    cookie: str
    ports: list[int] = field(default_factory=list)
    processes: list[subprocess.Popen[bytes]] = field(default_factory=list)
    rotation: list[int] = field(default_factory=list)
    asked: Counter[int] = field(default_factory=Counter)
    """By port: requests not yet answered."""

    def start(self, number: int) -> None:
        log = (self.plant.line.directory / f"web-{number}.log").open("ab")
        command = [sys.executable, *web.arguments("127.0.0.1", self.ports[number])]
        started = subprocess.Popen(
            command, cwd=PROJECT, env=self.plant.product.environment, stdout=log, stderr=log
        )
        self.processes[number : number + 1] = [started]
        wait_until(lambda: _answers(self.ports[number]), 60, "a web did not come up")
        self.rotation.append(self.ports[number])

    def replace(self, number: int) -> None:
        self.rotation.remove(self.ports[number])
        # What was asked before is answered first, as a proxy sees to it.
        wait_until(lambda: not self.asked[self.ports[number]], 30, "a web did not answer")
        self.processes[number].terminate()
        self.processes[number].wait(30)
        self.start(number)


def _answers(port: int) -> bool:
    try:
        with urlopen(f"http://127.0.0.1:{port}/sign-in/", timeout=5):
            return True
    except OSError as problem:
        return getattr(problem, "code", None) is not None


@contextmanager
def pages_of(plant: Plant) -> Iterator[Site]:
    [key] = plant.product.furnished_by("benchmarks.sign_in", "1")["keys"]
    site = Site(plant, f"sessionid={key}", [free_port() for _ in range(WEBS)])
    try:
        for number in range(WEBS):
            site.start(number)
        yield site
    finally:
        for process in site.processes:
            process.terminate()
        for process in site.processes:
            process.wait(30)


@dataclass
class Seen:
    """What readers got, 0 for no answer; `broken`: how that came."""

    statuses: Counter[int] = field(default_factory=Counter)
    broken: list[str] = field(default_factory=list)
    slowest: float = 0.0

    def __str__(self) -> str:
        good = sum(count for status, count in self.statuses.items() if 0 < status < 400)
        others = {status: count for status, count in self.statuses.items() if status >= 400}
        return f"{good:,} pages well, {others or 'none'} else, {len(self.broken)} broken, slowest {self.slowest:.1f} s"


@contextmanager
def reading(site: Site, readers: int) -> Iterator[Seen]:
    """Pages asked for one after the other, each by a connection of its own to one of the webs in the rotation."""
    seen, stopped, lock = Seen(), threading.Event(), threading.Lock()

    def read(mine: int) -> None:
        turn = mine
        while not stopped.wait(0.1):
            turn += 1
            with lock:
                there = site.rotation
                port, page = there[turn % len(there)], PAGES[turn % len(PAGES)]
                site.asked[port] += 1
            began = time.monotonic()
            try:
                status = _get(port, page, site.cookie)
            except (OSError, HTTPException) as problem:
                status, broken = 0, [f"{page} {type(problem).__name__}"]
            else:
                broken = []
            with lock:
                site.asked[port] -= 1
                seen.broken += broken
                seen.statuses[status] += 1
                seen.slowest = max(seen.slowest, time.monotonic() - began)

    threads = [threading.Thread(target=read, args=(mine,), daemon=True) for mine in range(readers)]
    for thread in threads:
        thread.start()
    try:
        yield seen
    finally:
        stopped.set()
        for thread in threads:
            thread.join(30)


def _get(port: int, page: str, cookie: str) -> int:
    connection = HTTPConnection("127.0.0.1", port, timeout=30)
    try:
        connection.request("GET", page, headers={"Host": "acme.localhost", "Cookie": cookie})
        answer = connection.getresponse()
        answer.read()
        return answer.status
    finally:
        connection.close()
