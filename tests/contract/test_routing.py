"""Every way of choosing an agent, on both switches: who is rung, and what is stored of why.

One worker and one set of phones for all stories of a switch. The switch asks the stand-in, which sends each number to
a queue; all else is the product: what the call asks for, the decision, the command, the phones that ring.
"""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from itertools import count
from typing import Any
from uuid import UUID

import pytest

from telephony import facts
from telephony.routing import replay
from tests.contract.assistant import AGENTS, EXTENSIONS, IMPORTANT, REMEMBERED, SHANGHAI
from tests.contract.driver import DOMAIN, SwitchUnderTest, free_port, wait_until
from tests.contract.offered import Offered, Told
from tests.contract.product import Product
from tests.contract.web import Phone, Route
from tests.servers import PROJECT, SERVERS

pytestmark = pytest.mark.timeout(180)

_numbers = count(1)
PASSWORD = "phone-secret"
CAME_FIRST = "Of %s agents who were free and suited, this one came first: %s. The caller had waited …."
THE_ONLY_ONE = "The only agent who was free and suited. The caller had waited …."
MEANT_FOR_THEM = "The call was meant for this agent; it had waited …."


@dataclass
class RoutingProduct(Product):
    """Only the worker, and records in a place of its own: other stories look at theirs."""

    @property
    def environment(self) -> dict[str, str]:
        spool = self.line.directory / "routing-spool"
        spool.mkdir(exist_ok=True)
        return super().environment | {"FREESWITCH_SPOOL": str(spool)}


@dataclass
class Stage:
    product: RoutingProduct
    assistant: subprocess.Popen[str]
    made: dict[str, Any] = field(default_factory=dict)

    @property
    def line(self) -> SwitchUnderTest:
        return self.product.line

    def ask(self, what: str, **wishes: Any) -> Any:
        assert self.assistant.stdin is not None
        assert self.assistant.stdout is not None
        self.assistant.stdin.write(json.dumps([what, wishes]) + "\n")
        self.assistant.stdin.flush()
        answer = self.assistant.stdout.readline()
        assert answer, "the assistant is gone"
        return json.loads(answer)

    def agent(self, name: str) -> int:
        return self.made["agents"][name]

    # ---- what happens

    def caller(self, queue: str, number: str = "") -> UUID:
        """Somebody dials a number that leads to this queue, and waits there."""
        number = number or f"+86139{next(_numbers):08d}"
        self.line.call(f"+8640000{self.made['queues'][queue]:04d}", number=number)
        told = self.line.log.wait(facts.LegQueued, 30, caller_number=number)
        wait_until(lambda: self.stays(told.leg_id), 30, "the caller is in no line of ours")
        return told.leg_id

    def offers(self, call_id: UUID) -> list[Offered]:
        rows = self.product.rows(
            "select o.id, a.name, o.outcome, o.is_group, o.explanation from acme.telephony_offer o"
            " join acme.telephony_agent a on a.id = o.agent_id where o.call_id = %s"
            " order by o.offered_at, a.extension",
            call_id,
        )
        return [Offered(*row) for row in rows]

    def offered(self, call_id: UUID, times: int = 1) -> list[Offered]:
        """The offers made for this call, once they are made and their phones ring."""
        found = wait_until(
            lambda: len(rows := self.offers(call_id)) >= times and rows, 30, "the call was not offered"
        )
        for offer in found:
            self.line.log.wait(facts.LegRinging, 30, leg_id=offer.id)
        return found

    def only_offer(self, queue: str, number: str = "") -> Offered:
        """Whom a caller is offered to. The stored facts decide the same again, and the caller goes home."""
        call_id = self.caller(queue, number)
        [offer] = self.offered(call_id)
        names = {agent_id: name for name, agent_id in self.made["agents"].items()}
        assert [names[agent_id] for agent_id in replay(offer.explanation["inputs"])] == [offer.agent]
        [told] = self.told(call_id)
        assert (told.queue, told.last["agent"]) == (queue, offer.agent)
        self.go_home(call_id)
        return replace(offer, told=told)

    def told(self, call_id: UUID) -> list[Told]:
        """The waits of a call as its page tells them. Decided again from what is stored, each offer is the same."""
        waits = [Told(**wait) for wait in self.ask("words", call_id=str(call_id))]
        assert {offer["replayed"] for wait in waits for offer in wait.offers} <= {"same"}
        return waits

    def stay(self, call_id: UUID) -> tuple[Any, ...]:
        """(queue, exit, priority, routing) of the newest stay."""
        return self.stays(call_id)[-1]

    def stays(self, call_id: UUID) -> list[tuple[Any, ...]]:
        return self.product.rows(
            "select q.name, s.exit, s.priority, s.routing from acme.telephony_queuestay s"
            " join acme.telephony_queue q on q.id = s.queue_id where s.call_id = %s order by s.entered_at",
            call_id,
        )

    def idle_longest(self, *names: str) -> str:
        rows = self.product.rows(
            "select name from acme.telephony_agent where name = any(%s) order by idle_since", list(names)
        )
        return rows[0][0]

    def go_home(self, *calls: UUID) -> None:
        for call_id in calls:
            self.line.switch.hang_up(call_id)
        self.wait_for_quiet()

    def wait_for_quiet(self) -> None:
        """Nobody waits, rings or talks, and everybody could be rung."""
        asked = (
            "select (select count(*) from acme.telephony_call where ended_at is null),"
            " (select count(*) from acme.telephony_agent"
            "  where presence = 'online' and (activity <> 'idle' or routing_status <> 'ready'))"
        )
        wait_until(lambda: self.product.rows(asked) == [(0, 0)], 30, "the floor did not become quiet")

    def make_ready(self) -> None:
        for name in AGENTS:
            self.line.web.phones[(EXTENSIONS[name], DOMAIN)] = Phone.of(EXTENSIONS[name], DOMAIN, PASSWORD)
        phones(self.line)
        for queue_id in self.made["queues"].values():
            number = f"+8640000{queue_id:04d}"
            route = Route(tenant="acme", number=number, queue_id=queue_id, max_wait_seconds=600)
            self.line.web.routes[number] = route


def phones(line: SwitchUnderTest) -> None:
    """One for each agent, that rings until it is told to pick up."""
    names = [EXTENSIONS[name] for name in AGENTS]
    if hasattr(line, "shared_phone"):
        line.shared_phone(names, DOMAIN, PASSWORD, answer_after=600)
        return
    for name in names:
        line.phone(name, DOMAIN, PASSWORD, answer_after=None)


@contextmanager
def an_assistant(product: Product) -> Iterator[subprocess.Popen[str]]:
    log = (product.logs / "assistant.log").open("ab")
    process = subprocess.Popen(
        [sys.executable, "-m", "tests.contract.assistant"],
        cwd=PROJECT,
        env=product.environment,
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=log,
        text=True,
    )
    try:
        yield process
    finally:
        process.kill()
        process.wait()


@pytest.fixture(scope="module")
def whole_floor(running_switch: SwitchUnderTest, django_db_setup: None) -> Iterator[Stage]:
    running_switch.begin_test()
    name = f"routing_{free_port()}"
    with SERVERS.copy_of_database(name) as url:
        product = RoutingProduct(running_switch, url, free_port(), running_switch.directory)
        with an_assistant(product) as assistant:
            stage = Stage(product, assistant)
            try:
                stage.made = stage.ask("furnish")
                stage.make_ready()
                product.start_worker()
                yield stage
            finally:
                product.stop()
        running_switch.end_test()


@pytest.fixture
def floor(whole_floor: Stage) -> Iterator[Stage]:
    """Everybody is free; whoever still waits at the end of a story goes home."""
    whole_floor.wait_for_quiet()
    whole_floor.line.log.begin()
    yield whole_floor
    waiting = whole_floor.product.rows("select id from acme.telephony_call where ended_at is null")
    for (call_id,) in waiting:
        if whole_floor.line.switch.exists(call_id):
            whole_floor.line.switch.hang_up(call_id)


# ---- strategies


def test_most_skilled_first_and_nobody_without_the_skill(floor: Stage) -> None:
    offer = floor.only_offer("most skilled")
    law = floor.made["skills"]["law"]
    assert offer.agent == "bob"
    assert offer.explanation["rank"]["missing_levels"] == 1
    assert offer.explanation["runner_up_agent"] == str(floor.agent("ann"))
    assert offer.asked["requirements"] == [[law, 3]]
    lacking = offer.verdict(floor.agent("cyd"))
    assert (lacking["outcome"], lacking["needs"], lacking["has"]) == ("lacks_skill", 3, 0)
    assert (offer.told.strategy, offer.told.asks) == ("Most skilled first", [["0:00", "Law 3 or more"]])
    assert offer.told.reason == CAME_FIRST % (2, "best skills, then longest idle")
    assert offer.told.others == {
        "ann": "free, number 2 in order: lower skill levels",
        "cyd": "does not have Law, level 3 is needed",
        "dan": "not in this queue",
    }


def test_a_preferred_skill_ranks_and_excludes_nobody(floor: Stage) -> None:
    offer = floor.only_offer("preferred")
    assert (offer.agent, offer.explanation["rank"]["lacks_preferred"]) == ("ann", 0)
    others = {name: offer.verdict(floor.agent(name))["outcome"] for name in ("bob", "cyd")}
    assert others == {"bob": "behind", "cyd": "behind"}
    assert offer.told.asks == [["0:00", "English 1 or more preferred"]]
    assert offer.told.why_not("bob", "cyd") == {"without the preferred skill"}


def test_longest_idle_first(floor: Stage) -> None:
    expected = floor.idle_longest(*AGENTS)
    offer = floor.only_offer("longest idle")
    assert (offer.agent, offer.explanation["strategy"]) == (expected, "longest_idle")
    since = {name: offer.verdict(floor.agent(name))["idle_since"] for name in AGENTS}
    assert min(since, key=since.__getitem__) == expected
    assert offer.told.strategy == "Longest idle first"
    assert offer.told.reason == CAME_FIRST % (3, "longest idle")
    assert offer.told.why_not(*(name for name in AGENTS if name != expected)) == {"idle for less long"}


def test_the_least_busy_of_today_first(floor: Stage) -> None:
    expected = floor.idle_longest("bob", "cyd")
    offer = floor.only_offer("least busy")
    assert (offer.agent, offer.explanation["rank"]["busy_seconds"]) == (expected, 0.0)
    assert offer.verdict(floor.agent("ann"))["busy_seconds"] == 600
    assert offer.told.strategy == "Least busy today first"
    assert offer.told.reason == CAME_FIRST % (3, "least busy today")
    assert offer.told.others["ann"] == "free, number 3 in order: busier today"


def test_each_in_turn(floor: Stage) -> None:
    asked = [floor.only_offer("in turn") for _call in range(4)]
    assert sorted(offer.agent for offer in asked[:3]) == sorted(AGENTS)
    assert asked[3].agent == asked[0].agent
    assert {offer.explanation["strategy"] for offer in asked} == {"round_robin"}
    assert {offer.told.strategy for offer in asked} == {"In turn"}
    assert {offer.told.reason for offer in asked} == {CAME_FIRST % (3, "next in turn")}
    others = [name for name in AGENTS if name != asked[3].agent]
    assert asked[3].told.why_not(*others) == {"asked more recently"}


def test_all_at_once_and_the_first_to_pick_up_talks(floor: Stage) -> None:
    call_id = floor.caller("all at once")
    offers = floor.offered(call_id, times=3)
    assert [(offer.agent, offer.is_group) for offer in offers] == [(name, True) for name in AGENTS]
    assert set(replay(offers[0].explanation["inputs"])) == {floor.agent(name) for name in AGENTS}
    floor.line.switch.answer(offers[1].id)
    joined = floor.line.log.wait(facts.LegsBridged, 30, offer_id=offers[1].id)
    assert {joined.leg_id, joined.other_leg_id} == {call_id, offers[1].id}
    ended = [floor.line.log.wait(facts.LegHungUp, 30, leg_id=offers[other].id) for other in (0, 2)]
    assert [(fact.cause, fact.answered_at) for fact in ended] == [("LOSE_RACE", None)] * 2
    outcomes = ["lost_race", "bridged", "lost_race"]
    wait_until(lambda: [offer.outcome for offer in floor.offers(call_id)] == outcomes, 30, "no race was lost")
    missed = "select max(missed_offers) from acme.telephony_agent"
    assert floor.product.rows(missed) == [(0,)]
    bridges = [
        fact for fact in floor.line.log.all(facts.LegsBridged) if call_id in (fact.leg_id, fact.other_leg_id)
    ]
    assert len(bridges) == 1
    [told] = floor.told(call_id)
    how = "rung together with others, the first to answer takes it"
    assert (told.strategy, {offer["agent"] for offer in told.offers}) == ("All at once", set(AGENTS))
    assert {told.reason_of(offer) for offer in told.offers} == {CAME_FIRST % (3, how)}
    assert told.last["others"]["dan"] == "not in this queue"
    floor.go_home(call_id)


# ---- whom a call asks for


def test_a_step_widens_the_choice_after_its_time(floor: Stage) -> None:
    offer = floor.only_offer("widening")
    assert offer.explanation["step"] == 1
    assert offer.explanation["waited_seconds"] >= 2
    assert (offer.asked["group"], offer.explanation["trigger"]) == (None, "tick")
    assert offer.told.asks == [["0:00", "only agents of away"], ["0:02", "every agent of the queue"]]
    assert offer.told.reason == CAME_FIRST % (3, "longest idle")


def test_the_agent_who_spoke_with_the_caller_last_is_asked_first(floor: Stage) -> None:
    if floor.idle_longest(*AGENTS) == "cyd":
        floor.only_offer("longest idle")
    offer = floor.only_offer("remembering", REMEMBERED)
    assert (offer.agent, offer.asked["target_agent"]) == ("cyd", floor.agent("cyd"))
    assert offer.verdict(floor.agent("ann"))["outcome"] == "not_wanted"
    assert offer.told.asks == [["0:00", "only cyd"], ["1:00", "every agent of the queue"]]
    assert offer.told.reason == MEANT_FOR_THEM
    assert set(offer.told.others.values()) == {"not the agent the call is meant for"}


def test_a_vip_is_sent_to_their_group_and_comes_earlier(floor: Stage) -> None:
    call_id = floor.caller("by rules", IMPORTANT)
    [offer] = floor.offered(call_id)
    _queue, _exit, priority, routing = floor.stay(call_id)
    assert (offer.agent, offer.asked["group"]) == ("bob", floor.made["groups"]["vip"])
    assert (priority, offer.explanation["priority"]) == (300, 300)
    fitting = {rule["name"]: rule["fits"] for rule in routing["rules"]}
    assert fitting == {"vip": True, "shanghai": False}
    assert (routing["facts"]["level"], routing["facts"]["caller_number"]) == ("vip", IMPORTANT)
    assert offer.verdict(floor.agent("ann"))["outcome"] == "not_in_group"
    [told] = floor.told(call_id)
    longer = "counts as having waited 5:00 longer"
    assert (told.priority, told.asks) == (longer, [["0:00", "only agents of vip"]])
    assert told.rules["vip"] == ["fits", "", f"only agents of vip; {longer}"]
    assert (told.reason, told.others["ann"]) == (THE_ONLY_ONE, "not in the group vip")
    floor.go_home(call_id)


def test_the_region_of_the_number_chooses_the_group(floor: Stage) -> None:
    call_id = floor.caller("by rules", SHANGHAI)
    [offer] = floor.offered(call_id)
    routing = floor.stay(call_id)[3]
    assert (offer.agent, offer.asked["group"]) == ("ann", floor.made["groups"]["shanghai"])
    assert routing["facts"]["region"] == "Shanghai"
    assert [rule["name"] for rule in routing["rules"] if rule["fits"]] == ["shanghai"]
    [told] = floor.told(call_id)
    assert told.rules == {
        "vip": ["does not fit", "asked: Customer level is VIP; found: nothing", ""],
        "shanghai": ["fits", "", "only agents of shanghai"],
    }
    assert (told.reason, told.others["bob"]) == (THE_ONLY_ONE, "not in the group shanghai")
    floor.go_home(call_id)


# ---- while it waits


def test_an_overflow_keeps_the_time_waited(floor: Stage) -> None:
    call_id = floor.caller("overflowing")
    [offer] = floor.offered(call_id)
    first, second = floor.stays(call_id)
    assert (first[:2], second[:2]) == (("overflowing", "flow_out"), ("backstop", ""))
    assert offer.agent == "cyd"
    assert offer.explanation["waited_seconds"] >= 2
    assert second[3]["waiting_since"] == first[3]["at"]
    before, after = floor.told(call_id)
    assert (before.queue, before.offers, after.queue) == ("overflowing", [], "backstop")
    assert (after.reason, after.others["ann"]) == (THE_ONLY_ONE, "not in this queue")
    assert after.waited_seconds >= 2
    floor.go_home(call_id)
    assert [stay[1] for stay in floor.stays(call_id)] == ["flow_out", "abandoned"]


def test_a_supervisor_pulls_a_waiting_call_to_one_agent(floor: Stage) -> None:
    call_id = floor.caller("empty")
    assert floor.ask("pull", call_id=str(call_id), to_agent_id=floor.agent("cyd")) is None
    [offer] = floor.offered(call_id)
    assert (offer.agent, offer.asked["target_agent"]) == ("cyd", floor.agent("cyd"))
    [changed] = floor.stay(call_id)[3]["changes"]
    assert (changed["what"], changed["agent"], changed["by"]) == ("pulled", floor.agent("cyd"), "Boss")
    [told] = floor.told(call_id)
    assert (told.changes, told.reason) == ([["Boss", "gave the call to cyd"]], MEANT_FOR_THEM)
    floor.go_home(call_id)


def test_a_reprioritised_call_is_taken_before_one_that_waited_longer(floor: Stage) -> None:
    first, second = floor.caller("overflowing"), floor.caller("backstop")
    floor.go_home(first, second)
    busy = floor.caller("backstop")
    floor.offered(busy)
    first, second = floor.caller("backstop"), floor.caller("backstop")
    assert floor.ask("reprioritise", call_id=str(second), seconds=900) is None
    wait_until(lambda: floor.stay(second)[2] == 900, 30, "the priority was not kept")
    floor.line.switch.hang_up(busy)
    [offer] = floor.offered(second)
    assert (offer.agent, offer.explanation["priority"]) == ("cyd", 900)
    assert offer.explanation["runner_up_work"] is not None
    [told] = floor.told(second)
    longer = "counts as having waited 15:00 longer"
    assert (told.priority, told.changes) == (longer, [["Boss", f"set the priority: the call {longer}"]])
    assert floor.offers(first) == []
    floor.go_home(first, second)


def test_a_redirected_call_waits_in_the_other_queue_with_its_time(floor: Stage) -> None:
    call_id = floor.caller("empty")
    queue_id = floor.made["queues"]["backstop"]
    assert floor.ask("redirect", call_id=str(call_id), queue_id=queue_id) is None
    [offer] = floor.offered(call_id)
    first, second = floor.stays(call_id)
    assert (first[:2], second[:2], offer.agent) == (("empty", "flow_out"), ("backstop", ""), "cyd")
    assert second[3]["waiting_since"] == first[3]["at"]
    assert [change["what"] for change in first[3]["changes"]] == ["redirected"]
    before, after = floor.told(call_id)
    assert before.changes == [["Boss", "sent the call to the queue backstop"]]
    assert (after.queue, after.reason) == ("backstop", THE_ONLY_ONE)
    floor.go_home(call_id)


# ---- when something dies


def test_a_killed_worker_forgets_neither_the_words_nor_the_order(floor: Stage) -> None:
    ringing = floor.caller("backstop")
    [offer] = floor.offered(ringing)
    first, second = floor.caller("backstop"), floor.caller("backstop")
    before = floor.told(ringing)
    floor.product.kill_worker()
    floor.product.start_worker()
    assert floor.told(ringing) == before
    assert [row.id for row in floor.offers(ringing)] == [offer.id]
    floor.line.switch.hang_up(ringing)
    [offer] = floor.offered(first)
    assert (offer.agent, floor.offers(second)) == ("cyd", [])
    assert floor.told(first)[0].last["agent"] == "cyd"
    floor.line.switch.hang_up(first)
    [offer] = floor.offered(second)
    floor.go_home(second)
