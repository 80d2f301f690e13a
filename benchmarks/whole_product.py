"""The whole product for a benchmark: database, Valkey, web, telephony worker and a switch, each a process of its own.

It is the stage of the contract tests (tests/contract/product.py), furnished for load: wrap-up of a few seconds, nothing
recorded, a patience that survives a busy machine, and the product's own pool of connections.
"""

from __future__ import annotations

import shutil
import subprocess
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from contactcenter.run.product import celery_processes
from tests.contract.driver import DOMAIN, SwitchUnderTest, free_port, wait_until
from tests.contract.furnish import PASSWORD
from tests.contract.product import Product, running_product
from tests.servers import SERVERS

CALLS = "select count(*) from acme.telephony_call"
OPEN_CALLS = f"{CALLS} where ended_at is null"
POOL = 16
"""The product's own default; tests have none."""
MOST_AT_ONCE = 100
"""Agents who ask to be ready in one moment: an order that has waited for ten seconds is refused."""
FURNISH = "update acme.telephony_queue set wrap_up_seconds = %s, is_recorded = false, max_wait_seconds = 300"


@dataclass
class Stage:
    """A running product; `agents` are ready, with a phone each that answers by itself."""

    product: Product
    agents: list[dict[str, Any]]

    @property
    def line(self) -> SwitchUnderTest:
        return self.product.line

    def pids(self) -> dict[str, int]:
        """web, worker, switch and what else was started, by name."""
        found = {name: process.pid for name, process in self.product.processes.items()}
        return found | ({"switch": self.line.process.pid} if self.line.process else {})

    def everybody(self) -> dict[str, int]:
        """Those and the stores: all whose processor time the product is."""
        stores = {"postgres": "PostgreSQL", "valkey": "Valkey"}
        return self.pids() | {stores[name]: server.pid for name, server in SERVERS._running.items()}

    def start_tasks(self) -> None:
        """Celery, as the product starts it; returns before it is up."""
        for name, words in celery_processes(Path(self.product.environment["RUN_DIR"])).items():
            self.product._start(name, *words)

    def count(self, query: str, *values: Any) -> int:
        return int(self.product.rows(query, *values)[0][0])


@contextmanager
def stage(kind: str, *, agents: int, wrap_up_seconds: int = 2, phones: Any = None) -> Iterator[Stage]:
    """`kind` is "rehearsal" or "freeswitch". `phones(line, agents)` registers them; a rehearsal switch does its own."""
    SERVERS.start_postgres()
    directory = Path(tempfile.mkdtemp(prefix="cc-bench-"))
    web_port = free_port()
    line = _switch(kind)(directory, web_url=f"http://127.0.0.1:{web_port}")
    try:
        line.start()
        with running_product(line, web_port, f"bench_{web_port}") as product:
            product.more["DATABASE_POOL"] = str(POOL)
            yield _furnished(product, agents, wrap_up_seconds, phones or _own_phones)
    finally:
        stop_switch(line)
        SERVERS.stop()
        shutil.rmtree(directory, ignore_errors=True)


def _switch(kind: str) -> type[SwitchUnderTest]:
    if kind == "rehearsal":
        from tests.contract.rehearsed import RehearsalUnderTest

        return RehearsalUnderTest
    from tests.contract.real import FreeSwitchUnderTest

    return FreeSwitchUnderTest


def _furnished(product: Product, count: int, wrap_up_seconds: int, phones: Any) -> Stage:
    agents = product.furnish(count)
    with_short_wrap_up = product.rows(f"{FURNISH} returning id", wrap_up_seconds)
    assert with_short_wrap_up, "there is no queue"
    product.start_web()
    product.start_worker()
    phones(product.line, agents)
    product.wait_for_phones(*(agent["username"] for agent in agents))
    ready = "select count(*) from acme.telephony_agent where routing_status = 'ready'"
    for begin in range(0, count, MOST_AT_ONCE):
        product.make_ready([agent["id"] for agent in agents[begin : begin + MOST_AT_ONCE]])
        so_far = min(count, begin + MOST_AT_ONCE)
        wait_until(
            lambda done=so_far: product.rows(ready) == [(done,)], 60, "the agents did not become ready"
        )
    return Stage(product, agents)


def _own_phones(line: SwitchUnderTest, agents: list[dict[str, Any]]) -> None:
    for agent in agents:
        line.phone(agent["username"], DOMAIN, PASSWORD, answer_after=0.5)


def stop_switch(line: SwitchUnderTest) -> None:
    line.stop_beating()
    for party in line.parties:
        if hasattr(party, "process"):
            party.stop()
    if hasattr(line, "switch"):
        line.switch.close()
    if line.process:
        line.process.terminate()
        try:
            line.process.wait(20)
        except subprocess.TimeoutExpired:
            line.process.kill()
            line.process.wait()
    if hasattr(line, "web"):
        line.web.close()
