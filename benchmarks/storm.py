"""(m) A deploy: the web process is killed and started again, and a thousand agents' pages come back to it.

The product's own web process with its database; each page is a signed-in agent's WebSocket that comes back as
static/js/live.js does (waits of 0.4 s that double up to 5 s, each times a random half to one and a half). Beside it
pages that come back all at once, again and again every 0.2 s. A page is live when it has its snapshot.
"""

from __future__ import annotations

import asyncio
import random
import shutil
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import partial
from pathlib import Path

import psycopg

from benchmarks.crowd import Listener
from benchmarks.harness import NotRun, Report, Target, by_turns, check, percentile
from benchmarks.processes import cpu_seconds

TITLE = "m · A thousand agents come back at once"
AGENTS = 1_000
PAST_CALLS = 20
"""Of each agent: as many as a page shows."""
LIMIT_SECONDS = 10.0
GIVE_UP_SECONDS = 120.0
HOST = "acme.localhost"
SUBJECTS = {"ours": "as our page comes back", "naive": "all at once, every 0.2 s"}


def waits_of_our_page() -> Iterator[float]:
    wait = 0.4
    while True:
        yield wait * (0.5 + random.random())
        wait = min(5.0, wait * 2)


def naive_waits() -> Iterator[float]:
    while True:
        yield 0.2


WAITS: dict[str, Callable[[], Iterator[float]]] = {"ours": waits_of_our_page, "naive": naive_waits}


def run(repeats: int, *, agents: int = AGENTS) -> Report:
    with _web(agents) as (product, keys):
        subjects = {name: partial(_storm, name, product, keys) for name in SUBJECTS}
        found = by_turns(subjects, min(repeats, 2))
    report, workload = Report(TITLE), f"{agents:,} agents of one tenant, one web process"
    for name, words in SUBJECTS.items():
        values = found[name]
        report.row(workload, words, "all live after the web answers", "s", values["all"])
        report.row(workload, words, "half of them live", "s", values["half"])
        report.row(workload, words, "the web's processor time for each page", "ms", values["cpu"])
        report.row(workload, words, "attempts", "each", values["attempts"])
        report.row(workload, words, "connections to the database, most", "", values["connections"])
    report.targets += [
        Target("all live after (s)", max(found["ours"]["all"]), at_most=LIMIT_SECONDS, is_gate=False),
        Target(
            "connections to the database", max(found["ours"]["connections"]), at_most=POOL_OF_WEB + OTHERS
        ),
    ]
    report.checks.append(("each page got its snapshot after the restart", "all rounds"))
    return report


POOL_OF_WEB = 10
"""The product's own default."""
OTHERS = 2
"""Of those connected to the database: who looks after the tests' servers, and one that is just going."""


@contextmanager
def _web(agents: int):  # noqa: ANN202
    try:
        from benchmarks.whole_product import stop_switch
        from tests.contract.driver import free_port
        from tests.contract.product import running_product
        from tests.contract.rehearsed import RehearsalUnderTest
    except ImportError as missing:
        raise NotRun(f"the tests' own product is not here: {missing}") from None
    from tests.servers import SERVERS

    SERVERS.start_postgres()
    directory, port = Path(tempfile.mkdtemp(prefix="cc-bench-")), free_port()
    line = RehearsalUnderTest(directory, web_url=f"http://127.0.0.1:{port}")
    try:
        line.start()
        with running_product(line, port, f"storm_{port}") as product:
            product.more["DATABASE_POOL"] = str(POOL_OF_WEB)
            product.furnish(agents)
            product.furnished_by("benchmarks.past_calls", str(PAST_CALLS))
            keys = product.furnished_by("benchmarks.sign_in", str(agents))["keys"]
            check(len(keys) == agents, "not everybody was signed in")
            yield product, keys
    finally:
        stop_switch(line)
        SERVERS.stop()
        shutil.rmtree(directory, ignore_errors=True)


def _storm(name: str, product, keys: list[str]) -> dict[str, float]:  # noqa: ANN001
    if "web" in product.processes:
        product.kill("web")
    return asyncio.run(_round(name, product, keys))


async def _round(name: str, product, keys: list[str]) -> dict[str, float]:  # noqa: ANN001
    """The pages try from the moment the old process is dead; the clock runs from the first answer of the new one."""
    pages = [
        asyncio.create_task(_come_back(key, product.web_port, WAITS[name](), number))
        for number, key in enumerate(keys)
    ]
    connections: list[int] = []
    watching = asyncio.create_task(_count_connections(product, connections))
    await asyncio.to_thread(product.start_web)
    answered, used = time.monotonic(), cpu_seconds(product.processes["web"].pid)
    async with asyncio.timeout(GIVE_UP_SECONDS):
        came = await asyncio.gather(*pages)
    used = cpu_seconds(product.processes["web"].pid) - used
    watching.cancel()
    moments = [max(0.0, moment - answered) for moment, _attempts, _page in came]
    for _moment, _attempts, page in came:
        page.close()
    return {
        "all": max(moments),
        "half": percentile(moments, 50),
        "cpu": used * 1e3 / len(came),
        "attempts": sum(attempts for _moment, attempts, _page in came) / len(came),
        "connections": float(max(connections)),
    }


async def _come_back(key: str, port: int, waits: Iterator[float], number: int) -> tuple[float, int, Listener]:
    loop = asyncio.get_running_loop()
    for attempt, wait in enumerate(waits, 1):
        await asyncio.sleep(wait)
        cookie = f"sessionid={key}"
        page = Listener("/ws/workspace/", port, f"{HOST}:{port}", cookie)
        try:
            await loop.create_connection(lambda page=page: page, "127.0.0.1", port)
            async with asyncio.timeout(60):
                await page.ready
        except (OSError, TimeoutError):
            page.close()
        else:
            return time.monotonic(), attempt, page
    raise AssertionError(number)


async def _count_connections(product, seen: list[int]) -> None:  # noqa: ANN001
    asked = (
        "select count(*) from pg_stat_activity where datname = current_database() and pid <> pg_backend_pid()"
    )
    connection = await psycopg.AsyncConnection.connect(product.database_url, autocommit=True)
    async with connection:
        while True:
            row = await (await connection.execute(asked)).fetchone()
            seen.append(row[0])
            await asyncio.sleep(0.2)
