"""What a caller hears and where they end, key by key: the simulator's interpreter."""

import pytest

from telephony.flows.differences import differences
from telephony.flows.document import parse
from telephony.flows.split import share_of
from telephony.flows.walk import Answer, walk
from tests.telephony.drawn import document, node

BYE = node("z", "hangup", prompt=99)
QUEUE = node("q", "queue", queue=7)


def gone(*nodes, presses=(), **how):
    return walk(parse(document(*nodes)), presses, **how)


def path(walked):
    return [(step.node, step.exit) for step in walked.steps]


def heard(walked):
    return [one.get("prompt", one.get("say")) for step in walked.steps for one in step.heard]


def three_levels():
    """1 enquiry, 2 complaint, 3 repair; repair by appliance; fridge by age: each leaf is another queue."""
    top = {"1": "q1", "2": "q2", "3": "kind", "timeout": "q9", "wrong": "z"}
    kind = {"1": "age", "2": "q4", "9": "top", "timeout": "q9", "wrong": "z"}
    age = {"1": "q5", "2": "q6", "timeout": "q9", "wrong": "z"}
    leaves = [node(f"q{number}", "queue", queue=number) for number in (1, 2, 4, 5, 6, 9)]
    return (
        node("top", "menu", top, prompt=1, timeouts=1, wrongs=1, repeat_key="*", wrong_prompt=50),
        node("kind", "menu", kind, prompt=2, timeouts=0, wrongs=0),
        node("age", "menu", age, prompt=3, timeouts=0, wrongs=0),
        *leaves,
        BYE,
    )


@pytest.mark.parametrize(
    ("presses", "queue"),
    [
        (["1"], 1),
        (["2"], 2),
        (["3", "2"], 4),
        (["3", "1", "1"], 5),
        (["3", "1", "2"], 6),
        (["", ""], 9),
        (["3", ""], 9),
        (["3", "1", ""], 9),
        (["311"], 5),
        (["*", "*", "2"], 2),
        (["7", "3", "9", "1"], 1),
        (["", "5", "2"], 2),
    ],
)
def test_every_leaf_of_three_levels_is_reached(presses, queue):
    walked = gone(*three_levels(), presses=presses)
    assert walked.end == {"kind": "queue", "node": f"q{queue}", "queue": queue}


def test_press_two_say_nothing_press_nine_is_told_step_by_step():
    walked = gone(*three_levels(), presses=["3", "", "9"])
    assert path(walked) == [("top", "3"), ("kind", "timeout"), ("q9", "")]
    back = gone(*three_levels(), presses=["", "3", "9", "4", "4"])
    assert path(back) == [("top", "3"), ("kind", "9"), ("top", "wrong"), ("z", "")]
    assert heard(back) == [1, 1, 2, 1, 50, 1, 50, 99]
    assert [step.pressed for step in back.steps] == [["", "3"], ["9"], ["4", "4"], []]


def test_without_another_key_it_says_what_may_be_pressed():
    walked = gone(*three_levels(), presses=["3"])
    assert walked.end == {"kind": "listening", "node": "kind", "keys": ["1", "2", "9"], "digits": 1}
    assert heard(walked) == [1, 2]


def collect(**settings):
    ways = {"next": "a", "failed": "q"}
    said = {"prompt": 1, "name": "order", "min": 4, "max": 6, "tries": 2} | settings
    says = [{"name": "order", "as": "digits"}]
    return (
        node("c", "collect", ways, **said),
        node("a", "answer", {"next": "z"}, prompt=2, says=says),
        QUEUE,
        BYE,
    )


@pytest.mark.parametrize(
    ("presses", "end", "said"),
    [
        (["1234#"], "hangup", [1, 2, "1234", 99]),
        (["123456"], "hangup", [1, 2, "123456", 99]),
        (["1234"], "hangup", [1, 2, "1234", 99]),
        (["12#", "12345#"], "hangup", [1, 1, 2, "12345", 99]),
        (["12", ""], "queue", [1, 1]),
        (["", ""], "queue", [1, 1]),
        (["#", "#"], "queue", [1, 1]),
    ],
)
def test_digits_are_collected_within_their_bounds(presses, end, said):
    walked = gone(*collect(), presses=presses)
    assert (walked.end["kind"], heard(walked)) == (end, said)
    assert walked.is_self_served == (end == "hangup")


def test_keys_beyond_the_digits_are_typed_ahead():
    nodes = collect()
    menu = node("m", "menu", {"1": "z", "timeout": "q", "wrong": "q"}, prompt=5)
    first = nodes[0] | {"exits": {"next": "m", "failed": "q"}}
    walked = gone(first, menu, QUEUE, BYE, presses=["1234#1"])
    assert path(walked) == [("c", "next"), ("m", "1"), ("z", "")]
    assert path(gone(first, menu, QUEUE, BYE, presses=["1234561"]))[1] == ("m", "1")


def test_a_secret_is_shown_to_nobody():
    walked = gone(*collect(is_secret=True), presses=["4321#"])
    told = str(walked.as_dict())
    assert "4321" not in told
    assert walked.as_dict()["collected"] == {"order": "•••"}
    assert walked.caller.collected == {"order": "4321"}


def test_the_language_chosen_stays_and_silence_keeps_the_first():
    choice = node("l", "language", {"next": "z"}, prompt=1, keys={"1": "zh", "2": "en"})
    spoken = [gone(choice, BYE, presses=[key]).caller.language for key in ("1", "2", "5", "")]
    assert spoken == ["zh", "en", "zh", "zh"]


def test_priorities_skills_and_tags_add_up():
    walked = gone(
        node("s", "set", {"next": "t"}, priority=60, tag="vip", skills=[{"skill": 3, "level": 2}]),
        node("t", "set", {"next": "q"}, priority=-10, tag="vip", skills=[{"skill": 3, "level": 5}]),
        QUEUE,
    )
    assert (walked.caller.priority, walked.caller.skills, walked.caller.tags) == (50, {3: 5}, ["vip"])


def test_with_nobody_to_ask_each_ask_takes_its_fallback():
    hours = node("h", "hours", {"open": "q", "closed": "n", "holiday": "q"}, hours=1)
    notice = node(
        "n", "notice", {"next": "l"}, prompt=8, **{"from": "2026-01-01T00:00", "until": "2027-01-01T00:00"}
    )
    lookup = node("l", "lookup", {"failed": "b", "found": "q", "not_found": "q"}, url="https://x.example/")
    back = node("b", "callback", {"refused": "z"}, queue=7)
    walked = gone(hours, notice, lookup, back, QUEUE, BYE)
    assert path(walked) == [("h", "closed"), ("n", "next"), ("l", "failed"), ("b", "")]
    assert walked.end == {"kind": "callback", "node": "b", "queue": 7}
    assert heard(walked) == []


def test_what_nobody_can_know_may_be_chosen():
    agent = node("a", "agent", {"unavailable": "e"}, agent=3, queue=7)
    outside = node("e", "external", {"failed": "h"}, number="+8613900001111")
    hours = node("h", "hours", {"open": "q", "closed": "z"}, hours=1)
    nodes = (agent, outside, hours, QUEUE, BYE)
    assert gone(*nodes).end == {"kind": "agent", "node": "a", "agent": 3, "queue": 7}
    assert gone(*nodes, chosen={"a": "unavailable"}).end["kind"] == "external"
    chosen = {"a": "unavailable", "e": "failed", "h": "open"}
    assert gone(*nodes, chosen=chosen).end == {"kind": "queue", "node": "q", "queue": 7}


def test_an_undrawn_holiday_is_closed_and_any_other_undrawn_way_the_numbers_queue():
    hours = node("h", "hours", {"open": "q", "closed": "z"}, hours=1)
    walked = gone(hours, QUEUE, BYE, ask=lambda _node, _caller: Answer("holiday"))
    assert path(walked) == [("h", "holiday"), ("z", "")]
    undrawn = node("h", "hours", {"open": "q"}, hours=1)
    assert gone(undrawn, QUEUE).end == {"kind": "number_queue", "because": "undrawn", "node": "h"}


def test_a_circle_ends_in_the_numbers_queue():
    walked = gone(node("s", "say", {"next": "s"}, prompt=1))
    assert walked.end == {"kind": "number_queue", "because": "circle", "node": ""}


def test_a_split_of_halves_is_one_within_its_interval_and_sticks_to_the_caller():
    shares = [{"exit": "a", "percent": 50}, {"exit": "b", "percent": 50}]
    numbers = [f"+86138{number:08}" for number in range(10_000)]
    first = [share_of(shares, flow_id=1, node="n1", caller=number) for number in numbers]
    assert first == [share_of(shares, flow_id=1, node="n1", caller=number) for number in numbers]
    assert abs(first.count("a") - 5_000) < 1.96 * 50 * 2
    second = [share_of(shares, flow_id=1, node="n2", caller=number) for number in numbers]
    both = sum(one == other for one, other in zip(first, second, strict=True))
    assert abs(both - 5_000) < 1.96 * 50 * 2
    whole = [{"exit": "a", "percent": 0}, {"exit": "b", "percent": 100}]
    assert {share_of(whole, flow_id=1, node="n1", caller=number) for number in numbers[:500]} == {"b"}


def test_differences_say_what_was_changed_and_not_where_it_stands():
    before = parse(document(node("m", "menu", {"1": "q", "timeout": "q"}, prompt=1, seconds=5), QUEUE))
    moved = node("m", "menu", {"1": "q", "2": "z", "timeout": "z"}, prompt=1, seconds=8) | {
        "x": 500,
        "title": "Main",
    }
    after = parse(document(moved, BYE, QUEUE, start="m", languages=("en",)))
    told = [(one.what, one.node, one.field, one.before, one.after) for one in differences(before, after)]
    assert told == [
        ("languages", "", "", ["zh", "en"], ["en"]),
        ("title", "m", "", "", "Main"),
        ("setting", "m", "seconds", 5, 8),
        ("exit", "m", "timeout", "q", "z"),
        ("exit", "m", "2", None, "z"),
        ("added", "z", "", None, None),
    ]
    assert [one.what for one in differences(after, before)][-1] != "added"
    assert ("removed", "z") in [(one.what, one.node) for one in differences(after, before)]
