"""`python -m benchmarks.stalled --pages 1000`: F11, pages that stop reading while ten messages a second go to all.

The product's own web process. First every page reads, then one in twenty no longer does: told are the milliseconds to
the others' pages in both, what the web's memory grew by, and after how many seconds the last stalled page was closed.
Exit code 1 when another page missed a message, memory grew by more than 50 MB, or one was not closed within 15 s.
"""

from __future__ import annotations

import argparse
import asyncio
import json
import sys
import time
from dataclasses import dataclass
from typing import Any

from benchmarks.crowd import Listener
from benchmarks.harness import machine, percentile
from benchmarks.processes import cpu_seconds, megabytes
from benchmarks.storm import HOST, _web

EVERY = 0.1
ONE_IN = 20
MOST_MEGABYTES, CLOSED_WITHIN = 50.0, 15.0
PADDING = "x" * 600


@dataclass
class Seen:
    """Of one half: milliseconds to the pages that read, messages they missed, and what the web used."""

    p50: float
    p99: float
    missed: int
    grown: float
    cpu_ms: float
    closed_after: float = 0.0

    def __str__(self) -> str:
        return (
            f"p50 {self.p50:.0f} ms, p99 {self.p99:.0f} ms, {self.missed} missed, +{self.grown:.1f} MB,"
            f" {self.cpu_ms * 1e3:.0f} µs of processor a message and page"
        )


def main() -> int:
    asked = argparse.ArgumentParser(prog="python -m benchmarks.stalled", description=__doc__)
    asked.add_argument("--pages", type=int, default=1_000)
    asked.add_argument("--seconds", type=float, default=25.0, help="of each half")
    options = asked.parse_args()
    where = machine()
    with _web(options.pages) as (product, keys):
        product.start_web()
        all_read, some_stalled = asyncio.run(_both(product, keys, options.seconds))
    problems = _problems(some_stalled)
    print(f"Machine: {where}\nall {options.pages} read: {all_read}\none in {ONE_IN} stalled: {some_stalled}")
    print(f"the last stalled page was closed after {some_stalled.closed_after:.1f} s")
    print("\n".join(f"PROBLEM: {problem}" for problem in problems))
    return 1 if problems else 0


async def _both(product: Any, keys: list[str], seconds: float) -> tuple[Seen, Seen]:
    loop, pages = asyncio.get_running_loop(), []
    for begin in range(0, len(keys), 25):
        for key in keys[begin : begin + 25]:
            address = f"{HOST}:{product.web_port}"
            page = Listener("/ws/workspace/", product.web_port, address, f"sessionid={key}")
            await loop.create_connection(lambda page=page: page, "127.0.0.1", product.web_port)
            pages.append(page)
        async with asyncio.timeout(120):
            await asyncio.gather(*(page.ready for page in pages[begin:]))
    found = await _told(product, pages, [], seconds), await _told(product, pages, pages[::ONE_IN], seconds)
    for page in pages:
        page.close()
    return found


async def _told(product: Any, pages: list[Listener], stalled: list[Listener], seconds: float) -> Seen:
    for page in pages:
        page.heard.numbers.clear()
        page.heard.delays.clear()
    for page in stalled:
        page.stall()
    pid, redis, began = product.processes["web"].pid, product._redis(), time.monotonic()
    before, used, most, sent, closed_after = megabytes(pid), cpu_seconds(pid), 0.0, 0, 0.0
    readers = [page for page in pages if page not in set(stalled)]
    while (now := time.monotonic() - began) < seconds:
        sent += 1
        message = {"type": "queues", "number": sent, "sent": time.time_ns(), "padding": PADDING}
        redis.publish("rt:acme:workspaces", json.dumps(message))
        most = max(most, megabytes(pid))
        if _closed_by_the_web(product) < len(stalled):
            closed_after = now
        await asyncio.sleep(EVERY)
    used = cpu_seconds(pid) - used
    await asyncio.sleep(2)
    delays = [delay for page in readers for delay in page.heard.delays]
    return Seen(
        percentile(delays, 50),
        percentile(delays, 99),
        sum(sent - len(page.heard.numbers) for page in readers),
        most - before,
        used * 1e3 / (sent * len(readers)),
        closed_after,
    )


def _closed_by_the_web(product: Any) -> int:
    """Who does not read does not see the end either: the web says whom it closed as too slow (4408)."""
    return (product.logs / "web.log").read_bytes().count(b"4408")


def _problems(seen: Seen) -> list[str]:
    found = []
    if seen.missed:
        found.append(f"{seen.missed} messages did not reach a page that reads")
    if seen.grown > MOST_MEGABYTES:
        found.append(f"the web grew by {seen.grown:.0f} MB")
    if seen.closed_after > CLOSED_WITHIN + EVERY * 10:
        found.append(f"a stalled page stayed {seen.closed_after:.1f} s")
    return found


if __name__ == "__main__":
    sys.exit(main())
