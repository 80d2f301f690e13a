"""All lines of a router, made when the first work asks for one."""

from collections.abc import Iterator
from typing import Any

from telephony.routing.line import Line, Waiting
from telephony.routing.roster import Roster
from telephony.routing.signature import Signature, asked_at, signature_of

KEPT = 1_000  # empty ones stay until there are so many: what was asked once is asked again


class Lines:
    """Lines by signature. Opening one finds its agents; an agent put later finds the lines."""

    def __init__(self, roster: Roster) -> None:
        self._roster = roster
        self._lines: dict[Signature, Line] = {}
        self._as_asked: dict[tuple[Any, ...], Line] = {}
        self._most = KEPT

    def __iter__(self) -> Iterator[Line]:
        return iter(self._lines.values())

    def of(self, waiting: Waiting) -> Line:
        """The line for what a work asks at its step. Looked up as it was asked: sorting that takes longer."""
        work, step = waiting.work, waiting.step
        asked = asked_at(work, step) if step else work
        as_asked = (
            work.queue_id,
            asked.requirements,
            asked.target_agent,
            asked.preferred,
            asked.group_id,
            asked.queue_ids,
            work.strategy,
            work.kind,
        )
        line = self._as_asked.get(as_asked)
        if line is None:
            line = self._line(signature_of(work, step))
            self._as_asked[as_asked] = line
        return line

    def _line(self, signature: Signature) -> Line:
        line = self._lines.get(signature)
        if line is None:
            if len(self._lines) >= self._most:
                self._close_empty()
            line = self._lines[signature] = Line(signature)
            self._roster.open_line(line)
        return line

    def _close_empty(self) -> None:
        self._roster.close_lines([line for line in self if line.head() is None])
        self._lines = {signature: line for signature, line in self._lines.items() if line.is_open}
        self._as_asked.clear()
        self._most = max(KEPT, 2 * len(self._lines))
