"""The step that listens: what may be said for it, how it is walked, and which of its phrases a text means."""

import pytest

from contactcenter.environment import PROJECT
from telephony.console.flow_problems import told_problem
from telephony.flows.check import Known, check, errors_of
from telephony.flows.document import parse
from telephony.flows.kinds import KINDS, exits_of
from telephony.flows.walk import walk
from telephony.speech.listening.matching import match, phrases_of, plain

SALES = {"exit": "p1", "name": "Sales", "says": "buy something, order", "key": "1"}
PEOPLE = {"exit": "p2", "name": "王芳", "says": "找王芳、销售部"}


def flow(*phrases, **settings):
    listens = {"id": "s", "kind": "speech", "settings": {"prompt": 1, "phrases": list(phrases), **settings},
               "exits": {"p1": "q", "p2": "h"}}  # fmt: skip
    ends = [{"id": "q", "kind": "queue", "settings": {"queue": 7}}, {"id": "h", "kind": "hangup"}]
    return parse({"format": 1, "languages": ["en"], "start": "s", "nodes": [listens, *ends]})


def wrong(*phrases, **settings):
    return [(one.code, one.field) for one in errors_of(check(flow(*phrases, **settings)))]


def test_each_phrase_is_a_way_out_and_not_understood_may_be_left_open():
    document = flow(SALES, PEOPLE, name="topic")
    assert exits_of(document.nodes["s"]) == ("unheard", "p1", "p2")
    assert [one.code for one in check(document)] == ["to_the_queue", "silent_loop"][:1]


@pytest.mark.parametrize(
    ("phrases", "code"),
    [
        ([], "missing"),
        ([SALES, SALES], "twice"),
        ([SALES, PEOPLE | {"key": "1"}], "twice"),
        ([SALES | {"exit": "unheard"}, PEOPLE], "wrong_kind"),
        ([SALES | {"exit": "../x"}, PEOPLE], "wrong_kind"),
        ([SALES | {"key": "12"}, PEOPLE], "wrong_kind"),
        ([SALES | {"name": "", "says": " "}, PEOPLE], "missing"),
        ([SALES | {"says": "x" * 301}, PEOPLE], "out_of_range"),
        ([SALES | {"says": "a\nb"}, PEOPLE], "wrong_kind"),
        ([SALES | {"run": "system"}, PEOPLE], "unknown_key"),
        (["sales", PEOPLE], "wrong_kind"),
    ],
)
def test_phrases_that_will_not_do_are_told(phrases, code):
    assert (code, "phrases") in wrong(*phrases)


def test_a_phrase_without_a_step_is_a_dead_end():
    assert ("dead_end", "p3") in wrong(SALES, PEOPLE, {"exit": "p3", "name": "Other"})


def test_in_the_simulator_a_key_says_it_or_the_way_is_chosen():
    document = flow(SALES, PEOPLE, name="topic", tries=2)
    pressed = walk(document, ["1"])
    assert (pressed.steps[0].exit, pressed.end["kind"]) == ("p1", "queue")
    assert pressed.caller.collected == {"topic": "p1"}
    assert walk(document, ["", "9"]).steps[0].exit == "unheard"
    assert walk(document).end == {"kind": "listening", "node": "s", "keys": ["1"], "digits": 1}
    assert walk(document, chosen={"s": "p2"}).end["kind"] == "hangup"


@pytest.mark.parametrize(
    ("text", "exit_name"),
    [
        ("I would like to ORDER, please!", "p1"),
        ("sales", "p1"),
        ("sails", "p1"),
        ("border control", ""),
        ("你好，我找王芳", "p2"),
        ("销售部", "p2"),
        ("the weather", ""),
        ("", ""),
        ("$(reboot) ${system}", ""),
    ],
)
def test_a_text_means_the_phrase_that_is_said_in_it(text, exit_name):
    assert match(text, [SALES, PEOPLE]).exit == exit_name


def test_the_longer_phrase_counts_and_two_that_are_equally_alike_mean_neither():
    support = {"exit": "a", "name": "support"}
    technical = {"exit": "b", "name": "technical support"}
    assert match("technical support please", [support, technical]).exit == "b"
    assert match("bat", [{"exit": "a", "name": "bate"}, {"exit": "b", "name": "bats"}]).exit == ""
    assert phrases_of(PEOPLE) == ["找王芳", "销售部", "王芳"]
    assert plain("A  B-c 我 们") == "abc我们"


def test_a_language_nobody_understands_is_told_before_publishing():
    def told(listeners):
        known = Known(rows={"queue": frozenset({7})}, listeners=listeners)
        return [
            (one.code, one.value, one.is_error)
            for one in check(flow(SALES, PEOPLE), known)
            if "listens" in one.code
        ]

    assert told(frozenset({"zh"})) == [("nobody_listens", "en", False)]
    assert told(frozenset({"en"})) == told(None) == []


def test_a_problem_calls_a_phrase_by_its_name_and_every_kind_of_step_has_a_sign():
    drawn = flow(SALES, PEOPLE).as_dict()
    drawn["nodes"][0]["exits"] = {"p1": "q"}
    document = parse(drawn)
    told = [told_problem(one, document) for one in errors_of(check(document))]
    assert told[0] == "The way “王芳” leads nowhere. Connect it to a step."
    signs = (PROJECT / "templates" / "telephony" / "flows" / "_signs.html").read_text()
    assert [kind for kind in KINDS if f'id="sign-{kind}"' not in signs] == []
