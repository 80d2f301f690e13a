"""`python -m benchmarks.thousand_agents --minutes 3 --rate 20`: a thousand agents' pages beside live calls.

The whole product on the rehearsal switch: every agent has a phone that answers by itself and a page that listens, one
supervisor's board is open, and callers dial in at a steady rate. Told are the milliseconds from the offer's own moment
to the agent's page (the pop), the age of what the board is told, and the memory of each process. Exit code 1 when a
page was lost, a call refused, an offer not heard by its agent, or a figure missed what is wanted: pop p99 250 ms, board
p99 a second, memory flat; the figures are printed anyway.
"""

from __future__ import annotations

import argparse
import asyncio
import json
import sys
import time
from dataclasses import dataclass, field
from datetime import datetime
from random import Random
from statistics import median

from benchmarks.crowd import Listener
from benchmarks.harness import machine, percentile
from benchmarks.processes import megabytes
from benchmarks.soak import Soaked, place_one
from benchmarks.storm import HOST, POOL_OF_WEB
from benchmarks.whole_product import OPEN_CALLS, Stage, stage
from tests.contract.driver import event_socket, wait_until

POP_P99, BOARD_AGE = 250.0, 1_000.0
AT_ONCE = 20
SAMPLE_EVERY = 5.0
FLAT, FLAT_MB = 0.1, 16.0
"""A process may grow by this part from the middle third of the run to its last; below so many MB it is noise."""


@dataclass
class Told:
    """By all pages: offers heard and how late; by the board: how old each row was."""

    offers: dict[str, float] = field(default_factory=dict)
    """The first milliseconds at which an offer was on its agent's page, by the offer's id."""
    ages: list[float] = field(default_factory=list)
    memory: dict[str, list[float]] = field(default_factory=dict)
    lost_pages: int = 0


class Page(Listener):
    """An agent's page: of the news about calls only the offers are read."""

    told: Told

    def _take(self, body: bytes) -> None:
        if body.startswith(b'{"type":"call"') and b'"offered_at"' in body:
            offer = json.loads(body)["row"]["offer"]
            self.told.offers.setdefault(offer["id"], _since(offer["offered_at"]))
        super()._take(body)


class Board(Listener):
    """A supervisor's: queues' rows say when they were counted, in microseconds."""

    told: Told

    def _take(self, body: bytes) -> None:
        if body.startswith(b'{"type":"queue"'):
            self.told.ages.append(time.time() * 1e3 - json.loads(body)["row"]["version"] / 1e3)
        super()._take(body)


def _since(moment: str) -> float:
    return (time.time() - datetime.fromisoformat(moment).timestamp()) * 1e3


def main() -> int:
    asked = argparse.ArgumentParser(prog="python -m benchmarks.thousand_agents", description=__doc__)
    asked.add_argument("--minutes", type=float, default=3.0)
    asked.add_argument("--rate", type=float, default=20.0, help="calls per second")
    asked.add_argument("--agents", type=int, default=1_000)
    options = asked.parse_args()
    where = machine()
    with stage("rehearsal", agents=options.agents) as running:
        keys = running.product.furnished_by("benchmarks.sign_in", str(options.agents), "supervisor")["keys"]
        placed, told = asyncio.run(_watch(running, keys, options.minutes * 60, options.rate))
        wait_until(lambda: running.count(OPEN_CALLS) == 0, 120, "calls stay open")
        rung = {str(row[0]) for row in running.product.rows("select id from acme.telephony_offer")}
    problems = _problems(told, rung, placed)
    print(_page(where, placed, told, rung, problems))
    return 1 if problems else 0


async def _watch(running: Stage, keys: list[str], seconds: float, rate: float) -> tuple[Soaked, Told]:
    told, port = Told(), running.product.web_port
    *agents, supervisor = keys
    pages = await _open(Page, "/ws/workspace/", port, agents, told)
    pages += await _open(Board, "/ws/floor/", port, [supervisor], told)
    placed = Soaked(machine="", seconds=0, placed=0)
    await asyncio.to_thread(_call, running, placed, told, seconds, rate)
    # Those who rang last still have to be told.
    await asyncio.sleep(5)
    told.lost_pages = sum(page.is_lost for page in pages)
    for page in pages:
        page.close()
    return placed, told


async def _open(kind: type[Listener], path: str, port: int, keys: list[str], told: Told) -> list[Listener]:
    """So many at once as a page's handshake bears; all of them stay."""
    loop, found = asyncio.get_running_loop(), []
    for begin in range(0, len(keys), AT_ONCE):
        made = [
            kind(path, port, f"{HOST}:{port}", f"sessionid={key}") for key in keys[begin : begin + AT_ONCE]
        ]
        for page in made:
            page.told = told  # type: ignore[attr-defined]
            await loop.create_connection(lambda page=page: page, "127.0.0.1", port)
        async with asyncio.timeout(120):
            await asyncio.gather(*(page.ready for page in made))
        found += made
    return found


def _call(running: Stage, placed: Soaked, told: Told, seconds: float, rate: float) -> None:
    random, began = Random(1), time.monotonic()
    sample_at = began
    with event_socket(running.line.settings) as ask:
        while (now := time.monotonic()) - began < seconds:
            if now >= sample_at:
                sample_at = now + SAMPLE_EVERY
                running.line.log.heard.clear()
                for name, pid in running.pids().items():
                    told.memory.setdefault(name, []).append(megabytes(pid))
            place_one(ask, placed, random)
            time.sleep(max(0.0, began + (placed.placed + placed.refused) / rate - time.monotonic()))
    placed.seconds = time.monotonic() - began


def _problems(told: Told, rung: set[str], placed: Soaked) -> list[str]:
    found = []
    if not rung or not told.ages:
        found.append("nobody was rung, or the board was told nothing: nothing was measured")
    if told.lost_pages:
        found.append(f"{told.lost_pages} pages lost their socket")
    if unheard := rung - set(told.offers):
        found.append(f"{len(unheard)} of {len(rung)} offers were not heard by their agent's page")
    pops, ages = list(told.offers.values()), told.ages
    if pops and percentile(pops, 99) > POP_P99:
        found.append(f"pop p99 {percentile(pops, 99):.0f} ms, wanted {POP_P99:.0f}")
    if ages and percentile(ages, 99) > BOARD_AGE:
        found.append(f"board p99 {percentile(ages, 99):.0f} ms old, wanted {BOARD_AGE:.0f}")
    if placed.refused:
        found.append(f"{placed.refused} of {placed.placed + placed.refused} calls were refused by the switch")
    return found + _grown(told.memory)


def _grown(memory: dict[str, list[float]]) -> list[str]:
    """The first third is for what is read once: pages, code, statements."""
    found = []
    for name, values in memory.items():
        third = len(values) // 3
        before, after = (
            median(values[place : place + third] or values) for place in (third, len(values) - third)
        )
        if after - before > max(FLAT_MB, before * FLAT):
            found.append(
                f"{name} grew from {before:.0f} to {after:.0f} MB between the middle and the last third"
            )
    return found


def _page(where: str, placed: Soaked, told: Told, rung: set[str], problems: list[str]) -> str:
    pops, ages = list(told.offers.values()) or [0.0], told.ages or [0.0]
    lines = [
        f"Machine: {where}",
        f"{placed.placed} calls in {placed.seconds:.0f} s ({placed.placed / placed.seconds:.1f}/s),"
        f" refused {placed.refused}; {len(rung)} offers; web with a pool of {POOL_OF_WEB}",
        f"pop: p50 {percentile(pops, 50):.0f} ms, p99 {percentile(pops, 99):.0f} ms, most {max(pops):.0f} ms",
        f"board: {len(ages)} rows, p50 {percentile(ages, 50):.0f} ms, p99 {percentile(ages, 99):.0f} ms old",
        *(f"{name}: {values[0]:.0f} → {values[-1]:.0f} MB" for name, values in told.memory.items()),
        *(f"PROBLEM: {problem}" for problem in problems),
    ]
    return "\n".join(lines)


if __name__ == "__main__":
    sys.exit(main())
