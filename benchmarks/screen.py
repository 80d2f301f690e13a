"""(b) From an event to the browsers: the product's hub beside the stock path of Channels, 100 events a second.

One daphne process serves both kinds of socket over the same Valkey. A publisher in a process of its own stamps each
message and sends it; the clients (here) take the time at which the text is in their hands. Stock means `group_send` and
a consumer with a handler, through channels_redis: from synchronous code, as its documentation says, by
`async_to_sync`; and, in its favour, from a program that lives in one event loop.
"""

import asyncio
import json
import os
import secrets
import subprocess
import sys
import tempfile
import time
from contextlib import ExitStack
from functools import partial
from pathlib import Path

import websockets

from benchmarks.harness import Report, Target, by_turns, check, percentile, ratio
from benchmarks.processes import stop
from contactcenter.run.valkey import Valkey, free_port

TITLE = "b · Event to browser"
RATE, SECONDS, CLIENTS = 100, 2.5, 10
EVENTS = int(RATE * SECONDS)
SUBJECTS = {
    "hub": "our hub, sync publish",
    "group": "stock, group_send in one event loop",
    "group_sync": "stock, async_to_sync(group_send)",
}


def run(repeats: int) -> Report:
    with ExitStack() as stack:
        home = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="bench-")))
        valkey = Valkey(home, free_port(), secrets.token_hex(16))
        stack.callback(stop, valkey.start(home / "valkey.log"))
        environment = os.environ | {"BENCH_REDIS": valkey.url}
        port = free_port()
        stack.callback(stop, _daphne(port, environment))
        found = by_turns({name: partial(_measure, name, port, environment) for name in SUBJECTS}, repeats)
    return _report(found)


def _report(found: dict[str, dict[str, list[float]]]) -> Report:
    report = Report(TITLE)
    workload = f"{RATE} events/s to {CLIENTS} sockets"
    for name, words in SUBJECTS.items():
        for figure in ("p50", "p99"):
            report.row(workload, words, figure, "ms", found[name][figure])
        report.row(workload, words, "lost", "%", found[name]["lost"])
        report.row(workload, words, "events sent per second", "1/s", found[name]["rate"])
    for name in ("group", "group_sync"):
        for figure in ("p50", "p99"):
            pairs = zip(found[name][figure], found["hub"][figure], strict=True)
            report.row(
                workload, f"{SUBJECTS[name]} ÷ ours", f"{figure}, ratio", "×", [a / b for a, b in pairs]
            )
    p50 = sorted(found["hub"]["p50"])[len(found["hub"]["p50"]) // 2]
    p99 = sorted(found["hub"]["p99"])[len(found["hub"]["p99"]) // 2]
    for name in ("group_sync", "group"):
        gain = ratio(found[name]["p50"], found["hub"]["p50"])
        report.targets.append(Target(f"{SUBJECTS[name]} ÷ ours, p50", gain, at_least=1))
    report.targets += [
        Target("our p50 in ms", p50, at_most=10, is_gate=False),
        Target("our p99 in ms", p99, at_most=50, is_gate=False),
    ]
    report.checks.append(
        ("every socket got every event of our hub once and in order", f"{EVENTS} × {CLIENTS} a round")
    )
    return report


def _daphne(port: int, environment: dict[str, str]) -> subprocess.Popen:
    command = [sys.executable, "-m", "daphne", "-b", "127.0.0.1", "-p", str(port), "-v", "0"]
    server = subprocess.Popen(
        [*command, "benchmarks.screen_app:application"], env=environment, stdout=subprocess.DEVNULL
    )
    asyncio.run(_until_it_answers(port, server))
    return server


async def _until_it_answers(port: int, server: subprocess.Popen) -> None:
    for _ in range(200):
        check(server.poll() is None, "daphne did not start")
        try:
            async with websockets.connect(f"ws://127.0.0.1:{port}/hub"):
                return
        except OSError:
            await asyncio.sleep(0.1)
    check(False, "daphne does not answer")


def _measure(name: str, port: int, environment: dict[str, str]) -> dict[str, float]:
    return asyncio.run(_round(name, port, environment))


async def _round(name: str, port: int, environment: dict[str, str]) -> dict[str, float]:
    path = "hub" if name == "hub" else "group"
    sockets = [await websockets.connect(f"ws://127.0.0.1:{port}/{path}") for _ in range(CLIENTS)]
    for socket in sockets:
        check(json.loads(await socket.recv())["type"] == "ready", "a socket did not get ready")
    publisher = await asyncio.create_subprocess_exec(
        sys.executable, "-m", "benchmarks.screen_publisher", name, str(RATE), str(EVENTS), env=environment,
        stdout=asyncio.subprocess.PIPE,
    )  # fmt: skip
    heard = await asyncio.gather(*(_listen(socket) for socket in sockets))
    said, _ = await publisher.communicate()
    for socket in sockets:
        await socket.close()
    got = sum(len(numbers) for numbers, _ in heard)
    for numbers, _ in heard:
        check(numbers == sorted(set(numbers)), f"{name}: a socket got an event twice or out of order")
    if name == "hub":
        check(
            got == EVENTS * CLIENTS, f"our hub lost {EVENTS * CLIENTS - got} of {EVENTS * CLIENTS} messages"
        )
    delays = [delay for _, each in heard for delay in each]
    return {
        "p50": percentile(delays, 50),
        "p99": percentile(delays, 99),
        "rate": EVENTS / float(said),
        "lost": 100 * (1 - got / (EVENTS * CLIENTS)),
    }


async def _listen(socket: websockets.ClientConnection) -> tuple[list[int], list[float]]:
    """(numbers, milliseconds on the way) until the last event, or five silent seconds after the first."""
    numbers: list[int] = []
    delays: list[float] = []
    while len(numbers) < EVENTS:
        try:
            text = await asyncio.wait_for(socket.recv(), 5 if numbers else 60)
        except TimeoutError:
            break
        now = time.time_ns()
        message = json.loads(text)
        numbers.append(message["number"])
        delays.append((now - message["sent"]) / 1e6)
    return numbers, delays
