"""Whether a switch has died, as far as the system it ran on says.

That it closed our connection says no more than that: the road between may have been cut, and calls go on. That it also
refuses every new connection for a while says that nobody listens there any more. A system that is dark, or a road that
swallows what we send, refuses nothing: then nobody knows, until a new run is heard.
"""

import time
from collections.abc import Callable
from datetime import datetime

REFUSED_FOR = 2.0
"""Seconds: more than a switch takes to open its event socket anew (`reload mod_event_socket`)."""


class Parting:
    """`died_at` is when its system closed the connection, once it is clear that this was its death."""

    def __init__(self, monotonic: Callable[[], float] = time.monotonic) -> None:
        self._monotonic = monotonic
        self.died_at: datetime | None = None
        self._closed_at: datetime | None = None
        self._refused_since: float | None = None

    def note_connected(self) -> None:
        self.died_at = self._closed_at = self._refused_since = None

    def note_lost(self, at: datetime, *, is_closed: bool) -> None:
        """`is_closed`: by its own system; all else is silence, or our own doing."""
        self._closed_at = at if is_closed else None

    def note_failure(self, problem: BaseException | None) -> None:
        """Why we could not connect."""
        if not isinstance(problem, ConnectionRefusedError):
            self._refused_since = None
            return
        now = self._monotonic()
        if self._refused_since is None:
            self._refused_since = now
        if now - self._refused_since >= REFUSED_FOR:
            self.died_at = self._closed_at
