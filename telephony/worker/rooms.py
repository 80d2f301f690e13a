"""A caller who is alone in a room: somebody left a room of two in the very moment in which the caller was brought in,
and no rule of the switch's frees one who never had company there. Looked at twice, they are in the line again, ahead.
"""

from collections.abc import Callable
from contextlib import AbstractContextManager
from datetime import datetime
from typing import Any
from uuid import UUID

import structlog

from telephony import events
from telephony.actions.lines import ROOM
from telephony.errors import NoCallHere
from telephony.models import Call
from telephony.queries import live_calls
from telephony.switch import CommandTimedOut, Switch, SwitchError, SwitchUnreachable
from telephony.worker.entries import back_in_line

log = structlog.get_logger()
LOOK_AGAIN_AFTER = 2.0
"""Seconds: whoever is on the way in, or let go by the switch, is there or gone by then."""


class Rooms:
    """`inside` enters the tenant; the switch is never asked within."""

    def __init__(
        self,
        switch: Switch,
        *,
        wake_at: Callable[[float, str, Any], None],
        now: Callable[[], datetime],
        inside: Callable[[], AbstractContextManager[None]],
    ) -> None:
        self._switch, self._wake_at, self._now, self._inside = switch, wake_at, now, inside
        self._noted: set[UUID] = set()

    def read(self) -> None:
        """Within the tenant."""
        for call in live_calls().filter(line__place=ROOM):
            self._note(call)

    def hear(self, event: events.CallLineChanged) -> None:
        with self._inside():
            call = Call.objects.filter(pk=event.call_id).first()
        if call is not None:
            self._note(call)

    def woke(self, call_id: UUID) -> None:
        self._noted.discard(call_id)
        with self._inside():
            call = Call.objects.select_related("queue").filter(pk=call_id, ended_at=None).first()
            if call is None or not is_alone(call):
                return
            try:
                entry = back_in_line(call)
            except NoCallHere:
                return
        try:
            self._switch.send_to_queue(call_id, entry)
        except (SwitchUnreachable, CommandTimedOut):
            self._note(call)
        except SwitchError as error:
            log.info("A caller alone in a room is not there any more.", problem=str(error))

    def _note(self, call: Call) -> None:
        if is_alone(call) and call.pk not in self._noted:
            self._noted.add(call.pk)
            self._wake_at(self._now().timestamp() + LOOK_AGAIN_AFTER, "room", call.pk)


def is_alone(call: Call) -> bool:
    line = call.line
    return line.get("place") == ROOM and not line.get("agents") and not line.get("number")
