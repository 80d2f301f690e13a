"""After a resync: legs that were believed by the switch's list are asked about one by one, a few at a time.

The list does not say everything (which flow a caller is in, for whom they stand aside) and may be a moment late. Calls
are routed meanwhile, so a fact may be on its way: only what is told otherwise twice is written down.
"""

import time
from collections import deque
from collections.abc import Callable, Iterable, Mapping
from uuid import UUID

from telephony.actions import resync, truth
from telephony.models import Difference
from telephony.switch import LegGlimpse, LiveLeg, Switch
from telephony.worker.clock import Clock
from telephony.worker.watchdog import aftermath
from tenants.context import enter

LEGS_AT_ONCE = 25
LOOK_EVERY = 0.1
"""Seconds between two portions: what they cost is shared with callers who arrive."""


class SecondLook:
    def __init__(
        self, switch: Switch, *, node: str, clock: Clock, monotonic: Callable[[], float] = time.monotonic
    ) -> None:
        """`node` is taken for legs that do not say where they are."""
        self._switch, self._node, self._clock, self._monotonic = switch, node, clock, monotonic
        self._left: deque[tuple[str, UUID]] = deque()
        self._doubtful: set[UUID] = set()
        self._not_before = float("-inf")

    def expect(self, tenant: str, leg_ids: Iterable[UUID], listed: Mapping[UUID, LegGlimpse]) -> None:
        """Callers who wait first: they are offered next, oldest of all before."""
        waiting = sorted(leg_ids, key=lambda leg_id: _place(listed[leg_id]))
        self._left.extend((tenant, leg_id) for leg_id in waiting)

    def forget(self) -> None:
        self._left.clear()
        self._doubtful.clear()

    def go_on(self, waiting_facts: int = 0) -> None:
        """The next portion when it is time for it; facts that wait come first."""
        if self._left and not waiting_facts and self._monotonic() >= self._not_before:
            self._look()
            self._not_before = self._monotonic() + LOOK_EVERY

    def _look(self) -> None:
        """Of one tenant. The switch is asked before, never inside, a transaction."""
        tenant = self._left[0][0]
        asked: list[UUID] = []
        while self._left and self._left[0][0] == tenant and len(asked) < LEGS_AT_ONCE:
            asked.append(self._left.popleft()[1])
        live = self._switch.legs_named(asked)
        with enter(tenant):
            self._compare(tenant, live)

    def _compare(self, tenant: str, live: list[LiveLeg]) -> None:
        """Those that are gone have been told of, or the watchdog misses them."""
        known = resync.Known(live)
        news = [leg for leg in live if not known.has(leg)]
        again = [leg for leg in news if leg.leg_id not in self._doubtful]
        self._doubtful.update(leg.leg_id for leg in again)
        self._left.extend((tenant, leg.leg_id) for leg in again)
        sure = [leg for leg in news if leg not in again]
        if not sure:
            return
        at = self._clock.now()
        healed = aftermath.of_living(known, sure, node=self._node)
        resync.take_up_all(sure, node=self._node, at=at)
        truth.note_healed(healed, cause=Difference.Cause.WORKER_AWAY, at=at)


def _place(seen: LegGlimpse) -> tuple[bool, float]:
    return seen.queued_at is None, seen.queued_at.timestamp() if seen.queued_at else 0.0
