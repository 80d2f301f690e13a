"""Each number of the cell dialled again and again by the switch itself, before a customer finds it broken.

The call goes a caller's way, node by node and prompt by prompt (freeswitch/canary_call.py); it rings nobody and costs
nothing. What it met is judged here, with what lies behind: the other prompts, who would answer, the line outside.
"""

import queue
import threading
import time
from collections import deque
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import suppress
from datetime import UTC, datetime
from typing import Any
from uuid import UUID, uuid4

import structlog
from django.db import connection

from telephony.actions.canary import keep_check, show_round
from telephony.freeswitch.canary_call import Walked, walk_number
from telephony.models import FlowCheck, FlowVersion
from telephony.queries.canary import CYCLE, checked_numbers, expected_of
from telephony.queries.nodes import nodes_of
from telephony.worker.beside import Beside
from telephony.worker.canary_steps import Outside, Round, outside_of, steps_of
from tenants.context import enter, every_tenant

log = structlog.get_logger()

FIRST_AFTER = 60.0
"""Seconds after the start: phones and agents need a moment to be back."""
SOON = 2.0
"""Seconds from a change to the look at it: the next publishing is often not far."""
AGAIN_AFTER = 30.0
"""Seconds until a round is tried again for which the database was away, or too busy."""
LONGEST_WAY = 60.0
"""Seconds; a longer way is judged by what was met until then."""
AT_ONCE = 20
Call = tuple[str, str, FlowVersion | None]
"""Schema, number, version."""
Walk = Callable[[Mapping[str, Any], str, str], Walked | None]


class Canary(Beside):
    """Between its rounds it is woken for what is new."""

    def __init__(self, known: Mapping[str, Any], *, may_act: Callable[[], bool]) -> None:
        super().__init__("canary", every=CYCLE.total_seconds(), may_act=may_act)
        self._known, self._woken = known, threading.Event()
        self._rounds, self._is_round = 0, True

    def look_soon(self) -> None:
        """Something was published, or a number was led elsewhere."""
        self._woken.set()

    def stop(self) -> None:
        super().stop()
        self._woken.set()

    def run(self) -> None:
        next_round = time.monotonic() + FIRST_AFTER
        while not self._stopped.is_set():
            was_woken = self._woken.wait(max(0.0, next_round - time.monotonic()))
            if was_woken and self._stopped.wait(SOON):
                return
            self._woken.clear()
            self._is_round = time.monotonic() >= next_round
            if self._is_round:
                next_round = time.monotonic() + self._every
            if self._may_act() and not self.turn():
                next_round = time.monotonic() + AGAIN_AFTER

    def look(self, at: datetime) -> None:
        nodes, began = nodes_of(self._known), time.monotonic()
        node = nodes[self._rounds % len(nodes)]
        self._rounds += self._is_round
        found = check_cell(
            node,
            only_new=not self._is_round,
            until=lambda: self._stopped.is_set() or not self._may_act(),
            rest=connection.close,
        )
        if self._is_round:
            show_round(checked=len(found), broken=found.count(False), seconds=time.monotonic() - began)


def walk(node: Mapping[str, Any], number: str, test_id: str) -> Walked | None:
    return walk_number(node, number, test_id=UUID(test_id), seconds=LONGEST_WAY)


def check_cell(
    node: Mapping[str, Any],
    *,
    walk: Walk = walk,
    outside: Callable[[Mapping[str, Any]], Outside] = outside_of,
    only_new: bool = False,
    until: Callable[[], bool] = lambda: False,
    rest: Callable[[], None] = lambda: None,
) -> list[bool]:
    """One round over the numbers of the cell's active tenants, by one of its switches; of each whether it works.

    `rest`: gives back what is not needed while calls are walked, which takes up to a minute.
    """
    calls = [call for schema in _schemas(str(node["cell"])) for call in _calls(schema, only_new=only_new)]
    rest()
    line, found = outside(node) if calls else Outside(), []
    for one in _beside_each_other(calls, lambda call: _walked(node, walk, *call)):
        if until():
            break
        with enter(one.schema):
            found.append(_judge(one, line))
        rest()
    return found


def _beside_each_other(calls: Sequence[Call], act: Callable[[Call], Round]) -> Iterator[Round]:
    """In the order they end. The threads are daemons, as an executor's are not: nobody waits for them who goes."""
    waiting, done = deque(calls), queue.SimpleQueue[Round]()

    def work() -> None:
        with suppress(IndexError):
            while True:
                done.put(act(waiting.popleft()))

    for _caller in range(min(AT_ONCE, len(calls))):
        threading.Thread(target=work, name="canary call", daemon=True).start()
    try:
        for _call in calls:
            yield done.get()
    finally:
        waiting.clear()


def _schemas(cell: str) -> list[str]:
    return [
        tenant.schema_name for tenant in every_tenant() if tenant.cell == cell and tenant.state == "active"
    ]


def _calls(schema: str, *, only_new: bool) -> list[Call]:
    with enter(schema):
        return [(schema, number, version) for number, version in checked_numbers(only_new=only_new)]


def _walked(
    node: Mapping[str, Any], walk: Walk, schema: str, number: str, version: FlowVersion | None
) -> Round:
    """In a thread of its own, without the database. Whatever goes wrong, the round goes on."""
    started_at, test_id = datetime.now(UTC), uuid4().hex
    try:
        walked = walk(node, number, test_id)
    except Exception:
        log.exception("A call of the canary failed.", tenant=schema)
        walked = None
    return Round(
        node=node,
        schema=schema,
        number=number,
        version=version,
        test_id=test_id,
        started_at=started_at,
        walked=walked,
    )


def _judge(one: Round, line: Outside) -> bool:
    now = datetime.now(UTC)
    check = keep_check(
        number=one.number,
        version=one.version,
        steps=steps_of(one, expected_of(one.version), line, now),
        started_at=one.started_at,
        ended_at=now,
    )
    return check.outcome == FlowCheck.Outcome.PASSED
