"""Ears whose agent has given the caller to a colleague: they hear on where the leader may hear that colleague, and end
with a word where not. The switch keeps such an ear waiting for a while (conf/ear.xml); it dies with us in silence.

Nothing is remembered but which calls have an ear at all, read again with each change of one.
"""

from collections.abc import Callable
from contextlib import AbstractContextManager
from typing import Any
from uuid import UUID

import structlog
from django.utils import translation

from telephony import events
from telephony.ear_errors import HandedOver
from telephony.queries.supervision import ears_left_behind, listened_calls, may_hear, talk_of
from telephony.switch import Switch, SwitchError
from tenants.realtime import publish

log = structlog.get_logger()


class FollowingEars:
    """`inside` enters the tenant; the switch is never asked within."""

    def __init__(self, switch: Switch, *, inside: Callable[[], AbstractContextManager[None]]) -> None:
        self._switch, self._inside = switch, inside
        self._calls: frozenset[UUID] = frozenset()

    def read(self) -> None:
        """Within the tenant."""
        self._calls = listened_calls()

    def hear(self, event: events.ListeningChanged | events.OfferEnded) -> None:
        if isinstance(event, events.ListeningChanged):
            with self._inside():
                self.read()
        if event.call_id not in self._calls:
            return
        with self._inside():
            talk = talk_of(event.call_id)
            left = [] if talk is None else list(ears_left_behind(talk))
            allowed = {ear.pk for ear in left if talk and may_hear(ear.supervisor, talk)}
            for ear in left:
                if ear.pk not in allowed:
                    _say_why(ear.supervisor.member)
        for ear in left:
            self._ask(ear.pk, talk.pk if talk and ear.pk in allowed else None)

    def _ask(self, ear_id: UUID, agent_leg_id: UUID | None) -> None:
        try:
            if agent_leg_id is None:
                self._switch.hang_up(ear_id)
            else:
                self._switch.move_ear(ear_id, agent_leg_id)
        except SwitchError as error:
            log.info("An ear did not follow its caller.", problem=str(error))


def _say_why(member: Any) -> None:
    """To the leader whose ear ends."""
    with translation.override(member.language or None):
        refusal = HandedOver()
        message = {
            "type": "order_refused",
            "order_id": "",
            "order": "listen",
            "code": refusal.code,
            "message": refusal.message,
        }
    publish(f"member.{member.pk}", message)
