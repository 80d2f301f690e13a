"""(h) The switch's questions to our web: who may register, where does a call go; then the same with the database down.

Thirty-two connections that stay open, as mod_xml_curl keeps them, ask the product's own web (daphne, Django, the rows)
for one of PHONES phones, or where a number with a published flow leads. Beside it stands a bare ASGI program under the
same server that answers from memory. Then the database takes no connection any more, and callers dial on the rehearsal
switch: what counts is who comes where the switch's own snapshot leads.
"""

from __future__ import annotations

import base64
import http.client
import itertools
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from functools import partial
from pathlib import Path
from urllib.parse import urlencode

import psycopg

from benchmarks.harness import Report, Target, by_turns, check, percentile, ratio
from telephony import facts
from tests.contract.driver import DOMAIN, HOT_LINE, free_port, wait_until
from tests.contract.furnish import PASSWORD
from tests.contract.product import WEB_SECRET, Product, running_product
from tests.contract.rehearsed import RehearsalUnderTest
from tests.contract.web import Phone
from tests.servers import SERVERS

TITLE = "h · Questions of the switch"
PHONES, CONNECTIONS, SECONDS, CALLERS = 5_000, 32, 4.0, 40
OURS_DIRECTORY, OURS_DIALPLAN, BARE = "our web, directory", "our web, dialplan", "bare ASGI, a fixed document"
FURNISH = f"""
import django; django.setup()
from telephony.actions import a1_hash
from telephony.models import Agent, Device
from tenants.context import enter
from tenants.people.models import Member
with enter("acme"):
    numbers = range(200_000, 200_000 + {PHONES})
    members = Member.objects.bulk_create([Member(username=f"p{{n}}", name=f"P{{n}}", roles=["agent"]) for n in numbers])
    agents = Agent.objects.bulk_create([
        Agent(member=member, name=member.name, extension=member.username[1:]) for member in members])
    Device.objects.bulk_create([
        Device(agent=agent, sip_username=agent.extension, a1_hash=a1_hash(agent.extension, "{DOMAIN}", "{PASSWORD}"))
        for agent in agents])
"""


def run(repeats: int) -> Report:
    with (
        tempfile.TemporaryDirectory(prefix="bench-") as home,
        a_product(Path(home)) as product,
        bare() as bare_port,
    ):
        asked = (f"{200_000 + place % PHONES}" for place in itertools.count())
        subjects = {
            OURS_DIRECTORY: partial(
                measure, product.web_port, "directory", partial(a_phone, asked), has_its_hash
            ),
            OURS_DIALPLAN: partial(measure, product.web_port, "dialplan", a_call, leads_into_the_queue),
            BARE: partial(
                measure, bare_port, "directory", partial(a_phone, asked), lambda _form, _text: True
            ),
        }
        found = by_turns(subjects, repeats)
        away = without_database(product)
    return report_of(found, away)


def report_of(found: dict[str, dict[str, list[float]]], away: list[float]) -> Report:
    report = Report(TITLE)
    workload = f"{PHONES:,} phones, {CONNECTIONS} connections"
    for subject, figures in found.items():
        report.row(workload, subject, "answers per second", "1/s", figures["rate"])
        report.row(workload, subject, "p50", "ms", figures["p50"])
        report.row(workload, subject, "p99", "ms", figures["p99"])
    answered = 100 * len(away) / CALLERS
    report.row(
        f"{CALLERS} callers, no database", "the switch's snapshot", "come to their queue", "%", [answered]
    )
    report.row(
        f"{CALLERS} callers, no database",
        "the switch's snapshot",
        "p99 until they wait",
        "ms",
        [percentile(away, 99)],
    )
    rates = {name: figures["rate"] for name, figures in found.items()}
    report.targets += [
        Target("answered from the snapshot with the database down, %", answered, at_least=100),
        Target(
            "our directory ÷ bare ASGI",
            ratio(rates[OURS_DIRECTORY], rates[BARE]),
            at_least=0.35,
            is_gate=False,
        ),
        Target(
            "our directory, p99 in ms",
            percentile(found[OURS_DIRECTORY]["p99"], 50),
            at_most=20,
            is_gate=False,
        ),
        Target(
            "our directory, answers/s", percentile(rates[OURS_DIRECTORY], 50), at_least=4_000, is_gate=False
        ),
    ]
    report.checks.append(("each phone's own hash, each call's own queue, in every answer", "all"))
    return report


@contextmanager
def a_product(home: Path) -> Iterator[Product]:
    web_port = free_port()
    line = RehearsalUnderTest(home, web_url=f"http://127.0.0.1:{web_port}")
    line.start()
    try:
        line.begin_test()
        with running_product(line, web_port, f"questions_{web_port}") as product:
            product.furnish(1)
            made = product.run("-c", FURNISH)
            check(made.returncode == 0, made.stderr[-2000:])
            product.start_web()
            product.start_worker()
            wait_until((home / "conf" / "numbers.xml").is_file, 30)
            yield product
            line.end_test()
    finally:
        line.stop()
        SERVERS.stop()


@contextmanager
def bare() -> Iterator[int]:
    port = free_port()
    command = [
        sys.executable,
        "-m",
        "daphne",
        "-v",
        "0",
        "-b",
        "127.0.0.1",
        "-p",
        str(port),
        "benchmarks.bare_app:application",
    ]
    server = subprocess.Popen(command)
    try:
        wait_until(lambda: _answers(port), 30, "the bare program does not answer")
        yield port
    finally:
        server.terminate()
        server.wait(10)


def _answers(port: int) -> bool:
    try:
        return ask(http.client.HTTPConnection("127.0.0.1", port, timeout=5), "directory", {})[0] == 200
    except OSError:
        return False


Form = dict[str, str]


def a_phone(asked: Iterator[str]) -> Form:
    return {"section": "directory", "user": next(asked), "domain": DOMAIN, "action": "sip_auth"} | PADDING


def a_call() -> Form:
    numbers = {"Hunt-Destination-Number": HOT_LINE, "Caller-Caller-ID-Number": "13800001111"}
    return {"section": "dialplan", "Caller-Context": "public"} | numbers | PADDING


PADDING = {f"variable_{place}": "x" * 30 for place in range(30)}
"""A question of the switch is some 1.6 kB."""


def has_its_hash(form: Form, text: str) -> bool:
    return Phone.of(form["user"], DOMAIN, PASSWORD).a1_hash in text


def leads_into_the_queue(_form: Form, text: str) -> bool:
    return "cc_queue=" in text and "enter" in text


def ask(line: http.client.HTTPConnection, section: str, form: Form) -> tuple[int, str]:
    secret = base64.b64encode(f"switch:{WEB_SECRET}".encode()).decode()
    headers = {"Authorization": f"Basic {secret}", "Content-Type": "application/x-www-form-urlencoded"}
    line.request("POST", f"/switch/{section}", urlencode(form), headers)
    answer = line.getresponse()
    return answer.status, answer.read().decode()


def measure(
    port: int, section: str, form_of: Callable[[], Form], is_right: Callable[[Form, str], bool]
) -> dict[str, float]:
    """Everybody asks again as soon as there is an answer."""
    took: list[float] = []
    wrong: list[str] = []
    guard, until = threading.Lock(), time.monotonic() + SECONDS

    def asks() -> None:
        line, mine = http.client.HTTPConnection("127.0.0.1", port, timeout=30), []
        while time.monotonic() < until:
            with guard:
                form = form_of()
            began = time.perf_counter()
            status, text = ask(line, section, form)
            mine.append((time.perf_counter() - began) * 1000)
            if status != 200 or not is_right(form, text):
                wrong.append(f"{status} {text[:200]}")
        with guard:
            took.extend(mine)

    everybody = [threading.Thread(target=asks) for _ in range(CONNECTIONS)]
    for one in everybody:
        one.start()
    for one in everybody:
        one.join()
    check(not wrong, f"{len(wrong)} wrong answers: {wrong[:1]}")
    return {"rate": len(took) / SECONDS, "p50": percentile(took, 50), "p99": percentile(took, 99)}


def without_database(product: Product) -> list[float]:
    """Milliseconds from the call's first moment until it waits, of those who came to the queue."""
    [(name,)] = product.rows("select current_database()")
    with psycopg.connect(SERVERS.postgres.url("postgres"), autocommit=True) as operator:
        operator.execute(f'alter database "{name}" allow_connections false')
        operator.execute("select pg_terminate_backend(pid) from pg_stat_activity where datname = %s", [name])
        line = product.line
        line.start_beating()
        for caller in range(CALLERS):
            line.call(number=f"1390000{caller:04}")
        with suppress(AssertionError):
            wait_until(lambda: len(line.log.all(facts.LegQueued)) == CALLERS, 15)
        found = line.log.all(facts.LegQueued)
        operator.execute(f'alter database "{name}" allow_connections true')
    return [(one.queued_at - one.arrived_at).total_seconds() * 1000 for one in found]
