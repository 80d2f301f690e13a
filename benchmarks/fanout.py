"""(g) One web process and thousands of sockets: a state to all twice a second, and to each what is theirs alone.

Our hub, the stock path of Channels (`group_send` in one event loop) and the `websockets` library alone stand on the
same Valkey and hear the same stream. What is compared is the processor time one message costs the web process: it
does not depend on what else the machine does. One socket in a hundred never reads.
"""

import asyncio
import os
import secrets
import subprocess
import sys
import tempfile
from contextlib import ExitStack
from functools import partial
from pathlib import Path

from benchmarks.crowd import Listener, crowd
from benchmarks.harness import Report, Target, by_turns, check, percentile, ratio
from benchmarks.processes import cpu_seconds, megabytes, stop
from contactcenter.run import web
from contactcenter.run.valkey import Valkey, free_port

TITLE = "g · A thousand and more sockets"
SIZES = {1_000: 3, 5_000: 1}
"""Sockets, and how often it is measured: five thousand of them take a minute a subject."""
SECONDS, EVERYBODY_PER_SECOND, OWN_PER_SECOND = 5, 2, 200
STALLED_SHARE = 0.01
QUIET_SECONDS = 4
SUBJECTS = {"hub": "our hub", "group": "stock, group_send in one event loop", "bare": "`websockets` alone"}


def run(repeats: int) -> Report:
    with ExitStack() as stack:
        home = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="bench-")))
        valkey = Valkey(home, free_port(), secrets.token_hex(16))
        stack.callback(stop, valkey.start(home / "valkey.log"))
        environment = os.environ | {"BENCH_REDIS": valkey.url}
        found = {}
        for size, most in SIZES.items():
            subjects = {name: partial(_measure, name, size, environment) for name in SUBJECTS}
            found[size] = by_turns(subjects, min(repeats, most))
    return _report(found)


def _report(found: dict[int, dict[str, dict[str, list[float]]]]) -> Report:
    report = Report(TITLE)
    for size, of_size in found.items():
        workload = f"{size:,} sockets, {size * EVERYBODY_PER_SECOND + OWN_PER_SECOND:,} messages/s"
        for name, words in SUBJECTS.items():
            values = of_size[name]
            report.row(workload, words, "messages per CPU second", "1/s", values["per_cpu"])
            report.row(workload, words, "p99", "ms", values["p99"])
            report.row(workload, words, "own messages lost", "%", values["lost"])
            report.row(workload, words, "memory of the web process", "MB", values["memory"])
        hub = of_size["hub"]
        stock, bare = (of_size[name]["per_cpu"] for name in ("group", "bare"))
        report.targets += [
            Target(f"ours ÷ stock per CPU second, {size:,}", ratio(hub["per_cpu"], stock), at_least=2.4),
            Target(f"ours ÷ bare per CPU second, {size:,}", ratio(hub["per_cpu"], bare), at_least=0.2),
            Target(f"our own messages lost in %, {size:,}", max(hub["lost"]), at_most=0),
            Target(f"our p99 in ms, {size:,}", percentile(hub["p99"], 50), at_most=500, is_gate=False),
        ]
    report.checks.append(("each of our sockets that reads got its messages once and in order", "all rounds"))
    return report


def _measure(name: str, size: int, environment: dict[str, str]) -> dict[str, float]:
    port = free_port()
    server = _server(name, port, environment)
    try:
        return asyncio.run(_round(name, size, port, server, environment))
    finally:
        stop(server)


def _server(name: str, port: int, environment: dict[str, str]) -> subprocess.Popen:
    """Ours as `make run` starts it, the stock one as daphne's own page says."""
    application = "benchmarks.fanout_app:application"
    commands = {
        "hub": [*web.arguments("127.0.0.1", port), "--application", application],
        "group": ["-m", "daphne", "-b", "127.0.0.1", "-p", str(port), "-v", "0", application],
        "bare": ["-m", "benchmarks.fanout_bare", str(port)],
    }
    return subprocess.Popen([sys.executable, *commands[name]], env=environment, stdout=subprocess.DEVNULL)


async def _round(
    name: str, size: int, port: int, server: subprocess.Popen, environment: dict[str, str]
) -> dict[str, float]:
    await _until_it_answers(port, server)
    listeners = await crowd(f"/{name}", port, size)
    stalled = listeners[:: int(1 / STALLED_SHARE)]
    for listener in stalled:
        listener.stall()
    before = cpu_seconds(server.pid)
    publisher = await asyncio.create_subprocess_exec(
        sys.executable, "-m", "benchmarks.fanout_publisher", name, str(size), str(SECONDS),
        str(EVERYBODY_PER_SECOND), str(OWN_PER_SECOND), env=environment,
    )  # fmt: skip
    check(await publisher.wait() == 0, "the publisher failed")
    reading = [listener for listener in listeners if listener not in set(stalled)]
    await _until_quiet(reading)
    used = cpu_seconds(server.pid) - before
    found = _figures(name, size, reading) | {"memory": megabytes(server.pid)}
    found["per_cpu"] = found.pop("got") / used
    for listener in listeners:
        listener.close()
    return found


def _figures(name: str, size: int, reading: list[Listener]) -> dict[str, float]:
    """Numbers below a million went to everybody; others to the socket whose place they name."""
    to_all = SECONDS * EVERYBODY_PER_SECOND
    own_sent = own_got = 0
    for place, listener in ((listener.ready.result(), listener) for listener in reading):
        numbers = listener.heard.numbers
        check(name != "hub" or numbers_of(numbers, to_all), f"{name}: twice, out of order, or not all")
        own_got += sum(number >= OWN_FROM for number in numbers)
        own_sent += own_messages(place, size, SECONDS * OWN_PER_SECOND)
    delays = [delay for listener in reading for delay in listener.heard.delays]
    got = sum(len(listener.heard.numbers) for listener in reading)
    lost = 100 * (1 - own_got / own_sent) if own_sent else 0.0
    return {"got": got, "p99": percentile(delays, 99), "lost": lost}


OWN_FROM = 1_000_000


def own_messages(place: int, size: int, sent: int) -> int:
    """How many of `sent` messages went to this place: they go round."""
    return sent // size + (place < sent % size)


def numbers_of(numbers: list[int], to_all: int) -> bool:
    shared = [number for number in numbers if number < OWN_FROM]
    own = [number for number in numbers if number >= OWN_FROM]
    return shared == list(range(to_all)) and own == sorted(set(own))


async def _until_quiet(listeners: list[Listener]) -> None:
    """A machine that does much else may let us wait for more than a second."""
    before, silent = -1, 0
    while silent < QUIET_SECONDS:
        now = sum(len(listener.heard.numbers) for listener in listeners)
        before, silent = now, silent + 1 if now == before else 0
        await asyncio.sleep(1)


async def _until_it_answers(port: int, server: subprocess.Popen) -> None:
    for _ in range(300):
        check(server.poll() is None, "the server did not start")
        try:
            _, writer = await asyncio.open_connection("127.0.0.1", port)
        except OSError:
            await asyncio.sleep(0.1)
        else:
            writer.close()
            return
    check(False, "the server does not answer")
