"""A thread beside the main loop that rings who is on call for an urgent case, one telephone at a time (decision 0067);
and whoever wants to try their own.

A call is a row before the switch is asked. One without an end, from an earlier life of ours, is asked of the switch and
ended; it is never dialled again: the next try is another row.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

import structlog
from django.db import connection

from telephony.freeswitch import pager_call
from telephony.queries.nodes import nodes_of
from telephony.switch import UnsafeValue
from telephony.trunks import actions as trunks
from telephony.trunks.causes import TRUNK_CAUSES
from telephony.trunks.errors import NoTrunkThere, TrunksDown, TrunksFull
from telephony.trunks.queries import BACKUP, shown_by
from telephony.worker import pager_sound
from telephony.worker.beside import Beside
from telephony.worker.pager_errands import Errand, begun_before, errands_due
from tenants.service.actions.ring_tests import Result as Hindrance
from tenants.service.actions.ringing import Result
from tenants.service.queries.ringing import Running

log = structlog.get_logger()

LOOK_EVERY = 4.0
RINGS = 30.0
YOUNG = timedelta(seconds=20)
"""Another worker, whose lease just ended, may be about to dial."""
LONGEST = timedelta(seconds=RINGS + pager_call.ASK_SECONDS + 30)
_RESULTS = {
    "USER_BUSY": Result.BUSY, "NO_ANSWER": Result.NO_ANSWER, "NO_USER_RESPONSE": Result.NO_ANSWER,
    "ALLOTTED_TIMEOUT": Result.NO_ANSWER, "ORIGINATOR_CANCEL": Result.NO_ANSWER, "CALL_REJECTED": Result.REFUSED,
}  # fmt: skip


@dataclass(frozen=True, kw_only=True)
class Way:
    """One switch, its file that asks for the key, and the lines to try in order, each with the number it shows."""

    node: Mapping[str, Any]
    plan: str
    lines: Sequence[tuple[str, str]]


class Pager(Beside):
    """Works only while `may_act` says so. `rest` gives back the database while a telephone rings."""

    def __init__(
        self,
        known: Mapping[str, Any],
        *,
        may_act: Callable[[], bool],
        rest: Callable[[], None] = lambda: connection.close(),
    ) -> None:
        super().__init__("pager", every=LOOK_EVERY, may_act=may_act)
        self._known, self._rest = known, rest

    def look(self, at: datetime) -> None:
        self._follow(at)
        for errand in errands_due(at):
            if self._stopped.is_set() or not self._may_act():
                return
            self._ring(errand)

    # --- one call --------------------------------------------------------------------------------------------------
    def _ring(self, errand: Errand) -> None:
        cell = str(self._known["cell"])
        try:
            lines = trunks.take_lines(
                number=errand.phone, leg_id=errand.call_id, cell=cell, at=datetime.now(UTC)
            )
            self._ring_by(lines, errand)
        except NoTrunkThere:
            errand.hinder(Hindrance.NO_TRUNK)
        except (TrunksDown, TrunksFull):
            errand.hinder(Hindrance.NO_LINE)
        finally:
            trunks.forget_legs([errand.call_id])

    def _ring_by(self, lines: Sequence[str], errand: Errand) -> None:
        way = self._way(lines)
        if isinstance(way, Hindrance):
            errand.hinder(way)
            return
        path = errand.lay(way.node)
        try:
            if path is None and not pager_call.knows(way.node, errand.phrase):
                errand.hinder(Hindrance.OLD_SWITCH)
            elif number := errand.begin_at(str(way.node["node"])):
                self._rest()
                self._end(way.node, errand, _rung(way, number, errand, str(path or "")))
        finally:
            pager_sound.take_away(path)

    def _way(self, lines: Sequence[str]) -> Way | Hindrance:
        """By the first switch that is there and has the first line; or why there is none."""
        if tuple(lines) == (BACKUP,) and not self._known.get("gateway"):
            return Hindrance.NO_TRUNK
        rows, why = shown_by(lines), Hindrance.NO_LINE
        for node in nodes_of(self._known):
            name, own = str(node["node"]), str(self._known.get("pager_number", ""))
            here = [
                (line, own or rows[line].number) for line in lines if line in rows and rows[line].is_on(name)
            ]
            if not here:
                continue
            if plan := pager_call.plan_of(node):
                return Way(node=node, plan=plan, lines=here)
            why = Hindrance.SWITCH_AWAY if plan is None else Hindrance.OLD_SWITCH
        return why

    def _end(self, node: Mapping[str, Any], errand: Errand, rung: pager_call.Rung | None) -> None:
        if rung is None:
            # The switch went away in the middle of it: the next look asks what became of it.
            return
        result = result_of(rung)
        errand.end(
            call_id=errand.call_id, result=result, at=rung.taken_at or datetime.now(UTC),
            cause="" if rung.is_answered else rung.cause,
        )  # fmt: skip
        pager_call.forget(node, errand.call_id)
        log.info("Somebody on call was rung.", result=str(result))

    # --- what an earlier life began ---------------------------------------------------------------------------------
    def _follow(self, at: datetime) -> None:
        nodes = {str(node["node"]): node for node in nodes_of(self._known)}
        for call, end in begun_before(nodes, at):
            if at - call.started_at >= YOUNG:
                self._follow_one(nodes.get(call.node), call, end, at)

    def _follow_one(
        self, node: Mapping[str, Any] | None, call: Running, end: Callable[..., None], at: datetime
    ) -> None:
        found = pager_call.trace_of(node, call.call_id) if node else None
        if isinstance(found, datetime):
            end(call_id=call.call_id, result=Result.TAKEN, at=found)
        elif found is pager_call.Trace.GONE or at - call.started_at > LONGEST:
            end(call_id=call.call_id, result=Result.LOST, at=at)
        else:
            return
        if node:
            pager_call.end(node, call.call_id)
            pager_call.forget(node, call.call_id)
            pager_sound.take_away(pager_sound.place_of(node, call.call_id))


def _rung(way: Way, number: str, errand: Errand, sound: str) -> pager_call.Rung | None:
    """By the next line only where a carrier failed: nobody is rung twice for one try."""
    rung: pager_call.Rung | None = pager_call.Rung(cause="NOT_SENT")
    for line, shows in way.lines:
        try:
            rung = pager_call.ring(
                way.node, plan=way.plan, line=line, number=number, shows=shows, call_id=errand.call_id,
                language=errand.language, phrase=errand.phrase, sound=sound, seconds=RINGS,
            )  # fmt: skip
        except UnsafeValue:
            return pager_call.Rung(cause="NOT_SENT")
        if rung is None or rung.is_answered or rung.cause not in TRUNK_CAUSES:
            return rung
        if not pager_call.is_gone(way.node, errand.call_id, seconds=2):
            return rung
    return rung


def result_of(rung: pager_call.Rung) -> Result:
    """A mailbox picks up and presses nothing: that is no answer of anybody's."""
    if rung.taken_at:
        return Result.TAKEN
    if rung.is_answered:
        return Result.NO_KEY
    return _RESULTS.get(rung.cause, Result.FAILED)
