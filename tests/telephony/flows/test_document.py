"""Whatever comes as JSON is read as a flow or refused by name: never an error of ours, never a long wait."""

import json

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from telephony.flows.check import check
from telephony.flows.differences import differences
from telephony.flows.document import UnreadableFlow, empty, load, parse
from telephony.flows.exports import read_export
from telephony.flows.kinds import KINDS, exits_of, fallback_of
from telephony.flows.layout import laid_out
from telephony.flows.references import references, renamed
from telephony.flows.walk import MOST_STEPS, walk
from tests.telephony.drawn import document, node

ANYTHING = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=12),
    lambda inner: st.lists(inner, max_size=5) | st.dictionaries(st.text(max_size=8), inner, max_size=5),
    max_leaves=20,
)
IDS = st.sampled_from(["a", "b", "c", "d", ""])
EXITS = st.sampled_from(["next", "timeout", "wrong", "1", "2", "else", "b1", "open", "closed", "failed", "a"])
FIELD_NAMES = sorted({field.name for kind in KINDS.values() for field in kind.fields})
SETTINGS = st.dictionaries(st.sampled_from(FIELD_NAMES), ANYTHING | st.integers(1, 30), max_size=6)
NODES = st.fixed_dictionaries(
    {
        "id": st.sampled_from(["a", "b", "c", "d"]),
        "kind": st.sampled_from(sorted(KINDS)),
        "settings": SETTINGS,
        "exits": st.dictionaries(EXITS, IDS, max_size=5),
    }
)
DRAWN = st.lists(NODES, max_size=4, unique_by=lambda one: one["id"]).map(
    lambda nodes: {"format": 1, "languages": ["zh", "en"], "start": "a", "nodes": nodes}
)


@given(ANYTHING)
@settings(max_examples=300, deadline=None)
def test_anything_is_read_or_refused(raw):
    for read in (parse, read_export):
        refused = None
        try:
            read(raw)
        except UnreadableFlow as wrong:
            refused = wrong
        assert refused is None or (refused.code and len(str(refused)) < 200)


@given(DRAWN, st.lists(st.text("0123456789*#x ", max_size=6), max_size=6))
@settings(max_examples=300, deadline=None)
def test_whatever_can_be_read_can_be_checked_walked_exported_and_compared(raw, presses):
    try:
        found = parse(raw)
    except UnreadableFlow:
        return
    assert parse(found.as_dict()) == found
    problems = check(found)
    assert all(problem.code for problem in problems)
    gone = walk(found, presses)
    assert gone.end["kind"]
    assert len(gone.steps) <= MOST_STEPS
    json.dumps(gone.as_dict())
    assert differences(found, found) == []
    assert set(laid_out(found).nodes) == set(found.nodes)
    same = renamed(found.as_dict(), lambda _kind, key: key)
    assert parse(same) == found
    nothing = parse(renamed(found.as_dict(), lambda _kind, _key: None))
    assert not any(references(nothing).values())


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("", "not_json"),
        ("{", "not_json"),
        (b"\xff\xfe\x00", "not_json"),
        ('{"format": NaN}', "not_json"),
        ('{"format": Infinity}', "not_json"),
        ("[" * 100_000, "too_deep"),
        ('{"a":' * 20_000 + "1" + "}" * 20_000, "too_deep"),
        ("1" * 5_000, "not_json"),
        (" " * 1_000_001, "too_big"),
        ('"' + "中" * 400_000 + '"', "too_big"),
    ],
)
def test_a_broken_file_is_refused(text, code):
    with pytest.raises(UnreadableFlow) as refused:
        parse(load(text))
    assert refused.value.code == code


def changed(**said):
    return empty() | said


@pytest.mark.parametrize(
    ("raw", "code"),
    [
        (None, "not_an_object"),
        ([], "not_an_object"),
        ({}, "wrong_format"),
        (changed(format=2), "wrong_format"),
        (changed(format=True), "wrong_format"),
        (changed(languages=[]), "wrong_kind"),
        (changed(languages=["zh", "zh"]), "wrong_kind"),
        (changed(languages=["zh'"]), "wrong_kind"),
        (changed(languages="zh"), "wrong_kind"),
        (changed(start="../n1"), "bad_node_id"),
        (changed(start=["n1"]), "bad_node_id"),
        (changed(more=1), "unknown_key"),
        (changed(nodes={}), "wrong_kind"),
        (changed(nodes=["n1"]), "not_an_object"),
        (changed(nodes=[{"id": "n1"}]), "unknown_kind"),
        (changed(nodes=[{"id": "N1", "kind": "say"}]), "bad_node_id"),
        (changed(nodes=[{"id": "n1\n", "kind": "say"}]), "bad_node_id"),
        (changed(nodes=[{"id": "ｎ１", "kind": "say"}]), "bad_node_id"),
        (changed(nodes=[{"id": "n1", "kind": "system"}]), "unknown_kind"),
        (changed(nodes=[{"id": "n1", "kind": ["say"]}]), "unknown_kind"),
        (changed(nodes=[node("n1", "say"), node("n1", "say")]), "twice"),
        (changed(nodes=[node("n1", "say") | {"title": "x" * 81}]), "too_long"),
        (changed(nodes=[node("n1", "say") | {"title": 1}]), "too_long"),
        (changed(nodes=[node("n1", "say") | {"x": float("nan")}]), "wrong_kind"),
        (changed(nodes=[node("n1", "say") | {"y": True}]), "wrong_kind"),
        (changed(nodes=[node("n1", "say") | {"x": 1e9}]), "wrong_kind"),
        (changed(nodes=[node("n1", "say", {"${x}": "n1"})]), "wrong_kind"),
        (changed(nodes=[node("n1", "say", {"next": "n1 && rm"})]), "bad_node_id"),
        (changed(nodes=[node("n1", "say", {"next": 3})]), "wrong_kind"),
        (changed(nodes=[node("n1", "say", prompt="a\x00b")]), "wrong_kind"),
        (changed(nodes=[node("n1", "say", prompt="\ud800")]), "wrong_kind"),
        (changed(nodes=[node("n1", "say", prompt=10**400)]), "wrong_kind"),
        (changed(nodes=[node("n1", "say", prompt="x" * 2_001)]), "too_long"),
        (changed(nodes=[node("n1", "say") | {"more": 1}]), "unknown_key"),
    ],
)
def test_what_is_no_flow_is_refused(raw, code):
    with pytest.raises(UnreadableFlow) as refused:
        parse(raw)
    assert refused.value.code == code


def test_ten_thousand_nodes_are_refused_before_they_are_read():
    raw = changed(nodes=[node(f"n{number}", "say") for number in range(10_000)])
    with pytest.raises(UnreadableFlow, match="too_many_nodes"):
        parse(raw)


def test_a_million_bytes_of_settings_are_refused():
    raw = changed(nodes=[node(f"n{number}", "say", name="x" * 1_900) for number in range(600)])
    with pytest.raises(UnreadableFlow, match="too_big"):
        parse(raw)


def test_the_largest_flow_is_checked_and_walked_without_recursion():
    chain = [node(f"n{number}", "set", {"next": f"n{number + 1}"}) for number in range(1_999)]
    found = parse(document(*chain, node("n1999", "hangup")))
    assert check(found) == []
    gone = walk(found)
    assert (len(gone.steps), gone.end["because"]) == (MOST_STEPS, "circle")


def test_the_largest_ring_is_one_endless_loop():
    ring = [node(f"n{number}", "set", {"next": f"n{(number + 1) % 2_000}"}) for number in range(2_000)]
    assert [problem.code for problem in check(parse(document(*ring)))] == ["endless_loop"]


def test_every_kind_has_its_fallback_first():
    fallbacks = {
        name: fallback_of(parse(document(node("n", name, shares=[{"exit": "a", "percent": 100}]))).nodes["n"])
        for name in KINDS
    }
    assert fallbacks == {
        "say": "next",
        "menu": "timeout",
        "collect": "failed",
        "speech": "unheard",
        "hours": "closed",
        "notice": "next",
        "condition": "else",
        "lookup": "failed",
        "answer": "next",
        "language": "next",
        "split": "a",
        "set": "next",
        "queue": "",
        "agent": "unavailable",
        "external": "failed",
        "voicemail": "",
        "callback": "refused",
        "survey": "next",
        "back": "",
        "hangup": "",
    }


def test_the_keys_of_a_menu_are_those_that_are_drawn():
    drawn = parse(document(node("m", "menu", {"9": "", "1": "", "#": "", "next": ""}))).nodes["m"]
    assert exits_of(drawn) == ("timeout", "wrong", "1", "9", "#")
