"""Keys, digits and silence in flows on a switch, and a caller who always ends somewhere sensible.
Callers of one test walk side by side: each has a number and a flow of their own, and presses keys when they are due.
"""

from __future__ import annotations

import re
import time
from collections.abc import Iterator
from dataclasses import dataclass
from functools import partial
from typing import Any

import pytest

from telephony import facts
from telephony.freeswitch.cdr import scrubbed
from telephony.freeswitch.flow_document import file_name, write_flows
from telephony.freeswitch.snapshot import write_numbers
from tests.contract.driver import HOT_LINE
from tests.contract.flow_rows import PROMPT_SECONDS, VERSION, lay, node
from tests.contract.walker import END, Walker, callers, dials, menu, queue, together, walk_each
from tests.contract.web import Route


@dataclass(frozen=True)
class Story:
    """Once at the node `at`, press `keys`; the record then tells `way` (from its end, when it is shorter)."""

    nodes: list[dict[str, Any]]
    at: str
    keys: tuple[str, ...]
    way: list[tuple[str, str, str]]
    least_seconds: float = 0

    def is_lived_by(self, caller: Walker) -> None:
        caller.comes_to(self.at)
        began = time.monotonic()
        for place, keys in enumerate(self.keys):
            time.sleep(0.3 if place else 0)
            caller.press(keys)
        caller.is_gone(15)
        assert caller.way()[-len(self.way) :] == self.way
        assert caller.recorded().current is None
        assert time.monotonic() - began > self.least_seconds


def live(line: Any, stories: dict[str, Story]) -> None:
    walking = walk_each(line, {name: story.nodes for name, story in stories.items()})
    together({name: partial(story.is_lived_by, walking[name]) for name, story in stories.items()})


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
    leaves = [f"{a}{b}{c}" for a in (1, 2) for b in (1, 2) for c in (1, 2)]
    lay(line, menu("m", k1="m1", k2="m2"), *inner, *last, *(node(f"e{leaf}", "hangup") for leaf in leaves))

    def walk(caller: Walker, leaf: str, *, is_typed_ahead: bool) -> None:
        caller.comes_to("m")
        keys = f"{leaf[:2]}{'1' if leaf[2] == '1' else '*'}"
        if is_typed_ahead:
            # The rest before the menus that ask for it.
            caller.press(keys)
        else:
            for at, key in zip(("m", f"m{leaf[0]}", f"m{leaf[:2]}"), keys, strict=True):
                caller.comes_to(at)
                caller.press(key)
        caller.is_gone(15)
        assert caller.nodes() == ["m", f"m{leaf[0]}", f"m{leaf[:2]}", f"e{leaf}"]

    walking = callers(line, [HOT_LINE] * len(leaves))
    together(
        {
            leaf: partial(walk, caller, leaf, is_typed_ahead=place % 2 == 0)
            for place, (leaf, caller) in enumerate(zip(leaves, walking, strict=True))
        }
    )


OUT = [node("t", "hangup"), node("w", "hangup"), END]
ONCE = {"prompt": 1, "seconds": 2, "timeouts": 0, "wrongs": 0, "repeat_key": "*"}
SAYS = [node("s", "say", {"prompt": 3}, next="s2"), node("s2", "say", {"prompt": 4}, next="m")]
MENUS = {
    "silence is asked again and then takes its exit": Story(
        [menu(k1="end", timeout="t", wrong="w"), *OUT],
        "m",
        (),
        [("m", "timeout", ""), ("t", "end", "")],
        least_seconds=2 * (1 + PROMPT_SECONDS) - 0.5,
    ),
    "wrong keys are counted apart from silence": Story(
        [menu(k1="end", timeout="t", wrong="w"), *OUT],
        "m",
        ("9", "#"),
        [("m", "wrong", ""), ("w", "end", "")],
    ),
    "a repeat key asks again and costs nothing": Story(
        [node("m", "menu", ONCE, k1="end", wrong="w"), node("w", "hangup"), END],
        "m",
        ("***1",),
        [("m", "1", "1"), ("end", "end", "")],
    ),
    "keys pressed while something is said count at the menu behind it": Story(
        [*SAYS, menu(k2="m2"), menu("m2", k7="end"), END],
        "s",
        ("27",),
        [("m", "2", "2"), ("m2", "7", "7"), ("end", "end", "")],
    ),
}


def test_keys_and_silence_lead_where_they_are_drawn(line: Any) -> None:
    live(line, MENUS)


# --- digits ----------------------------------------------------------------------------------------------------------
def collects(**changes: Any) -> dict[str, Any]:
    terms = {"prompt": 1, "name": "order", "min": 4, "max": 6, "end_key": "#", "seconds": 1, "tries": 2}
    return node("c", "collect", terms | changes, next="m", failed="f")


DIGITS = [collects(), menu(k5="end"), node("f", "hangup"), END]


@pytest.fixture
def typed(line: Any) -> dict[str, Walker]:
    return walk_each(line, dict.fromkeys(("4711#", "471100", "4711"), DIGITS))


def test_digits_end_with_the_key_the_length_or_a_pause(typed: dict[str, Walker]) -> None:
    def walk(keys: str, caller: Walker) -> None:
        kept = keys.removesuffix("#")
        caller.comes_to("c")
        caller.press(keys)
        walked = caller.comes_to("m")
        assert walked.collected == {"order": kept}
        caller.press("5")
        caller.is_gone()
        assert caller.way() == [("c", "next", kept), ("m", "5", "5"), ("end", "end", "")]

    together({keys: partial(walk, keys, caller) for keys, caller in typed.items()})


ENTRIES = {
    "digits typed ahead of what is said before are whole": Story(
        [node("s", "say", {"prompt": 3}, next="c"), *DIGITS],
        "s",
        ("4711#5",),
        [("c", "next", "4711"), ("m", "5", "5"), ("end", "end", "")],
    ),
    "too few digits are asked for again and then fail": Story(
        DIGITS, "c", ("12#",), [("c", "failed", ""), ("f", "end", "")]
    ),
}


def test_digits_come_early_or_are_too_few(line: Any) -> None:
    live(line, ENTRIES)


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
    clean = scrubbed(caller.record())
    assert clean is not None
    assert b"483921" not in clean
    # Some of its digits stand in times and ids by chance.
    assert not re.search(rb'"digits_dialed":\s*"[^"]*4839', clean)


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


CIRCLE = [node("a", "set", {"priority": 0}, next="b"), node("b", "set", {"priority": 0}, next="a")]


def test_ways_that_lead_nowhere_or_in_circles_end_in_the_numbers_own_queue(line: Any) -> None:
    walking = walk_each(line, {"nowhere": [menu(k1="end", timeout=""), END], "circle": CIRCLE})
    together({name: partial(caller.waits, 7) for name, caller in walking.items()})
    walked = line.log.all(facts.FlowStepped, leg_id=walking["nowhere"].leg_id)
    assert {fact.tenant for fact in walked} == {"acme"}


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
    assert caller.falls_back() == (7, "closed")


@pytest.fixture(autouse=True)
def _numbers_as_before(line: Any) -> Iterator[None]:
    yield
    write_numbers(line.directory / "conf", [])
