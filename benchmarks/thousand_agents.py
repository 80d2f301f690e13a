"""`python -m benchmarks.thousand_agents --minutes 3 --rate 20`: a thousand agents' pages beside live calls.

The whole product on the rehearsal switch, Celery included: every agent has a phone that answers by itself after half a
second and a page that listens, one supervisor's board is open, and callers dial in at a steady rate. Told are the
milliseconds from the offer's own moment to the first word of the call on its agent's page (the pop), the age of what
the board is told, the memory of each process, and whose processor time it was. An offer the page heard of only when the
phone had been picked up counts like every other, and how many they were is said. Exit code 1 when a page was lost, a
call refused, an offer never heard by its agent, news could not be sent, or a figure missed what is wanted: pop p99
250 ms, board p99 a second, memory flat; the figures are printed anyway.
"""

from __future__ import annotations

import argparse
import asyncio
import sys
import time
from collections import defaultdict
from dataclasses import dataclass, field
from random import Random
from statistics import median

import orjson

from benchmarks.crowd import Listener
from benchmarks.harness import machine, percentile
from benchmarks.processes import megabytes
from benchmarks.processor_time import Reading, read, table
from benchmarks.soak import Soaked, place_one
from benchmarks.storm import HOST
from benchmarks.whole_product import OPEN_CALLS, POOL, Stage, stage
from tests.contract.driver import event_socket, wait_until

POP_P99, BOARD_AGE = 250.0, 1_000.0
AT_ONCE = 20
SAMPLE_EVERY = 5.0
SETTLE, QUIET = 10.0, 15.0
"""Seconds after the last page has opened, and then of looking at what costs something though nobody calls."""
FLAT, FLAT_MB = 0.1, 16.0
"""A process may grow by this part from the middle third of the run to its last; below so many MB it is noise."""
OFFERS = "select id::text, agent_id, call_id::text, extract(epoch from offered_at)::float8 from acme.telephony_offer"
UNSENT = b"news could not be published"


@dataclass(frozen=True)
class Offer:
    id: str
    agent_id: int
    call_id: str
    at: float


@dataclass
class Told:
    """By all pages: when each heard of each call; by the board: how old each row was."""

    heard: defaultdict[tuple[int, str], list[tuple[float, str]]] = field(
        default_factory=lambda: defaultdict(list)
    )
    """By agent and call: each moment, and which offer rang then by what was told; "" when none did."""
    ages: list[float] = field(default_factory=list)
    memory: dict[str, list[float]] = field(default_factory=dict)
    processor: list[Reading] = field(default_factory=list)
    lost_pages: int = 0
    unsent: int = 0
    """Times a process could not send news."""


@dataclass
class Pops:
    """`late`: told of only when the phone no longer rang. `never`: the page was told nothing of the call."""

    delays: list[float] = field(default_factory=list)
    late: int = 0
    never: int = 0


class Page(Listener):
    """An agent's page: of the news only those about calls are read."""

    told: Told
    agent_id: int

    def _take(self, body: bytes) -> None:
        if body.startswith(b'{"type":"call"'):
            row = orjson.loads(body)["row"]
            self.told.heard[self.agent_id, row["id"]].append(
                (time.time(), row["offer"]["id"] if row["offer"] else "")
            )
        super()._take(body)


class Board(Listener):
    """A supervisor's: queues' rows say when they were counted, in microseconds."""

    told: Told

    def _take(self, body: bytes) -> None:
        if body.startswith(b'{"type":"queue"'):
            self.told.ages.append(time.time() * 1e3 - orjson.loads(body)["row"]["version"] / 1e3)
        super()._take(body)


def main() -> int:
    asked = argparse.ArgumentParser(prog="python -m benchmarks.thousand_agents", description=__doc__)
    asked.add_argument("--minutes", type=float, default=3.0)
    asked.add_argument("--rate", type=float, default=20.0, help="calls per second")
    asked.add_argument("--agents", type=int, default=1_000)
    asked.add_argument("--without-tasks", action="store_true", help="no Celery")
    options = asked.parse_args()
    where = machine()
    with stage("rehearsal", agents=options.agents) as running:
        # What the driver itself hears of the switch would be paid by the switch for a second time.
        running.line.switch.close()
        if not options.without_tasks:
            running.start_tasks()
        signed_in = running.product.furnished_by("benchmarks.sign_in", str(options.agents), "supervisor")
        placed, told = asyncio.run(_watch(running, signed_in, options.minutes * 60, options.rate))
        wait_until(lambda: running.count(OPEN_CALLS) == 0, 120, "calls stay open")
        offers = [Offer(*row) for row in running.product.rows(OFFERS)]
        told.unsent = sum(log.read_bytes().count(UNSENT) for log in running.product.logs.glob("*.log"))
    pops = judged(offers, told)
    problems = _problems(told, pops, placed)
    print(_page(where, placed, told, pops, problems))
    return 1 if problems else 0


async def _watch(running: Stage, signed_in: dict, seconds: float, rate: float) -> tuple[Soaked, Told]:
    told, port = Told(), running.product.web_port
    *agents, supervisor = signed_in["keys"]
    pages = await _open(Page, "/ws/workspace/", port, agents, told)
    for page, agent_id in zip(pages, signed_in["agents"], strict=True):
        page.agent_id = agent_id  # type: ignore[attr-defined]
    pages += await _open(Board, "/ws/floor/", port, [supervisor], told)
    await asyncio.sleep(SETTLE)
    told.processor.append(read(running.everybody()))
    await asyncio.sleep(QUIET)
    placed = Soaked(machine="", seconds=0, placed=0)
    told.processor.append(read(running.everybody()))
    await asyncio.to_thread(_call, running, placed, told, seconds, rate)
    told.processor.append(read(running.everybody()))
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
                for name, pid in running.pids().items():
                    told.memory.setdefault(name, []).append(megabytes(pid))
            place_one(ask, placed, random)
            time.sleep(max(0.0, began + (placed.placed + placed.refused) / rate - time.monotonic()))
    placed.seconds = time.monotonic() - began


def judged(offers: list[Offer], told: Told) -> Pops:
    """Each offer by the first thing its agent's page heard of the call once it was made."""
    pops = Pops()
    for offer in offers:
        since = [one for one in told.heard.get((offer.agent_id, offer.call_id), ()) if one[0] >= offer.at]
        if not since:
            pops.never += 1
            continue
        at, ringing = since[0]
        pops.delays.append((at - offer.at) * 1e3)
        pops.late += ringing != offer.id
    return pops


def _problems(told: Told, pops: Pops, placed: Soaked) -> list[str]:
    found = []
    if not pops.delays or not told.ages:
        found.append("nobody was rung, or the board was told nothing: nothing was measured")
    if told.lost_pages:
        found.append(f"{told.lost_pages} pages lost their socket")
    if pops.never:
        found.append(f"{pops.never} offers were never heard by their agent's page")
    if told.unsent:
        found.append(f"news could not be sent {told.unsent} times")
    if pops.delays and percentile(pops.delays, 99) > POP_P99:
        found.append(f"pop p99 {percentile(pops.delays, 99):.0f} ms, wanted {POP_P99:.0f}")
    if told.ages and percentile(told.ages, 99) > BOARD_AGE:
        found.append(f"board p99 {percentile(told.ages, 99):.0f} ms old, wanted {BOARD_AGE:.0f}")
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


def _page(where: str, placed: Soaked, told: Told, pops: Pops, problems: list[str]) -> str:
    delays, ages = pops.delays or [0.0], told.ages or [0.0]
    begun, calling, ended = told.processor
    lines = [
        f"Machine: {where}",
        f"{placed.placed} calls in {placed.seconds:.0f} s ({placed.placed / placed.seconds:.1f}/s),"
        f" refused {placed.refused}; {len(pops.delays) + pops.never} offers; pools of {POOL}",
        f"pop: p50 {percentile(delays, 50):.0f} ms, p99 {percentile(delays, 99):.0f} ms, most {max(delays):.0f} ms;"
        f" {pops.late} heard of only when the phone no longer rang, {pops.never} never",
        f"board: {len(ages)} rows, p50 {percentile(ages, 50):.0f} ms, p99 {percentile(ages, 99):.0f} ms old",
        *(f"{name}: {values[0]:.0f} → {values[-1]:.0f} MB" for name, values in told.memory.items()),
        *table((begun, calling), (calling, ended), placed.placed),
        *(f"PROBLEM: {problem}" for problem in problems),
    ]
    return "\n".join(lines)


if __name__ == "__main__":
    sys.exit(main())
