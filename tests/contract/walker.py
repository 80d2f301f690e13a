"""Callers in flows: who dials, what is pressed, where they come to, and what their call's record says of it."""

from __future__ import annotations

import contextlib
import itertools
from collections.abc import Callable, Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from telephony import facts
from telephony.freeswitch.cdr import settle
from telephony.freeswitch.translate import Source
from tests.contract.driver import HOT_LINE, NODE, Party, wait_until
from tests.contract.flow_rows import VERSION, lay, node

END = node("end", "hangup")
_numbers = itertools.count(1)


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

    def falls_back(self, seconds: float = 10) -> tuple[int | None, str]:
        """(queue, reason)"""
        fell = self.line.log.wait(facts.WaitFellBack, seconds, leg_id=self.leg_id)
        return fell.queue_id, fell.reason

    def is_gone(self, seconds: float = 10) -> facts.LegHungUp:
        return self.line.log.wait(facts.LegHungUp, seconds, leg_id=self.leg_id)

    def hangs_up(self) -> facts.LegHungUp:
        self.party.stop()
        self.line.api(f"uuid_kill {self.leg_id}")
        return self.is_gone()

    def way(self) -> list[tuple[str, str, str]]:
        """(node, exit, value) of the call's own record."""
        return [(step.node, step.exit, step.value) for step in self.recorded().taken]

    def nodes(self) -> list[str]:
        return [step[0] for step in self.way()]

    def settled(self) -> list[facts.Fact]:
        return settle(self.record(), Source(NODE))

    def recorded(self) -> facts.FlowStepped:
        [told] = [fact for fact in self.settled() if isinstance(fact, facts.FlowStepped)]
        return told

    def record(self) -> bytes:
        """Of the leg: as the switch wrote it, or as a worker that has settled it keeps it."""

        def found() -> bytes:
            for path in self.line.settings.spool_dir.rglob(f"*{self.leg_id}.cdr.json"):
                with contextlib.suppress(FileNotFoundError):
                    return path.read_bytes()
            return b""

        return wait_until(found, 10, "no record")


def dials(line: Any, dialled: str = HOT_LINE) -> Walker:
    return callers(line, [dialled])[0]


def callers(line: Any, dialled: list[str]) -> list[Walker]:
    """One caller to each of these numbers, all at once."""
    parties = []
    for number in dialled:
        caller = f"139{next(_numbers):08d}"
        parties.append((caller, line.keypad_call(number, number=caller)))
    return [
        Walker(line, party, line.log.wait(facts.LegCreated, 15, caller_number=caller).leg_id)
        for caller, party in parties
    ]


def lay_each(line: Any, flows: Mapping[str, list[dict[str, Any]]], **changes: Any) -> dict[str, str]:
    """A number of its own for each flow: name → number."""
    found = {}
    for place, (name, nodes) in enumerate(flows.items(), start=1):
        found[name] = f"+8621556{place:05d}"
        lay(line, *nodes, number=found[name], version_id=VERSION + place, **changes)
    return found


def walk_each(line: Any, flows: Mapping[str, list[dict[str, Any]]], **changes: Any) -> dict[str, Walker]:
    """A caller in each of these flows, all at once: name → caller."""
    numbers = lay_each(line, flows, **changes)
    return dict(zip(numbers, callers(line, list(numbers.values())), strict=True))


def together(stories: Mapping[str, Callable[[], object]]) -> None:
    """All of them at once, each to its end; then what went wrong, by name."""
    with ThreadPoolExecutor(len(stories)) as pool:
        told = {name: pool.submit(story) for name, story in stories.items()}
    wrong = {name: error for name, future in told.items() if (error := future.exception())}
    for name, error in wrong.items():
        error.add_note(f"in: {name}")
    if wrong:
        raise ExceptionGroup(f"{len(wrong)} of {len(told)}", list(wrong.values()))  # type: ignore[type-var]


def menu(node_id: str = "m", **exits: str) -> dict[str, Any]:
    terms = {"prompt": 1, "seconds": 1, "timeouts": 1, "wrongs": 1, "wrong_prompt": 2}
    return node(node_id, "menu", terms, **exits)


def queue(node_id: str = "q", queue_id: int = 8) -> dict[str, Any]:
    return node(node_id, "queue", {"queue": queue_id})
