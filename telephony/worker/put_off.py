"""Orders a phone was too busy for: each is tried again in a moment, and of one agent the last order counts.

Whoever resumes a caller in the moment of holding them finds the phone still agreeing on the silence. The order waits
here until it has, and is given up when it is too old (orders.TOO_LATE_SECONDS), as every order. A worker that dies
meanwhile takes it along: the button shows how it stands, and is pressed once more.
"""

from __future__ import annotations

from telephony.orders import Envelope
from telephony.worker.clock import Clock
from telephony.worker.wheel import Wheel

AGAIN_SECONDS = 0.05
BESIDE = frozenset({"send_keys", "mask_recording", "unmask_recording", "start_recording", "stop_recording"})
"""Orders about a talk that leave it as it stands: none of them takes back what was ordered before."""

Key = tuple[str, int]


class PutOff:
    def __init__(self, clock: Clock, wheel: Wheel) -> None:
        self._clock = clock
        self._wheel = wheel
        self._waiting: dict[Key, Envelope] = {}

    def keep(self, envelope: Envelope) -> None:
        key = _key(envelope)
        self._waiting[key] = envelope
        self._wheel.add(self._clock.seconds() + AGAIN_SECONDS, ("put off", *key))

    def drop_for(self, envelope: Envelope) -> None:
        """A later order of the same agent about the same call says how they want it now."""
        waiting = self._waiting.get(_key(envelope))
        call_id = getattr(envelope.order, "call_id", None)
        if (
            waiting
            and call_id == getattr(waiting.order, "call_id", None)
            and envelope.order.type not in BESIDE
        ):
            del self._waiting[_key(envelope)]

    def take(self, tenant: str, agent_id: int) -> Envelope | None:
        return self._waiting.pop((tenant, agent_id), None)

    def look_again(self) -> None:
        """After the wheel was emptied."""
        for key in self._waiting:
            self._wheel.add(self._clock.seconds() + AGAIN_SECONDS, ("put off", *key))


def _key(envelope: Envelope) -> Key:
    return envelope.tenant, getattr(envelope.order, "agent_id", 0)
