"""Phones that ring too long: the switch ends the ringing itself, and only if we never hear of it do we.

Of most offers we hear that they are over before their time is up: then no row is read. Who has heard of no end asks the
rows, so what is remembered here may be too much, never too little.
"""

from collections.abc import Callable
from contextlib import AbstractContextManager
from datetime import datetime
from typing import Any
from uuid import UUID

from telephony import actions
from telephony.models import Offer

GRACE_AFTER_EXPIRY = 3.0
"""Seconds; the switch's own word may be on its way."""


class Ringing:
    """`inside` enters the tenant; `stop` withdraws an offer from the switch."""

    def __init__(
        self,
        *,
        wake_at: Callable[[float, str, Any], None],
        now: Callable[[], datetime],
        inside: Callable[[], AbstractContextManager[None]],
        stop: Callable[[UUID, str], None],
    ) -> None:
        self._wake_at, self._now, self._inside, self._stop = wake_at, now, inside, stop
        self._unended: set[UUID] = set()

    def read(self) -> None:
        """Within the tenant: all that ring."""
        ringing = Offer.objects.filter(ended_at=None, answered_at=None)
        for offer_id, expires_at in ringing.values_list("pk", "expires_at"):
            self.begun(offer_id, expires_at)

    def begun(self, offer_id: UUID, expires_at: datetime) -> None:
        self._unended.add(offer_id)
        self._wake_at(expires_at.timestamp() + GRACE_AFTER_EXPIRY, "offer", offer_id)

    def ended(self, offer_id: UUID) -> None:
        self._unended.discard(offer_id)

    def woke(self, offer_id: UUID) -> None:
        """The phone should have stopped ringing by now."""
        if offer_id not in self._unended:
            return
        self._unended.discard(offer_id)
        with self._inside():
            if not Offer.objects.filter(pk=offer_id, ended_at=None, answered_at=None).exists():
                return
        self._stop(offer_id, "NO_ANSWER")
        with self._inside():
            actions.fail_offer(offer_id=offer_id, at=self._now(), failure="NO_ANSWER")
