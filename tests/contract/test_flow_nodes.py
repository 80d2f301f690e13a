"""Every kind of node on a switch: what it does, what it does with nobody to ask, and who hangs up in it."""

from __future__ import annotations

import time
from collections.abc import Iterator
from functools import partial
from typing import Any

import pytest

from telephony import facts
from telephony.flows.document import parse
from telephony.flows.kinds import KINDS
from telephony.flows.terms import QueueTerms
from telephony.freeswitch.flow_document import file_name
from telephony.freeswitch.flow_lines import go, left, noted, setting
from telephony.freeswitch.flow_nodes import in_queue
from telephony.freeswitch.snapshot import write_numbers
from telephony.freeswitch.survey_document import AskedSurvey, survey_document, write_surveys
from tests.contract.driver import wait_until
from tests.contract.flow_rows import PROMPT_SECONDS, VERSION, lay, node
from tests.contract.walker import END, Walker, callers, dials, lay_each, menu, queue, together, walk_each


@pytest.fixture(autouse=True)
def _files_as_before(line: Any) -> Iterator[None]:
    yield
    write_numbers(line.directory / "conf", [])
    write_surveys(line.directory / "conf", {})


def known_without_us(line: Any) -> None:
    """The numbers as the switch keeps them for itself."""
    write_numbers(line.directory / "conf", list(line.web.routes.items()))


# --- one by one ------------------------------------------------------------------------------------------------------
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


def test_a_closed_queue_and_a_voicemail_node_take_a_message(line: Any) -> None:
    walking = walk_each(
        line, {"closed": [queue(queue_id=9)], "voicemail": [node("v", "voicemail", {"queue": 8})]}
    )
    assert walking["closed"].falls_back() == (9, "closed")
    assert walking["voicemail"].falls_back() == (8, "flow")


def test_a_notice_is_heard_between_its_moments(line: Any) -> None:
    said = [node("n", "notice", {"prompt": 1, "from": "x", "until": "y"}, next="end"), END]
    now = int(time.time())
    for begin, is_heard in ((now - 3600, True), (now + 3600, False)):
        walking = walk_each(line, {"notice": said}, notices={"n": (begin, begin + 7200)})
        walking["notice"].is_gone()
        [step, _end] = walking["notice"].recorded().taken
        assert step.left_at is not None
        seconds = (step.left_at - step.entered_at).total_seconds()
        assert (seconds >= PROMPT_SECONDS - 0.05) is is_heard


def external(seconds: int) -> dict[str, Any]:
    return node("x", "external", {"number": "+862155509999", "seconds": seconds}, failed="end")


def test_an_external_number_that_does_not_answer_takes_its_exit(line: Any) -> None:
    line.carrier(answer_after=None)
    lay(line, external(5), END)
    caller = dials(line)
    caller.is_gone(15)
    assert caller.way() == [("x", "failed", ""), ("end", "end", "")]


def test_an_external_number_is_joined(line: Any) -> None:
    line.carrier(answer_after=0.3)
    lay(line, external(5), END)
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
    assert caller.falls_back() == (8, "unreached")
    caller.comes_to("q")
    again = wait_until(lambda: line.log.all(facts.LegQueued, leg_id=caller.leg_id)[1:], 10)[0]
    assert (again.wanted_agent_id, again.priority) == (None, 5)
    assert line.legs_alive() == 1


def test_a_survey_in_a_flow_is_answered_and_the_way_goes_on(line: Any) -> None:
    write_surveys(
        line.directory / "conf",
        {"acme": survey_document("acme", [AskedSurvey(survey_id=3, scale="csat")])},
    )
    lay(line, node("s", "survey", {"survey": 3}, next="m"), menu(k5="end"), END)
    caller = dials(line)
    line.log.wait(facts.SurveyAnswered, 10, leg_id=caller.leg_id)
    wait_until(
        lambda: "digits" in line.api(f"uuid_getvar {caller.leg_id} current_application"), 10, "not asked"
    )
    caller.press("4")
    told = wait_until(
        lambda: [one for one in line.log.all(facts.SurveyAnswered, leg_id=caller.leg_id) if one.score], 10
    )
    assert (told[0].survey_id, told[0].score) == (3, 4)
    caller.comes_to("m", 15)
    caller.press("5")
    caller.is_gone()
    assert caller.way() == [("s", "next", "4"), ("m", "5", "5"), ("end", "end", "")]


# --- what asks us ----------------------------------------------------------------------------------------------------
ASKS = {
    "hours": ({"hours": 3}, "open", "closed"),
    "condition": ({"branches": [{"exit": "vip", "when": []}]}, "vip", "else"),
    "split": ({"shares": [{"exit": "a", "percent": 50}, {"exit": "b", "percent": 50}]}, "b", "a"),
    "lookup": ({"url": "https://example.org/"}, "found", "failed"),
    "callback": ({"queue": 8}, "", "refused"),
    "answer": ({"prompt": 1, "says": [{"name": "days", "as": "number"}]}, "", "next"),
}


def asking(kind: str) -> list[dict[str, Any]]:
    settings, answered, fallback = ASKS[kind]
    asked = node(kind, kind, settings) | {"exits": {answered or "none": "yes", fallback: "no"}}
    return [asked, node("yes", "hangup"), node("no", "hangup")]


def answered(kind: str) -> list[tuple[str, str]]:
    """What our web says: the exit; of a callback, that it is promised; of an answer, the words and the way on."""
    asked = parse({"format": 1, "languages": ["en"], "start": kind, "nodes": asking(kind)}).nodes[kind]
    if kind == "callback":
        said = "${cc_sounds}/en/goodbye.wav"
        return [noted(asked, "promised"), ("playback", said), ("hangup", "NORMAL_CLEARING")]
    if kind == "answer":
        return [("playback", "${cc_sounds}/en/words/2.wav"), *left(asked, "next")]
    return left(asked, ASKS[kind][1])


def test_our_web_says_the_exit(line: Any) -> None:
    line.web.flow_answers |= {f"ask-{kind}": answered(kind) for kind in ASKS}
    walking = walk_each(line, {kind: asking(kind) for kind in ASKS})
    for kind, caller in walking.items():
        caller.is_gone()
        expected = {
            "callback": [("callback", "promised", "")],
            "answer": [("answer", "next", ""), ("no", "end", "")],
        }
        assert caller.way() == expected.get(kind, [(kind, ASKS[kind][1], ""), ("yes", "end", "")])
    forms = [form for _section, form in line.web.asked if form.get("Caller-Context") == "flow"]
    assert len(forms) == len(ASKS)
    versions = {str(VERSION + place) for place in range(1, len(ASKS) + 1)}
    assert {form["variable_cc_flow"] for form in forms} == versions


def test_a_look_up_that_lasts_is_asked_after_until_it_is_there(line: Any) -> None:
    [asked, *others] = asking("lookup")
    terms = lay(line, asked, *others)
    line.web.flow_answers["ask-lookup"] = [go("w-lookup")]
    caller = dials(line)
    caller.comes_to("lookup")
    wait_until(
        lambda: len([1 for _s, form in line.web.asked if form.get("Caller-Context") == "flow"]) > 2, 15
    )
    line.web.flow_answers["ask-lookup"] = [
        setting("cc_v_state", "sent"), *left(terms.document.nodes["lookup"], "found")
    ]  # fmt: skip
    caller.is_gone()
    assert caller.way() == [("lookup", "found", ""), ("yes", "end", "")]
    assert caller.recorded().collected == {"state": "sent"}


@pytest.mark.parametrize("how", ["broken", "hanging"])
def test_without_us_each_takes_its_fallback(line: Any, how: str) -> None:
    numbers = lay_each(line, {kind: asking(kind) for kind in ASKS})
    known_without_us(line)
    line.web.is_broken, line.web.delay_seconds = how == "broken", 5 if how == "hanging" else 0
    walking = dict(zip(numbers, callers(line, list(numbers.values())), strict=True))
    for kind, caller in walking.items():
        caller.is_gone(15)
        assert caller.way() == [(kind, ASKS[kind][2], ""), ("no", "end", "")]


def test_the_queue_of_this_moment_is_asked_for(line: Any) -> None:
    terms = lay(line, queue())
    fresh = in_queue(8, QueueTerms(max_wait_seconds=60, priority=77))
    line.web.flow_answers["ask-q"] = fresh
    assert dials(line).waits(8).priority == 77
    assert terms.queues[8].priority == 5


# --- in every node ---------------------------------------------------------------------------------------------------
NODES: dict[str, dict[str, Any]] = {
    "say": node("x", "say", {"prompt": 5}, next="x2"),
    "menu": node("x", "menu", {"prompt": 5, "seconds": 9}, k1="x2"),
    "collect": node("x", "collect", {"prompt": 5, "name": "n", "seconds": 9}, next="x2"),
    "hours": node("x", "hours", {"hours": 1}, closed="x2", open="x2"),
    "notice": node("x", "notice", {"prompt": 5, "from": "x", "until": "y"}, next="x2"),
    "condition": node("x", "condition", {"branches": []}, else_="x2"),
    "lookup": node("x", "lookup", {"url": "https://example.org/"}, failed="x2"),
    "answer": node("x", "answer", {"prompt": 5, "says": []}, next="x2"),
    "language": node("x", "language", {"prompt": 5, "keys": {"1": "en"}, "seconds": 9}, next="x2"),
    "split": node("x", "split", {"shares": [{"exit": "a", "percent": 100}]}, a="x2"),
    "set": node("x", "set", {"priority": 3}, next="x2"),
    "queue": queue("x"),
    "agent": node("x", "agent", {"agent": 11, "queue": 8, "seconds": 60}, unavailable="x2"),
    "external": node("x", "external", {"number": "862155509999", "seconds": 30}, failed="x2"),
    "voicemail": node("x", "voicemail", {"queue": 8}),
    "callback": node("x", "callback", {"queue": 8, "prompt": 5}, refused="x2"),
    "survey": node("x", "survey", {"survey": 3}, next="x2"),
    "back": node("x", "back", {}),
    "hangup": node("x", "hangup", {"prompt": 5}),
}
BEHIND = [node("x2", "say", {"prompt": 5}, next="x3"), node("x3", "hangup")]


def test_every_kind_is_tried() -> None:
    assert list(NODES) == [kind for kind in KINDS if kind != "speech"], "test_speech.py has that one"


def test_a_caller_may_hang_up_in_every_node(line: Any) -> None:
    write_surveys(
        line.directory / "conf", {"acme": survey_document("acme", [AskedSurvey(survey_id=3, scale="nps")])}
    )
    line.carrier(answer_after=20)
    now = int(time.time())
    flows = {kind: [nodes, *BEHIND] for kind, nodes in NODES.items()}
    numbers = lay_each(line, flows, notices={"x": (now - 60, now + 600)})
    # Nineteen at once: whom our web answers too late finds the way by what the switch keeps for itself.
    known_without_us(line)
    walking = dict(zip(numbers, callers(line, list(numbers.values())), strict=True))

    def hang_up(kind: str, caller: Walker) -> None:
        walked = caller.comes_to("x")
        assert walked.current is not None
        assert (walked.current.kind, walked.current.position) == (kind, 1)
        if kind in ("queue", "agent", "back"):
            # Who was not sent here by an agent goes where the number leads.
            caller.waits(7 if kind == "back" else 8)
        if kind == "voicemail":
            caller.falls_back()
        ended = caller.hangs_up()
        assert ended.tenant == "acme"
        settled = [one for one in caller.settled() if isinstance(one, facts.LegSettled)]
        assert len(settled) == 1
        has_waited = kind in ("queue", "agent", "voicemail", "back")
        assert (settled[0].queue_id is not None) is has_waited
        record = caller.recorded()
        assert record.ended_at is not None
        assert record.version_id == walked.version_id
        assert "x" in [step.node for step in (*record.taken, record.current) if step]

    together({kind: partial(hang_up, kind, caller) for kind, caller in walking.items()})
    wait_until(lambda: line.legs_alive() == 0, 10, "a leg stayed behind")


def test_with_all_of_us_away_the_caller_ends_somewhere(line: Any) -> None:
    """No worker, no web: each kind leads on, or to a queue, or to a message; nobody is left in silence."""
    flows = {kind: [nodes, node("x2", "say", {"prompt": 1}, next="")] for kind, nodes in NODES.items()}
    numbers = lay_each(line, flows)
    known_without_us(line)
    line.web.is_broken = True
    line.stop_beating()
    line.api("hash delete/cc/router_alive")
    line.carrier(answer_after=None)
    walking = dict(zip(numbers, callers(line, list(numbers.values())), strict=True))

    def is_cared_for(kind: str, caller: Walker) -> None:
        caller.comes_to("x", 15)
        if kind in ("menu", "collect", "language"):
            caller.press("1#")

        def is_heard() -> bool:
            fell = line.log.all(facts.WaitFellBack, leg_id=caller.leg_id)
            return bool(fell or line.log.all(facts.LegHungUp, leg_id=caller.leg_id))

        wait_until(is_heard, 25, "the caller hangs in the air")

    together({kind: partial(is_cared_for, kind, caller) for kind, caller in walking.items()})
    fell = {kind: line.log.all(facts.WaitFellBack, leg_id=caller.leg_id) for kind, caller in walking.items()}
    assert {kind for kind, told in fell.items() if not told} == {"hangup"}


# --- hostile ---------------------------------------------------------------------------------------------------------
def test_what_a_document_types_stands_nowhere_in_the_file(line: Any) -> None:
    terms = lay(line, node("s", "say", {"prompt": 1}, next="end") | {"title": "TitleOfIt"}, END)
    text = (line.directory / "conf" / "flows" / file_name("acme", VERSION)).read_text()
    assert "TitleOfIt" not in text
    assert parse(terms.document.as_dict()) == terms.document
