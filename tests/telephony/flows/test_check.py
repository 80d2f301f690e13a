"""What keeps a flow from being published, one thing wrong at a time."""

import re

import pytest
from hypothesis import example, given
from hypothesis import settings as tried
from hypothesis import strategies as st

from telephony.flows.check import Known, Wording, check, errors_of
from telephony.flows.document import UnreadableFlow, parse
from tests.telephony.drawn import document, node

READY = {"zh": Wording("ready"), "en": Wording("ready")}
KNOWN = Known(
    rows={kind: frozenset({1, 2}) for kind in ("prompt", "queue", "hours", "survey", "agent", "skill")},
    wordings={1: READY, 2: READY},
    voices=frozenset({"zh", "en"}),
    own_numbers=frozenset({"+864001234567"}),
    now="2026-11-16T17:00",
)
END = node("z", "hangup")


def found(*nodes, known=KNOWN, start=""):
    problems = check(parse(document(*nodes, start=start)), known)
    return [(one.node, one.code, one.field) for one in problems]


def alone(kind, exits=None, **settings):
    """One node whose ways all lead to an end."""
    return found(node("n", kind, exits, **settings), END)


MENU = {"1": "z", "timeout": "z", "wrong": "z"}
BRANCH = {"exit": "b1", "name": "VIP", "when": [{"field": "level", "op": "is", "value": "vip"}]}
TWO = {"b1": "z", "else": "z"}
LOOKUP = {"failed": "z", "found": "z", "not_found": "z"}


@pytest.mark.parametrize(
    ("kind", "exits", "said"),
    [
        ("say", {"next": "z"}, {"prompt": 1}),
        ("menu", MENU, {"prompt": 1, "repeat_key": "*", "seconds": 20, "timeouts": 0, "wrong_prompt": 2}),
        ("collect", {"next": "z", "failed": "z"}, {"prompt": 1, "name": "order_no", "is_secret": True}),
        ("hours", {"open": "z", "closed": "z"}, {"hours": 1}),
        ("notice", {"next": "z"}, {"prompt": 1, "from": "2026-11-01T00:00", "until": "2026-12-01T00:00"}),
        ("condition", TWO, {"branches": [BRANCH]}),
        (
            "lookup",
            LOOKUP,
            {
                "url": "https://shop.example:8443/o/{caller_number}?l={language}",
                "keep": [{"name": "state", "path": "data.state"}],
                "found_when": "ok",
                "timeout_seconds": 3,
            },
        ),
        ("answer", {"next": "z"}, {"prompt": 1}),
        ("language", {"next": "z"}, {"prompt": 1, "keys": {"1": "zh", "2": "en"}}),
        (
            "split",
            {"a": "z", "b": "z"},
            {"shares": [{"exit": "a", "percent": 50}, {"exit": "b", "percent": 50}]},
        ),
        (
            "set",
            {"next": "z"},
            {"priority": -60, "skills": [{"skill": 1, "level": 10}], "tag": "老客户"},
        ),
        ("agent", {"unavailable": "z"}, {"agent": 1, "queue": 2}),
        ("external", {"failed": "z"}, {"number": "+8613900001111"}),
        ("callback", {"refused": "z"}, {"queue": 1, "prompt": 2}),
        ("survey", {"next": "z"}, {"survey": 1}),
    ],
)
def test_a_whole_node_of_each_kind_has_no_problem(kind, exits, said):
    assert alone(kind, exits, **said) == []


@pytest.mark.parametrize(
    ("kind", "exits", "said", "problem"),
    [
        ("say", {"next": "z"}, {}, ("missing", "prompt")),
        ("say", {"next": "z"}, {"prompt": "1"}, ("wrong_kind", "prompt")),
        ("say", {"next": "z"}, {"prompt": True}, ("wrong_kind", "prompt")),
        ("say", {"next": "z"}, {"prompt": -1}, ("wrong_kind", "prompt")),
        ("say", {"next": "z"}, {"prompt": 9}, ("not_there", "prompt")),
        ("say", {"next": "z"}, {"prompt": 1, "loud": 1}, ("unknown_key", "loud")),
        ("menu", MENU, {"prompt": 1, "seconds": 0}, ("out_of_range", "seconds")),
        ("menu", MENU, {"prompt": 1, "seconds": 5.0}, ("wrong_kind", "seconds")),
        ("menu", MENU, {"prompt": 1, "timeouts": 6}, ("out_of_range", "timeouts")),
        ("menu", MENU, {"prompt": 1, "repeat_key": "12"}, ("wrong_kind", "repeat_key")),
        ("menu", MENU, {"prompt": 1, "repeat_key": "1"}, ("key_is_repeat", "1")),
        ("menu", {"timeout": "z", "wrong": "z"}, {"prompt": 1}, ("nothing_offered", "exits")),
        ("menu", MENU | {"2": ""}, {"prompt": 1}, ("dead_end", "2")),
        ("menu", {"1": "z", "wrong": "z"}, {"prompt": 1}, ("to_the_queue", "timeout")),
        ("menu", MENU | {"next": "z"}, {"prompt": 1}, ("unknown_exit", "next")),
        ("collect", {"next": "z", "failed": "z"}, {"prompt": 1, "name": "Bad-Name"}, ("wrong_kind", "name")),
        (
            "collect",
            {"next": "z", "failed": "z"},
            {"prompt": 1, "name": "x", "min": 5, "max": 4},
            ("min_over_max", "min"),
        ),
        ("hours", {"open": "z"}, {"hours": 1}, ("dead_end", "closed")),
        (
            "notice",
            {"next": "z"},
            {"prompt": 1, "from": "2026-11-01T00:00", "until": "2026-11-01T00:00"},
            ("ends_before_it_begins", "until"),
        ),
        (
            "notice",
            {"next": "z"},
            {"prompt": 1, "from": "2026-02-30T00:00", "until": "2026-11-01T00:00"},
            ("out_of_range", "from"),
        ),
        (
            "notice",
            {"next": "z"},
            {"prompt": 1, "from": "2026-01-01T00:00", "until": "2026-11-16T17:00"},
            ("over", "until"),
        ),
        ("condition", {"else": "z"}, {}, ("missing", "branches")),
        ("condition", {"else": "z"}, {"branches": []}, ("missing", "branches")),
        ("condition", {"else": "z"}, {"branches": [BRANCH]}, ("dead_end", "b1")),
        ("condition", TWO, {"branches": [BRANCH, BRANCH]}, ("twice", "branches")),
        ("condition", TWO, {"branches": [BRANCH | {"when": []}]}, ("missing", "branches")),
        (
            "condition",
            TWO,
            {"branches": [{"exit": "b1", "when": [{"field": "eval", "op": "is", "value": "x"}]}]},
            ("unknown", "branches"),
        ),
        (
            "condition",
            TWO,
            {"branches": [{"exit": "b1", "when": [{"field": "collected.x", "op": "is", "value": "1"}]}]},
            ("not_collected", "branches"),
        ),
        (
            "condition",
            TWO,
            {
                "branches": [
                    {"exit": "b1", "when": [{"field": "queue.9.ready", "op": "at_least", "value": 1}]}
                ]
            },
            ("not_there", "queue"),
        ),
        ("lookup", LOOKUP, {"url": "ftp://x.example/"}, ("wrong_kind", "url")),
        ("lookup", LOOKUP, {"url": "https://u:p@x.example/"}, ("wrong_kind", "url")),
        ("lookup", LOOKUP, {"url": "https://{host}.example/"}, ("wrong_kind", "url")),
        ("lookup", LOOKUP, {"url": "https:///x"}, ("wrong_kind", "url")),
        ("lookup", LOOKUP, {"url": "https://x.example:99999/"}, ("wrong_kind", "url")),
        ("lookup", LOOKUP, {"url": "https://x.example/\r\nHost: y"}, ("wrong_kind", "url")),
        ("lookup", LOOKUP, {"url": "https://[::1"}, ("wrong_kind", "url")),
        ("lookup", LOOKUP, {"url": "https://x.example/" + "a" * 500}, ("wrong_kind", "url")),
        ("lookup", LOOKUP, {"url": "https://x.example/{order}"}, ("not_collected", "url")),
        ("lookup", LOOKUP, {"url": "http://x.example/"}, ("insecure", "url")),
        ("lookup", LOOKUP, {"url": "https://x.example/", "method": "DELETE"}, ("unknown", "method")),
        (
            "lookup",
            LOOKUP,
            {"url": "https://x.example/", "timeout_seconds": 11},
            ("out_of_range", "timeout_seconds"),
        ),
        (
            "lookup",
            LOOKUP,
            {"url": "https://x.example/", "keep": [{"name": "a", "path": "a..b"}]},
            ("wrong_kind", "keep"),
        ),
        (
            "answer",
            {"next": "z"},
            {"prompt": 1, "says": [{"name": "x", "as": "digits"}]},
            ("not_collected", "says"),
        ),
        ("answer", {"next": "z"}, {"prompt": 1, "says": [{"name": "x", "as": "song"}]}, ("unknown", "says")),
        ("language", {"next": "z"}, {"prompt": 1, "keys": {"1": "fr"}}, ("language_not_spoken", "keys")),
        ("language", {"next": "z"}, {"prompt": 1, "keys": {"12": "zh"}}, ("wrong_kind", "keys")),
        ("language", {"next": "z"}, {"prompt": 1, "keys": {}}, ("missing", "keys")),
        (
            "split",
            {"a": "z", "b": "z"},
            {"shares": [{"exit": "a", "percent": 50}, {"exit": "b", "percent": 49}]},
            ("not_hundred", "shares"),
        ),
        (
            "split",
            {"a": "z"},
            {"shares": [{"exit": "a", "percent": 50}, {"exit": "b", "percent": 50}]},
            ("dead_end", "b"),
        ),
        ("split", {"a": "z"}, {"shares": [{"exit": "a", "percent": 100}]}, ("out_of_range", "shares")),
        ("set", {"next": "z"}, {"priority": 3_601}, ("out_of_range", "priority")),
        ("set", {"next": "z"}, {"skills": [{"skill": 1, "level": 11}]}, ("out_of_range", "skills")),
        ("set", {"next": "z"}, {"tag": "a\u202eb"}, ("wrong_kind", "tag")),
        ("agent", {"unavailable": "z"}, {"agent": 1}, ("missing", "queue")),
        ("external", {"failed": "z"}, {"number": "139;rm"}, ("wrong_kind", "number")),
        ("external", {"failed": "z"}, {"number": "１３９００００"}, ("wrong_kind", "number")),
        ("external", {"failed": "z"}, {"number": "+864001234567"}, ("leads_back", "number")),
        ("external", {}, {"number": "+8613900001111"}, ("to_the_queue", "failed")),
        ("survey", {"next": "q"}, {"survey": 1}, ("unknown_target", "next")),
    ],
)
def test_what_is_wrong_with_a_node_is_told(kind, exits, said, problem):
    assert ("n", *problem) in alone(kind, exits, **said)


def test_a_secret_is_never_said_aloud():
    card = node("c", "collect", {"next": "a", "failed": "z"}, prompt=1, name="card", is_secret=True)
    told = node("a", "answer", {"next": "z"}, prompt=1, says=[{"name": "card", "as": "digits"}])
    assert found(card, told, END) == [("a", "secret_said", "says")]


def test_nothing_drawn_no_start_and_orphans_are_told():
    assert found() == [("", "nothing_drawn", "")]
    assert found(END, start="gone") == [("", "no_start", "start")]
    assert found(END, node("lost", "hangup")) == [("lost", "orphan", "")]


def test_a_loop_through_a_key_is_a_menu_and_one_without_is_a_trap():
    menu = node("m", "menu", {"1": "s", "timeout": "z", "wrong": "z"}, prompt=1)
    assert found(menu, node("s", "say", {"next": "m"}, prompt=1), END) == []
    trap = [node("s", "say", {"next": "t"}, prompt=1), node("t", "set", {"next": "s"})]
    assert found(*trap) == [("s", "endless_loop", "")]
    itself = node("s", "say", {"next": "s"}, prompt=1)
    assert found(itself) == [("s", "endless_loop", "")]
    branch = node("c", "condition", {"b1": "z", "else": "c"}, branches=[BRANCH])
    assert found(branch, END) == [("c", "endless_loop", "")]


def test_a_loop_of_silence_is_a_warning():
    menu = node("m", "menu", {"1": "z", "timeout": "s", "wrong": "z"}, prompt=1)
    problems = check(parse(document(menu, node("s", "say", {"next": "m"}, prompt=1), END)), KNOWN)
    assert [(one.node, one.code, one.is_error) for one in problems] == [("m", "silent_loop", False)]


@pytest.mark.parametrize(
    ("wording", "voices", "code"),
    [
        (None, {"zh", "en"}, "no_wording"),
        (Wording("waiting"), {"zh"}, "no_voice"),
        (Wording("failed"), {"zh"}, "no_voice"),
        (Wording("failed"), {"zh", "en"}, "not_spoken"),
        (Wording("waiting"), {"zh", "en"}, "not_yet_spoken"),
        (Wording("waiting", is_uploaded=True), set(), "not_yet_spoken"),
        (Wording("ready", is_there=False), {"zh", "en"}, "sound_missing"),
    ],
)
def test_a_prompt_must_be_ready_in_every_language(wording, voices, code):
    told = {"zh": Wording("ready")} | ({"en": wording} if wording else {})
    known = Known(rows=KNOWN.rows, wordings={1: told}, voices=frozenset(voices))
    problems = check(parse(document(node("n", "say", {"next": "z"}, prompt=1), END)), known)
    assert [(one.node, one.code, one.field, one.value) for one in problems] == [("n", code, "prompt", "en")]
    assert errors_of(problems) == problems


def test_closed_and_deserted_queues_are_warnings():
    known = Known(rows=KNOWN.rows, closed_queues=frozenset({1}), deserted_queues=frozenset({1, 2}))
    menu = node("n", "collect", {"next": "q", "failed": "p"}, prompt=1, name="x")
    told = check(parse(document(menu, node("q", "queue", queue=1), node("p", "queue", queue=2))), known)
    warnings = [(one.node, one.code) for one in told if not one.is_error]
    assert warnings == [("q", "queue_closed"), ("p", "no_agents")]


def test_the_question_of_a_survey_is_a_prompt_too():
    known = Known(rows=KNOWN.rows, wordings={9: {"zh": Wording("ready")}}, questions={1: 9})
    problems = check(parse(document(node("n", "survey", {"next": "z"}, survey=1), END)), known)
    assert [(one.node, one.code, one.field, one.value) for one in problems] == [
        ("n", "no_wording", "survey", "en")
    ]


HOSTILE = [
    "${system(rm -rf /)}",
    "$${x}",
    "'; DROP TABLE x; --",
    '"/><action application="system" data="id"/>',
    "a\r\nX: y",
    "a|b,c",
    "{absolute_codec_string=x}",
    "../../etc/passwd",
    "\u202e\u2066",
    "１２３",
    "a\n",
    "&uuid_kill(all)",
    "`id`",
]
SAFE = {
    "name": re.compile(r"[a-z_]{1,32}"),
    "number": re.compile(r"[+0-9]{3,21}"),
    "repeat_key": re.compile(r"[0-9*#]"),
    "end_key": re.compile(r"[0-9*#]"),
    "from": re.compile(r"[0-9T:-]{16}"),
    "until": re.compile(r"[0-9T:-]{16}"),
    "method": re.compile(r"GET|POST"),
    "found_when": re.compile(r"[A-Za-z0-9_.-]+"),
    "url": re.compile(r"https?://[a-z0-9.\-:\[\]]+([/?#][!#-&(-;=?-\[\]_a-z{}~A-Z]*)?", re.IGNORECASE),
}
WHERE = [
    ("collect", "name"),
    ("external", "number"),
    ("menu", "repeat_key"),
    ("collect", "end_key"),
    ("notice", "from"),
    ("notice", "until"),
    ("lookup", "method"),
    ("lookup", "found_when"),
    ("lookup", "url"),
]


def accepted(kind, field, value):
    """It can be read, and nothing is found to be wrong with this field."""
    try:
        drawn = parse(document(node("n", kind, **{field: value}), END))
    except UnreadableFlow:
        return False
    problems = check(drawn)
    return field not in [one.field for one in problems if one.node == "n"]


@pytest.mark.parametrize(("kind", "field"), WHERE)
@pytest.mark.parametrize("text", HOSTILE)
def test_nothing_hostile_passes_the_check(kind, field, text):
    assert not accepted(kind, field, text)
    assert not accepted(kind, field, f"https://x.example/{text}") or SAFE["url"].fullmatch(
        f"https://x.example/{text}"
    )


@pytest.mark.parametrize(("kind", "field"), WHERE)
@given(text=st.text(max_size=24) | st.text("abc_0+#*.:/-T?{}[]@$'\"\\<>&;| ", max_size=24))
@example(text="")
@tried(max_examples=120, deadline=None)
def test_whatever_passes_the_check_is_of_few_letters(kind, field, text):
    for value in (text, f"https://{text}") if field == "url" else (text,):
        if value and accepted(kind, field, value):
            assert SAFE[field].fullmatch(value), value
