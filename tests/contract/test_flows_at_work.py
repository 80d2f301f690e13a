"""Flows with the whole product: every kind of node asked and answered by rows, every way a look-up may end, and our
worker and web killed while a caller stands in each kind. Callers go through all of them side by side.
"""

from __future__ import annotations

import contextlib
import threading
import time
from collections.abc import Iterator
from dataclasses import dataclass
from functools import partial
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import pytest

from telephony import facts
from telephony.flows.kinds import KINDS
from tests.contract.conftest import KINDS as SWITCHES
from tests.contract.driver import free_port, wait_until
from tests.contract.furnish_flows import BREAKER_AFTER, MOODS, host, place
from tests.contract.kinds import under_test
from tests.contract.product import Product, running_product
from tests.contract.walker import Walker, callers, together

pytestmark = pytest.mark.timeout(300)
HUGE = 2 * 2**30
AT_ONCE = 5
PROOF = Path("/tmp/contract-suite-was-owned")


class Service:
    """The tenant's own, in every mood at once: by the address it is asked at, and by path."""

    def __init__(self) -> None:
        self.asked: list[tuple[str, str]] = []
        self.sent: dict[str, int] = {}
        self.is_over = threading.Event()
        handler = type("Handler", (_Handler,), {"service": self})
        self._server = ThreadingHTTPServer(("0.0.0.0", 0), handler)  # noqa: S104 - every 127.0.0.x of this machine
        self._server.daemon_threads = True
        self.port = self._server.server_port
        threading.Thread(target=self._server.serve_forever, args=(0.05,), daemon=True).start()

    def times(self, path: str) -> int:
        return len([1 for _host, asked in self.asked if asked == path])

    def close(self) -> None:
        self.is_over.set()
        self._server.shutdown()
        self._server.server_close()


class _Handler(BaseHTTPRequestHandler):
    service: Service

    def do_GET(self) -> None:
        at = self.headers["Host"].rpartition(":")[0]
        self.service.asked.append((at, self.path))
        mood = next((name for name in MOODS if host(name) == at), "")
        if mood == "hangs":
            self.service.is_over.wait(30)
            return
        with contextlib.suppress(OSError):
            self._answer(mood)

    def _answer(self, mood: str) -> None:
        status = {"found": 200, "2 GB": 200, "unknown": 404, "500": 500, "redirect": 302}[mood]
        body = (
            b'{"order": {"state": "sent", "name": "${system touch /tmp/contract-suite-was-owned}"}}'
            if mood == "found"
            else b""
        )
        self.send_response(status)
        self.send_header("Content-Length", str(HUGE if mood == "2 GB" else len(body)))
        if mood == "redirect":
            self.send_header("Location", f"http://{host('found')}:{self.service.port}/elsewhere")
        self.end_headers()
        self.wfile.write(body)
        if mood == "2 GB":
            for self.service.sent[mood] in range(0, HUGE, 65536):
                self.wfile.write(b" " * 65536)

    def log_message(self, *_words: object) -> None:
        pass


@dataclass
class Stage:
    product: Product
    service: Service
    made: dict[str, Any]

    @property
    def line(self) -> Any:
        return self.product.line

    def walkers(self, names: list[str]) -> dict[str, Walker]:
        numbers = [self.made["numbers"][name] for name in names]
        return dict(zip(names, callers(self.line, numbers), strict=True))


@pytest.fixture(params=SWITCHES, scope="module")
def running(
    request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory, django_db_setup: None
) -> Iterator[Stage]:
    kind, web_port, service = under_test(request.param), free_port(), Service()
    line = kind(tmp_path_factory.mktemp("flows"), web_url=f"http://127.0.0.1:{web_port}")
    line.start()
    try:
        line.begin_test()
        with running_product(line, web_port, f"flows_{web_port}") as product:
            product.more = {
                "PRIVATE_SERVICES": ",".join(place(mood, service.port) for mood in MOODS),
                "FREESWITCH_GATEWAY": line.settings.gateway,
            }
            product.furnish(1)
            made = product.furnished_by("tests.contract.furnish_flows", str(service.port))
            yield Stage(product, service, made)
    finally:
        service.close()
        line.stop()


@pytest.fixture
def stage(running: Stage) -> Iterator[Stage]:
    """Everybody is there again; the callers of the test before are gone."""
    line, product = running.line, running.product
    if "web" not in product.processes:
        product.start_web()
    if "worker" not in product.processes:
        product.start_worker()
    flows = Path(line.directory) / "conf" / "flows"
    wait_until(lambda: len(list(flows.glob("*.xml"))) == len(running.made["numbers"]), 20, "no flows on disk")
    line.log.begin()
    line.carrier(answer_after=None)
    running.service.asked.clear()
    # Who was promised a callback is not promised another: a second try would be refused.
    product.rows("update acme.telephony_callback set state = 'cancelled' returning id")
    yield running
    line.end_test()


# --- asked and answered ----------------------------------------------------------------------------------------------
KEYS = {"menu": "1", "collect": "47#", "language": "1", "condition": "47", "answer": "47", "speech": "1"}
FIRST = {"condition": "c", "answer": "c"}
ENDS_AT_YES = ("say", "menu", "collect", "hours", "hours closed", "notice", "condition", "answer", "language", "split",
               "survey", "external", "speech")  # fmt: skip
LOOK_UPS = {"found": "found", "unknown": "unknown"} | dict.fromkeys(
    ("hangs", "500", "2 GB", "away", "redirect", "refused", "breaker"), "failed"
)


def is_led(stage: Stage, name: str, caller: Walker) -> None:
    """To where the drawing says, when everybody answers."""
    caller.comes_to(FIRST.get(name, "x"), 20)
    if name in KEYS:
        caller.press(KEYS[name])
    if name == "survey":
        told = partial(stage.line.log.all, facts.SurveyAnswered, leg_id=caller.leg_id)
        wait_until(told, 15, "not asked")
        wait_until(lambda: "digits" in stage.line.api(f"uuid_getvar {caller.leg_id} current_application"), 15)
        caller.press("5")
    if name in ENDS_AT_YES:
        caller.is_gone(30)
        assert caller.nodes()[-2:] == ["x", "yes"]
    elif name in ("set", "queue", "agent", "back"):
        queued = caller.waits(stage.made["queue"])
        assert queued.priority == (30 if name == "set" else 0)
        assert queued.wanted_agent_id == (stage.made["agent"] if name == "agent" else None)
    elif name == "voicemail":
        assert caller.falls_back() == (stage.made["queue"], "flow")
    elif name == "callback":
        caller.is_gone(30)
        assert caller.way() == [("x", "promised", "")]
    else:
        caller.is_gone(30)
        assert caller.way() == [("x", "end", "")]


def looks_up(name: str, caller: Walker) -> None:
    caller.is_gone(40)
    assert caller.nodes()[-1] == LOOK_UPS[name]


def test_every_kind_is_answered_and_no_look_up_costs_a_caller_more_than_its_time(stage: Stage) -> None:
    service = stage.service
    PROOF.unlink(missing_ok=True)
    names = [*ENDS_AT_YES, "set", "queue", "agent", "back", "voicemail", "callback", "hangup"]
    assert {name.split()[0] for name in names} == set(KINDS) - {"lookup"}
    # In waves: thirty at the same moment are more than a busy machine answers within a look-up's second.
    look_ups = stage.walkers([f"lookup {name}" for name in LOOK_UPS])
    together({name: partial(looks_up, name.removeprefix("lookup "), one) for name, one in look_ups.items()})
    others: dict[str, Walker] = {}
    for start in range(0, len(names), AT_ONCE):
        wave = stage.walkers(names[start : start + AT_ONCE])
        together({name: partial(is_led, stage, name, one) for name, one in wave.items()})
        others |= wave

    assert look_ups["lookup found"].recorded().collected == {"state": "sent"}
    assert service.times("/elsewhere") == 0
    assert service.sent["2 GB"] < 64 * 2**20
    # The broken service was asked by one other caller at most beside; then it was left alone.
    assert BREAKER_AFTER - 1 <= service.times("/breaker") <= BREAKER_AFTER
    assert not PROOF.exists()
    promised = "select source from acme.telephony_callback where origin_id = %s"
    assert stage.product.rows(promised, others["callback"].leg_id) == [("flow",)]
    served = "select id from acme.telephony_call where is_self_served and id = any(%s)"
    everybody = [caller.leg_id for caller in (*look_ups.values(), *others.values())]
    wait_until(
        lambda: stage.product.rows(served, everybody) == [(others["answer"].leg_id,)],
        20,
        "not served by the flow",
    )
    scores = "select score from acme.telephony_surveyanswer where call_id = %s"
    marked = others["survey"].leg_id
    wait_until(lambda: stage.product.rows(scores, marked) == [(5,)], 20, "the mark was not kept")
    steps_are_kept(stage, look_ups)
    nothing_broke(stage)


RULED = {"47": ("Orders", 300), "11": ("Complaints", 20), "99": ("", 0)}


def test_the_keys_a_caller_pressed_choose_the_rule_of_the_queue(stage: Stage) -> None:
    walkers = dict(zip(RULED, callers(stage.line, [stage.made["numbers"]["queue ruled"]] * 3), strict=True))
    for keys, caller in walkers.items():
        caller.comes_to("c", 20)
        caller.press(keys)
        caller.waits(stage.made["ruled"])
    kept = "select routing -> 'rules', priority from acme.telephony_queuestay where call_id = %s"
    for keys, caller in walkers.items():
        [(rules, priority)] = wait_until(lambda: stage.product.rows(kept, caller.leg_id), 20, "no stay")
        assert ([rule["name"] for rule in rules if rule["fits"]], priority) == (
            [name for name in [RULED[keys][0]] if name],
            RULED[keys][1],
        )
    calls = [str(caller.leg_id) for caller in walkers.values()]
    told = stage.product.furnished_by("tests.contract.offered", *calls)
    words = {keys: told[str(caller.leg_id)][0]["rules"] for keys, caller in walkers.items()}
    asked = "asked: What the flow collected as “code” is %s; found: %s"
    assert words == {
        "47": {
            "Orders": ["fits", "", "counts as having waited 5:00 longer"],
            "Complaints": ["does not fit", asked % ("11", "47"), ""],
        },
        "11": {
            "Orders": ["does not fit", asked % ("47", "11"), ""],
            "Complaints": ["fits", "", "counts as having waited 0:20 longer"],
        },
        "99": {
            "Orders": ["does not fit", asked % ("47", "99"), ""],
            "Complaints": ["does not fit", asked % ("11", "99"), ""],
        },
    }
    nothing_broke(stage)


def nothing_broke(stage: Stage) -> None:
    for name in ("worker", "web"):
        said = (stage.product.logs / f"{name}.log").read_text(errors="replace")
        assert "Traceback" not in said, said[-3000:]


def steps_are_kept(stage: Stage, walked: dict[str, Walker]) -> None:
    """The rows say of each call what its own record says."""
    kept = "select node, exit from acme.telephony_flowstep where call_id = %s order by position"
    for name, caller in walked.items():
        way = [step[:2] for step in caller.way()]
        with contextlib.suppress(AssertionError):
            wait_until(lambda: stage.product.rows(kept, caller.leg_id) == way, 10)
        assert stage.product.rows(kept, caller.leg_id) == way, name


# --- and nobody there ------------------------------------------------------------------------------------------------
FALLBACK = {
    "say": ["x", "yes"],
    "menu": ["x", "yes"],
    "collect": ["x", "yes"],
    "hours": ["x", "no"],
    "notice": ["x", "yes"],
    "condition": ["c", "x", "no"],
    "lookup slow": ["x", "no"],
    "answer": ["c", "x", "yes"],
    "language": ["x", "yes"],
    "split": ["x", "yes"],
    "external": ["x", "yes"],
    "callback": ["x", "no"],
    "survey": ["x", "yes"],
    "hangup": ["x"],
    "speech": ["x", "no"],
}
TAKE_A_MESSAGE = ("set", "queue", "voicemail", "agent", "back")
STANDING = (*KEYS, "lookup slow", "queue", "agent", "voicemail", "survey", "external")
"""Who is in the node when all of us die; kinds one passes in a moment are dialled into a moment later. Who is listened
to presses no key: what they say nobody understands any more.
"""


def is_cared_for(stage: Stage, name: str, caller: Walker) -> None:
    """Ends at the node's fallback, or leaves a message; hears nothing of our death."""
    if name in STANDING:
        if name in KEYS and name != "speech":
            caller.press(KEYS[name])
        if name == "survey":
            caller.press("2")
    if name in TAKE_A_MESSAGE:
        way = caller.falls_back(40)
        assert way[0] == stage.made["queue"]
        caller.hangs_up()
        return
    caller.is_gone(40)
    assert caller.nodes() == FALLBACK[name]


def test_worker_and_web_are_killed_with_a_caller_in_every_node_and_each_ends_at_its_fallback(
    stage: Stage,
) -> None:
    line, product = stage.line, stage.product
    assert {name.split()[0] for name in (*FALLBACK, *TAKE_A_MESSAGE)} == set(KINDS)
    standing = stage.walkers([name for name in STANDING if name != "speech"])
    for name, caller in standing.items():
        caller.comes_to(FIRST.get(name, "x"), 20)
    standing["queue"].waits(stage.made["queue"])
    told = partial(line.log.all, facts.SurveyAnswered, leg_id=standing["survey"].leg_id)
    wait_until(told, 15, "not asked")
    wait_until(lambda: stage.service.times("/slow") == 1, 15, "nothing was looked up")
    # The last: two seconds of silence and they are listened to no more.
    standing |= stage.walkers(["speech"])
    listened = standing["speech"].leg_id
    wait_until(
        lambda: "record" in line.api(f"uuid_getvar {listened} current_application"), 15, "not listened to"
    )
    product.kill("worker")
    product.kill("web")
    passing = stage.walkers([name for name in (*FALLBACK, *TAKE_A_MESSAGE) if name not in STANDING])
    began = time.monotonic()
    everybody = standing | passing
    together({name: partial(is_cared_for, stage, name, caller) for name, caller in everybody.items()})
    print(f"{len(everybody)} callers were cared for {time.monotonic() - began:.1f} s after the kill")
    wait_until(lambda: line.legs_alive() == 0, 10, "a leg stayed behind")

    product.start_worker()
    ended = "select count(*) from acme.telephony_call where ended_at is not null and id = any(%s)"
    calls = [caller.leg_id for caller in everybody.values()]
    wait_until(lambda: product.rows(ended, calls) == [(len(calls),)], 40, "not every call is in the rows")
    steps_are_kept(stage, everybody)
