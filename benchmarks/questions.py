"""(h) The switch's questions to our web: who may register, where does a call go; then the same with the database down.

Thirty-two connections that stay open, as mod_xml_curl keeps them, ask for one of PHONES phones, or for a number.
Who is asked: the product's own web with its door (uvicorn), Django's view for the same questions (gunicorn, one worker,
as deploy/ runs it), and a bare ASGI program under the door's server that answers one document from memory. Each is
one process, so each has one core. Then the database takes no connection any more: our web goes on being asked, and
callers dial on the rehearsal switch.
"""

from __future__ import annotations

import http.client
import itertools
import subprocess
import sys
import tempfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import replace
from functools import partial
from pathlib import Path

import psycopg

from benchmarks.asking import Question, measure
from benchmarks.harness import Report, Target, by_turns, check, percentile, ratio
from telephony import facts
from tests.contract.driver import DOMAIN, HOT_LINE, free_port, wait_until
from tests.contract.furnish import PASSWORD
from tests.contract.product import WEB_SECRET, Product, running_product
from tests.contract.rehearsed import RehearsalUnderTest
from tests.contract.web import Phone
from tests.servers import PROJECT, SERVERS

TITLE = "h · Questions of the switch"
PHONES, CONNECTIONS, SECONDS, CALLERS = 10_000, 32, 4.0, 40
OURS_DIRECTORY, OURS_DIALPLAN = "our door, directory", "our door, dialplan"
VIEW_DIRECTORY, VIEW_DIALPLAN = "Django's view on gunicorn, directory", "Django's view on gunicorn, dialplan"
BARE, AWAY = "bare ASGI, a fixed document", "our door, no database"
GUNICORN = ("-m", "gunicorn", "contactcenter.wsgi:application", "--worker-class", "gthread", "--threads", "8")
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
        server(
            "-m",
            "contactcenter.run.web",
            "--server",
            "uvicorn",
            "--application",
            "benchmarks.bare_app:application",
        ) as bare_port,
        server(*GUNICORN, environment=product.environment) as view_port,
    ):
        asked = (f"{200_000 + place}" for place in range(PHONES))
        phones, calls = in_turn([a_phone(asked) for _ in range(PHONES)]), in_turn([a_call()])
        anything = in_turn([replace(a_call(), needle=b"")])
        until_it_knows(product.web_port, phones())
        subjects = {
            OURS_DIRECTORY: partial(ask_for_a_while, product.web_port, phones),
            OURS_DIALPLAN: partial(ask_for_a_while, product.web_port, calls),
            VIEW_DIRECTORY: partial(ask_for_a_while, view_port, phones),
            VIEW_DIALPLAN: partial(ask_for_a_while, view_port, calls),
            BARE: partial(ask_for_a_while, bare_port, anything),
        }
        found = by_turns(subjects, repeats)
        with no_database(product):
            found |= by_turns({AWAY: partial(ask_for_a_while, product.web_port, phones)}, repeats)
            away = callers_without_database(product)
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
    slowest = min((OURS_DIRECTORY, OURS_DIALPLAN), key=lambda name: percentile(rates[name], 50))
    p99 = percentile(found[OURS_DIRECTORY]["p99"] + found[OURS_DIALPLAN]["p99"], 50)
    report.targets += [
        Target("callers come to their queue with the database down, %", answered, at_least=100),
        Target(f"{OURS_DIRECTORY} ÷ bare ASGI", ratio(rates[OURS_DIRECTORY], rates[BARE]), at_least=0.35),
        Target(f"{OURS_DIALPLAN} ÷ bare ASGI", ratio(rates[OURS_DIALPLAN], rates[BARE]), at_least=0.35),
        Target(
            "our directory ÷ Django's view", ratio(rates[OURS_DIRECTORY], rates[VIEW_DIRECTORY]), at_least=4
        ),
        Target("our dialplan ÷ Django's view", ratio(rates[OURS_DIALPLAN], rates[VIEW_DIALPLAN]), at_least=4),
        Target(f"{slowest}, answers/s", percentile(rates[slowest], 50), at_least=4_000, is_gate=False),
        Target("our door, p99 in ms", p99, at_most=20, is_gate=False),
    ]
    report.checks.append(
        ("each phone's own hash, each call's own queue, in every answer, also with the database down", "all")
    )
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
            product.more["WEB_SERVER"] = "uvicorn"
            product.start_web()
            product.start_worker()
            wait_until((home / "conf" / "numbers.xml").is_file, 30)
            yield product
            line.end_test()
    finally:
        line.stop()
        SERVERS.stop()


@contextmanager
def server(*command: str, environment: dict[str, str] | None = None) -> Iterator[int]:
    port = free_port()
    where = ["--bind", f"127.0.0.1:{port}"] if "gunicorn" in command else ["--port", str(port)]
    process = subprocess.Popen([sys.executable, *command, *where], cwd=PROJECT, env=environment)
    try:
        wait_until(lambda: _answers(port), 60, f"{command[1]} does not answer")
        yield port
    finally:
        process.terminate()
        process.wait(10)


def _answers(port: int) -> bool:
    try:
        line = http.client.HTTPConnection("127.0.0.1", port, timeout=5)
        line.request("POST", "/switch/directory", b"")
        return line.getresponse().status in (200, 401)
    except OSError:
        return False


def a_phone(asked: Iterator[str]) -> Question:
    user = next(asked)
    form = {"section": "directory", "user": user, "domain": DOMAIN, "action": "sip_auth"} | PADDING
    return Question.of("directory", form, Phone.of(user, DOMAIN, PASSWORD).a1_hash, WEB_SECRET)


def a_call() -> Question:
    numbers = {"Hunt-Destination-Number": HOT_LINE, "Caller-Caller-ID-Number": "13800001111"}
    form = {"section": "dialplan", "Caller-Context": "public"} | numbers | PADDING
    return Question.of("dialplan", form, 'data="cc_queue=', WEB_SECRET)


PADDING = {f"variable_{place}": "x" * 30 for place in range(30)}
"""A question of the switch is some 1.6 kB."""


def in_turn(questions: list[Question]) -> Callable[[], Question]:
    """Made beforehand: the one who asks must cost little."""
    return itertools.cycle(questions).__next__


def ask_for_a_while(port: int, questions: Callable[[], Question]) -> dict[str, float]:
    return measure(port, questions, CONNECTIONS, SECONDS)


def until_it_knows(port: int, question: Question) -> None:
    """The first question has the door read all rows; what it answers by heart has none of Django's headers."""

    def knows() -> bool:
        line = http.client.HTTPConnection("127.0.0.1", port, timeout=5)
        line.connect()
        line.sock.sendall(question.request)
        answer = http.client.HTTPResponse(line.sock)
        answer.begin()
        answer.read()
        line.close()
        return answer.getheader("Content-Security-Policy") is None

    wait_until(knows, 60, "the door knows nothing")


@contextmanager
def no_database(product: Product) -> Iterator[None]:
    [(name,)] = product.rows("select current_database()")
    with psycopg.connect(SERVERS.postgres.url("postgres"), autocommit=True) as operator:
        operator.execute(f'alter database "{name}" allow_connections false')
        operator.execute("select pg_terminate_backend(pid) from pg_stat_activity where datname = %s", [name])
        yield
        operator.execute(f'alter database "{name}" allow_connections true')


def callers_without_database(product: Product) -> list[float]:
    """Milliseconds from the call's first moment until it waits, of those who came to the queue."""
    line = product.line
    line.start_beating()
    for caller in range(CALLERS):
        line.call(number=f"1390000{caller:04}")
    with suppress(AssertionError):
        wait_until(lambda: len(line.log.all(facts.LegQueued)) == CALLERS, 15)
    found = line.log.all(facts.LegQueued)
    return [(one.queued_at - one.arrived_at).total_seconds() * 1000 for one in found]
