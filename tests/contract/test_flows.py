"""Flows on a switch: every kind of node, keys and silence, and a caller who always ends somewhere sensible."""

from __future__ import annotations

import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from uuid import UUID

import pytest

from telephony import facts
from telephony.flows.document import parse
from telephony.flows.terms import QueueTerms
from telephony.freeswitch.cdr import scrubbed, settle
from telephony.freeswitch.flow_document import file_name, write_flows
from telephony.freeswitch.flow_lines import left
from telephony.freeswitch.flow_nodes import in_queue
from telephony.freeswitch.snapshot import write_numbers
from telephony.freeswitch.translate import Source
from tests.contract.driver import HOT_LINE, NODE, Party, wait_until
from tests.contract.flow_rows import PROMPT_SECONDS, VERSION, lay, node
from tests.contract.web import Route

END = node("end", "hangup")
PROOF = Path("/tmp/contract-suite-was-owned")


@dataclass
class Walker:
    """One caller in a flow."""

    line: Any
    party: Party
    leg_id: UUID

    def press(self, keys: str) -> None:
        self.line.press(self.party, self.leg_id, keys)

    def comes_to(self, node_id: str, seconds: float = 8) -> facts.FlowStepped:
        def there() -> facts.FlowStepped | None:
            told = self.line.log.all(facts.FlowStepped, leg_id=self.leg_id)
            return next((one for one in told if one.current and one.current.node == node_id), None)

        return wait_until(there, seconds, f"the caller did not come to {node_id}")

    def waits(self, queue_id: int) -> facts.LegQueued:
        return self.line.log.wait(facts.LegQueued, 10, leg_id=self.leg_id, queue_id=queue_id)

    def is_gone(self, seconds: float = 10) -> facts.LegHungUp:
        return self.line.log.wait(facts.LegHungUp, seconds, leg_id=self.leg_id)

    def way(self) -> list[tuple[str, str, str]]:
        """(node, exit, value) of the call's own record."""
        return [(step.node, step.exit, step.value) for step in self.recorded().taken]

    def recorded(self) -> facts.FlowStepped:
        [told] = [
            fact
            for fact in settle(self.record().read_bytes(), Source(NODE))
            if isinstance(fact, facts.FlowStepped)
        ]
        return told

    def record(self) -> Path:
        folder = self.line.settings.spool_dir
        [path] = wait_until(lambda: list(folder.glob(f"*{self.leg_id}.cdr.json")), 10, "no record")
        return path


def dials(line: Any) -> Walker:
    number = f"138{int(time.monotonic() * 1000) % 10**8:08d}"
    party = line.keypad_call(number=number)
    created = line.log.wait(facts.LegCreated, 15, caller_number=number)
    return Walker(line, party, created.leg_id)


def menu(node_id: str = "m", **exits: str) -> dict[str, Any]:
    terms = {"prompt": 1, "seconds": 1, "timeouts": 1, "wrongs": 1, "wrong_prompt": 2}
    return node(node_id, "menu", terms, **exits)


def queue(node_id: str = "q", queue_id: int = 8) -> dict[str, Any]:
    return node(node_id, "queue", {"queue": queue_id})


# --- keys ------------------------------------------------------------------------------------------------------------
def test_a_key_leads_to_its_queue_while_the_prompt_plays(line: Any) -> None:
    lay(line, menu(k2="q", timeout="end"), queue(), END)
    caller = dials(line)
    caller.comes_to("m")
    caller.press("2")
    queued = caller.waits(8)
    assert queued.priority == 5
    walked = caller.comes_to("q")
    assert [(step.node, step.kind, step.exit, step.value) for step in walked.taken] == [
        ("m", "menu", "2", "2")
    ]
    assert walked.version_id == VERSION
    assert walked.tenant == "acme"


def test_every_leaf_of_three_levels_is_reached(line: Any) -> None:
    inner = [menu(f"m{a}", **{f"k{b}": f"m{a}{b}" for b in (1, 2)}) for a in (1, 2)]
    last = [menu(f"m{a}{b}", k1=f"e{a}{b}1", star=f"e{a}{b}2") for a in (1, 2) for b in (1, 2)]
    ends = [node(f"e{a}{b}{c}", "hangup") for a in (1, 2) for b in (1, 2) for c in (1, 2)]
    lay(line, menu("m", k1="m1", k2="m2"), *inner, *last, *ends)
    for a in (1, 2):
        for b in (1, 2):
            for c in (1, 2):
                caller = dials(line)
                caller.comes_to("m")
                # The rest is typed ahead, before the menus that ask for it.
                caller.press(f"{a}{b}{'1' if c == 1 else '*'}")
                caller.is_gone()
                assert [step[0] for step in caller.way()] == ["m", f"m{a}", f"m{a}{b}", f"e{a}{b}{c}"]


def test_silence_is_asked_again_and_then_takes_its_exit(line: Any) -> None:
    lay(line, menu(k1="end", timeout="t", wrong="w"), node("t", "hangup"), node("w", "hangup"), END)
    caller = dials(line)
    caller.comes_to("m")
    began = time.monotonic()
    caller.is_gone()
    assert caller.way() == [("m", "timeout", ""), ("t", "end", "")]
    assert time.monotonic() - began > 2 * (1 + PROMPT_SECONDS) - 0.5


def test_wrong_keys_are_counted_apart_from_silence(line: Any) -> None:
    lay(line, menu(k1="end", timeout="t", wrong="w"), node("t", "hangup"), node("w", "hangup"), END)
    caller = dials(line)
    caller.comes_to("m")
    caller.press("9")
    time.sleep(0.3)
    caller.press("#")
    caller.is_gone()
    assert caller.way() == [("m", "wrong", ""), ("w", "end", "")]


def test_a_repeat_key_asks_again_and_costs_nothing(line: Any) -> None:
    terms = {"prompt": 1, "seconds": 2, "timeouts": 0, "wrongs": 0, "repeat_key": "*"}
    lay(line, node("m", "menu", terms, k1="end", wrong="w"), node("w", "hangup"), END)
    caller = dials(line)
    caller.comes_to("m")
    caller.press("***1")
    caller.is_gone()
    assert caller.way() == [("m", "1", "1"), ("end", "end", "")]


def test_keys_pressed_while_something_is_said_count_at_the_menu_behind_it(line: Any) -> None:
    says = [node("s", "say", {"prompt": 3}, next="s2"), node("s2", "say", {"prompt": 4}, next="m")]
    lay(line, *says, menu(k2="m2"), menu("m2", k7="end"), END)
    caller = dials(line)
    caller.comes_to("s")
    caller.press("27")
    caller.is_gone()
    assert caller.way()[2:] == [("m", "2", "2"), ("m2", "7", "7"), ("end", "end", "")]


# --- digits ----------------------------------------------------------------------------------------------------------
def collects(**changes: Any) -> dict[str, Any]:
    terms = {"prompt": 1, "name": "order", "min": 4, "max": 6, "end_key": "#", "seconds": 1, "tries": 2}
    return node("c", "collect", terms | changes, next="m", failed="f")


@pytest.mark.parametrize(("typed", "kept"), [("4711#", "4711"), ("471100", "471100"), ("4711", "4711")])
def test_digits_end_with_the_key_the_length_or_a_pause(line: Any, typed: str, kept: str) -> None:
    lay(line, collects(), menu(k5="end"), node("f", "hangup"), END)
    caller = dials(line)
    caller.comes_to("c")
    caller.press(typed)
    walked = caller.comes_to("m")
    assert walked.collected == {"order": kept}
    caller.press("5")
    caller.is_gone()
    assert caller.way() == [("c", "next", kept), ("m", "5", "5"), ("end", "end", "")]


def test_digits_typed_ahead_of_what_is_said_before_are_whole(line: Any) -> None:
    lay(line, node("s", "say", {"prompt": 3}, next="c"), collects(), menu(k5="end"), node("f", "hangup"), END)
    caller = dials(line)
    caller.comes_to("s")
    caller.press("4711#5")
    caller.is_gone()
    assert caller.way()[1:] == [("c", "next", "4711"), ("m", "5", "5"), ("end", "end", "")]


def test_too_few_digits_are_asked_for_again_and_then_fail(line: Any) -> None:
    lay(line, collects(), menu(k5="end"), node("f", "hangup"), END)
    caller = dials(line)
    caller.comes_to("c")
    caller.press("12#")
    caller.is_gone()
    assert caller.way() == [("c", "failed", ""), ("f", "end", "")]
    assert caller.recorded().collected == {}


def test_a_secret_is_in_no_event_no_path_and_no_kept_record(line: Any) -> None:
    lay(line, collects(is_secret=True), menu(k5="end"), node("f", "hangup"), END)
    caller = dials(line)
    caller.comes_to("c")
    time.sleep(0.2)
    caller.press("483921")
    walked = caller.comes_to("m")
    assert walked.collected == {}
    assert [step.value for step in walked.taken] == [""]
    caller.press("5")
    caller.is_gone()
    clean = scrubbed(caller.record().read_bytes())
    assert clean is not None
    assert b"483921" not in clean
    assert b"digits_dialed" not in clean or b"4839" not in clean


# --- other nodes -----------------------------------------------------------------------------------------------------
def test_a_language_is_chosen_by_a_key_and_heard_from_there(line: Any) -> None:
    speaks = node("l", "language", {"prompt": 1, "keys": {"1": "zh", "2": "en"}, "seconds": 1}, next="m")
    lay(line, speaks, menu(k5="end"), END)
    caller = dials(line)
    assert caller.comes_to("l").language == "en"
    caller.press("1")
    assert caller.comes_to("m").language == "zh"


def test_what_is_set_goes_with_the_caller_into_the_queue(line: Any) -> None:
    skills = {"priority": 30, "skills": [{"skill": 3, "level": 2}], "tag": "vip"}
    lay(line, node("s", "set", skills, next="s2"), node("s2", "set", {"priority": 7}, next="q"), queue())
    queued = dials(line).waits(8)
    assert (queued.priority, queued.skills) == (42, ((3, 2),))


def test_a_queue_that_is_closed_takes_a_message(line: Any) -> None:
    lay(line, queue(queue_id=9))
    caller = dials(line)
    fell = line.log.wait(facts.WaitFellBack, leg_id=caller.leg_id)
    assert (fell.queue_id, fell.reason) == (9, "closed")


@pytest.mark.parametrize("is_now", [True, False])
def test_a_notice_is_heard_between_its_moments(line: Any, is_now: bool) -> None:
    begin = int(time.time()) + (-3600 if is_now else 3600)
    said = node("n", "notice", {"prompt": 1, "from": "x", "until": "y"}, next="end")
    lay(line, said, END, notices={"n": (begin, begin + 7200)})
    caller = dials(line)
    caller.is_gone()
    [step, _end] = caller.recorded().taken
    assert step.left_at is not None
    seconds = (step.left_at - step.entered_at).total_seconds()
    assert (seconds >= PROMPT_SECONDS - 0.05) is is_now


def test_a_voicemail_node_takes_the_message_for_its_queue(line: Any) -> None:
    lay(line, node("v", "voicemail", {"queue": 8}))
    caller = dials(line)
    fell = line.log.wait(facts.WaitFellBack, leg_id=caller.leg_id)
    assert (fell.queue_id, fell.reason) == (8, "flow")


def test_an_external_number_that_does_not_answer_takes_its_exit(line: Any) -> None:
    line.carrier(answer_after=None)
    out = node("x", "external", {"number": "+862155509999", "seconds": 5}, failed="end")
    lay(line, out, END)
    caller = dials(line)
    caller.is_gone(15)
    assert caller.way() == [("x", "failed", ""), ("end", "end", "")]


def test_an_external_number_is_joined(line: Any) -> None:
    line.carrier(answer_after=0.3)
    lay(line, node("x", "external", {"number": "862155509999", "seconds": 5}, failed="end"), END)
    caller = dials(line)
    joined = line.log.wait(facts.LegsBridged, 10)
    assert caller.leg_id in (joined.leg_id, joined.other_leg_id)


def test_an_agent_is_waited_for_in_the_queue_whose_terms_hold(line: Any) -> None:
    lay(line, node("a", "agent", {"agent": 11, "queue": 8, "seconds": 60}, unavailable="end"), END)
    assert dials(line).waits(8).wanted_agent_id == 11


def test_an_agent_who_is_not_reached_leads_back_into_the_flow(line: Any) -> None:
    wanted = node("a", "agent", {"agent": 11, "queue": 8, "seconds": 2}, unavailable="q")
    lay(line, wanted, queue())
    caller = dials(line)
    caller.waits(8)
    fell = line.log.wait(facts.WaitFellBack, 10, leg_id=caller.leg_id)
    assert (fell.queue_id, fell.reason) == (8, "unreached")
    caller.comes_to("q")
    again = wait_until(lambda: line.log.all(facts.LegQueued, leg_id=caller.leg_id)[1:], 10)[0]
    assert (again.wanted_agent_id, again.priority) == (None, 5)
    assert line.legs_alive() == 1


# --- what asks us ----------------------------------------------------------------------------------------------------
ASKS = {
    "hours": ({"hours": 3}, "open", "closed"),
    "condition": ({"branches": [{"exit": "vip", "when": []}]}, "vip", "else"),
    "split": ({"shares": [{"exit": "a", "percent": 50}, {"exit": "b", "percent": 50}]}, "b", "a"),
    "lookup": ({"url": "https://example.org/"}, "found", "failed"),
}


def asking(kind: str) -> dict[str, Any]:
    settings, answered, fallback = ASKS[kind]
    return node("a", kind, settings) | {"exits": {answered: "yes", fallback: "no"}}


@pytest.mark.parametrize("kind", ASKS)
def test_our_web_says_the_exit(line: Any, kind: str) -> None:
    terms = lay(line, asking(kind), node("yes", "hangup"), node("no", "hangup"))
    line.web.flow_answers["ask-a"] = left(terms.document.nodes["a"], ASKS[kind][1])
    caller = dials(line)
    caller.is_gone()
    assert caller.way() == [("a", ASKS[kind][1], ""), ("yes", "end", "")]
    [form] = [form for _section, form in line.web.asked if form.get("Caller-Context") == "flow"]
    assert form["variable_cc_flow"] == str(VERSION)


@pytest.mark.parametrize("kind", ASKS)
def test_without_us_each_takes_its_fallback(line: Any, kind: str) -> None:
    lay(line, asking(kind), node("yes", "hangup"), node("no", "hangup"))
    write_numbers(line.directory / "conf", [(HOT_LINE, line.web.routes[HOT_LINE])])
    line.web.is_broken = True
    caller = dials(line)
    caller.is_gone(15)
    assert caller.way() == [("a", ASKS[kind][2], ""), ("no", "end", "")]


def test_a_web_that_hangs_costs_a_second_and_not_the_caller(line: Any) -> None:
    lay(line, asking("hours"), node("yes", "hangup"), node("no", "hangup"))
    write_numbers(line.directory / "conf", [(HOT_LINE, line.web.routes[HOT_LINE])])
    line.web.delay_seconds = 5
    caller = dials(line)
    caller.is_gone(15)
    assert caller.way()[0] == ("a", "closed", "")


def test_the_queue_of_this_moment_is_asked_for(line: Any) -> None:
    terms = lay(line, queue())
    fresh = in_queue(8, QueueTerms(max_wait_seconds=60, priority=77))
    line.web.flow_answers["ask-q"] = fresh
    assert dials(line).waits(8).priority == 77
    assert terms.queues[8].priority == 5


# --- the caller is sacred --------------------------------------------------------------------------------------------
def test_a_flow_whose_file_is_gone_leads_to_the_numbers_own_queue(line: Any) -> None:
    lay(line, queue())
    (line.directory / "conf" / "flows" / file_name("acme", VERSION)).unlink()
    dials(line).waits(7)


def test_a_broken_file_leads_to_the_numbers_own_queue(line: Any) -> None:
    lay(line, queue())
    write_flows(line.directory / "conf", {file_name("acme", VERSION): "<document><section"})
    dials(line).waits(7)


def test_a_file_that_goes_while_somebody_walks_in_it_leads_to_the_numbers_own_queue(line: Any) -> None:
    lay(line, menu(k1="end"), END)
    caller = dials(line)
    caller.comes_to("m")
    (line.directory / "conf" / "flows" / file_name("acme", VERSION)).unlink()
    caller.press("1")
    caller.waits(7)


def test_a_way_that_leads_nowhere_ends_in_the_numbers_own_queue(line: Any) -> None:
    lay(line, menu(k1="end", timeout=""), END)
    caller = dials(line)
    assert caller.waits(7)
    walked = line.log.all(facts.FlowStepped, leg_id=caller.leg_id)
    assert {fact.tenant for fact in walked} == {"acme"}


def test_a_circle_without_an_end_ends_in_the_numbers_own_queue(line: Any) -> None:
    circle = [node("a", "set", {"priority": 0}, next="b"), node("b", "set", {"priority": 0}, next="a")]
    lay(line, *circle)
    dials(line).waits(7)


def test_a_prompt_that_is_not_there_is_passed_by(line: Any) -> None:
    terms = lay(
        line, node("s", "say", {"prompt": 99}, next="t"), node("t", "say", {"prompt": 1}, next="end"), END
    )
    for sound in terms.sounds[1].values():
        (line.directory / "prompts" / "acme" / f"{sound}.wav").unlink()
    caller = dials(line)
    caller.is_gone()
    assert [step[:2] for step in caller.way()] == [("s", "next"), ("t", "next"), ("end", "end")]


def test_a_closed_number_with_a_flow_still_walks_it(line: Any) -> None:
    lay(line, node("s", "say", {"prompt": 1}, next=""))
    line.web.routes[HOT_LINE] = Route(
        tenant="acme", number=HOT_LINE, queue_id=7, treatment="closed", flow_version_id=VERSION
    )
    caller = dials(line)
    caller.comes_to("s")
    fell = line.log.wait(facts.WaitFellBack, leg_id=caller.leg_id)
    assert (fell.queue_id, fell.reason) == (7, "closed")


NODES: dict[str, dict[str, Any]] = {
    "say": node("x", "say", {"prompt": 5}, next="x2"),
    "menu": node("x", "menu", {"prompt": 5, "seconds": 9}, k1="x2"),
    "collect": node("x", "collect", {"prompt": 5, "name": "n", "seconds": 9}, next="x2"),
    "language": node("x", "language", {"prompt": 5, "keys": {"1": "en"}, "seconds": 9}, next="x2"),
    "hours": node("x", "hours", {"hours": 1}, closed="x2", open="x2"),
    "lookup": node("x", "lookup", {"url": "https://example.org/"}, failed="x2"),
    "answer": node("x", "answer", {"prompt": 5, "says": []}, next="x2"),
    "external": node("x", "external", {"number": "862155509999", "seconds": 30}, failed="x2"),
    "voicemail": node("x", "voicemail", {"queue": 8}),
    "queue": queue("x"),
    "agent": node("x", "agent", {"agent": 11, "queue": 8, "seconds": 60}, unavailable="x2"),
    "callback": node("x", "callback", {"queue": 8, "prompt": 5}, refused="x2"),
    "hangup": node("x", "hangup", {"prompt": 5}),
}


@pytest.mark.parametrize("kind", NODES)
def test_a_caller_may_hang_up_in_every_node(line: Any, kind: str) -> None:
    terms = lay(line, NODES[kind], node("x2", "say", {"prompt": 5}, next="x3"), node("x3", "hangup"))
    assert terms.document.nodes["x"].kind == kind
    caller = dials(line)
    walked = caller.comes_to("x")
    assert walked.current is not None
    assert (walked.current.kind, walked.current.position) == (kind, 1)
    if kind in ("queue", "agent"):
        caller.waits(8)
    caller.party.stop()
    line.api(f"uuid_kill {caller.leg_id}")
    ended = caller.is_gone()
    assert ended.tenant == "acme"
    settled = [
        one for one in settle(caller.record().read_bytes(), Source(NODE)) if isinstance(one, facts.LegSettled)
    ]
    has_waited = kind in ("queue", "agent", "voicemail")
    assert (settled[0].queue_id is not None) is has_waited
    record = caller.recorded()
    assert record.ended_at is not None
    assert record.version_id == VERSION
    assert line.legs_alive() == 0


@pytest.mark.parametrize("kind", NODES)
def test_with_all_of_us_away_the_caller_ends_somewhere(line: Any, kind: str) -> None:
    """No worker, no web: each kind leads on, or to a queue, or to a message; nobody is left in silence."""
    lay(line, NODES[kind], node("x2", "say", {"prompt": 1}, next=""))
    write_numbers(line.directory / "conf", [(HOT_LINE, line.web.routes[HOT_LINE])])
    line.web.is_broken = True
    line.stop_beating()
    line.api("hash delete/cc/router_alive")
    line.carrier(answer_after=None)
    caller = dials(line)
    caller.comes_to("x", 15)
    if kind in ("menu", "collect"):
        caller.press("1#")

    def is_cared_for() -> bool:
        fell = line.log.all(facts.WaitFellBack, leg_id=caller.leg_id)
        gone = line.log.all(facts.LegHungUp, leg_id=caller.leg_id)
        return bool(fell or gone)

    wait_until(is_cared_for, 25, "the caller hangs in the air")


# --- hostile ---------------------------------------------------------------------------------------------------------
HOSTILE = "${system touch /tmp/contract-suite-was-owned}"


def test_a_hostile_document_runs_nothing_and_loses_nobody(line: Any) -> None:
    PROOF.unlink(missing_ok=True)
    wicked = [
        node("a", "set", {"priority": HOSTILE}, next="b"),
        node("b", "external", {"number": HOSTILE}, failed="end"),
    ]
    titled = node("s", "say", {"prompt": 1}, next="m") | {"title": HOSTILE}
    lay(line, titled, menu(k1="a", k2="b"), *wicked, END)
    for key in "12":
        caller = dials(line)
        caller.comes_to("m")
        caller.press(key)
        caller.waits(7)
    assert not PROOF.exists()


def test_what_a_document_types_stands_nowhere_in_the_file(line: Any) -> None:
    terms = lay(line, node("s", "say", {"prompt": 1}, next="end") | {"title": "TitleOfIt"}, END)
    text = (line.directory / "conf" / "flows" / file_name("acme", VERSION)).read_text()
    assert "TitleOfIt" not in text
    assert parse(terms.document.as_dict()) == terms.document


@pytest.fixture(autouse=True)
def _numbers_as_before(line: Any) -> Iterator[None]:
    yield
    write_numbers(line.directory / "conf", [])
