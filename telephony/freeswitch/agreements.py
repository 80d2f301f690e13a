"""Whether a phone in a page has answered the last change of hold that it was asked.

To hold, and to take back, the switch sends the phone a new invitation. It takes the order for done before the phone has
answered: CHANNEL_HOLD says that it was asked. A second change inside the first leaves a phone in a page deaf: no packet
reaches it for the rest of the talk, however often it is held again. With the phone's answer its last words
(`switch_r_sdp`) change: the version in their `o=` line (RFC 3264, section 8), and the direction.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from time import monotonic
from uuid import UUID

import orjson

PATIENCE_SECONDS = 2.0
"""After that the next change is sent all the same: a phone may answer with the very words it said before, or never."""


@dataclass(frozen=True)
class _Asked:
    said: str
    at: float


class Agreements:
    """Of all legs of one switch; what is older than PATIENCE_SECONDS is forgotten with the next question."""

    def __init__(self, seconds: Callable[[], float] = monotonic) -> None:
        self._seconds = seconds
        self._asked: dict[UUID, _Asked] = {}

    def ask(self, leg_id: UUID, dump: str) -> None:
        """The phone of this leg is asked now; `dump` is the leg as it was right before."""
        self._forget_old()
        self._asked[leg_id] = _Asked(_said(dump), self._seconds())

    def is_open(self, leg_id: UUID, dump: str) -> bool:
        """It was asked a moment ago and has not answered; `dump` is the leg as it is now."""
        asked = self._asked.get(leg_id)
        if asked is None or self._seconds() - asked.at >= PATIENCE_SECONDS or _said(dump) != asked.said:
            self._asked.pop(leg_id, None)
            return False
        return True

    def _forget_old(self) -> None:
        """They are kept in the order in which they were asked, but for legs asked again, which only stay longer."""
        latest = self._seconds() - PATIENCE_SECONDS
        while self._asked and next(iter(self._asked.values())).at <= latest:
            del self._asked[next(iter(self._asked))]


def _said(dump: str) -> str:
    """The phone's last description of its sound; "" of a leg that is gone, and of one that has said nothing yet."""
    try:
        leg = orjson.loads(dump)
    except orjson.JSONDecodeError:
        return ""
    return str(leg.get("variable_switch_r_sdp", "")) if isinstance(leg, dict) else ""
