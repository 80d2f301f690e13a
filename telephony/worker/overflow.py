"""Callers who have waited long enough in one queue go on waiting in the next, with the time they have waited."""

from collections.abc import Callable
from datetime import datetime, timedelta

import structlog

from telephony.models import Queue, QueueStay
from telephony.queries.hours import is_open
from telephony.switch import CommandTimedOut, QueueEntry, Switch, SwitchError
from telephony.worker.entries import entry_of

log = structlog.get_logger()

TRY_AGAIN_AFTER = timedelta(seconds=5)
"""Between two looks at a caller whose time has come and who could not be moved."""


class Overflow:
    """Asks the switch to move a caller; the stay in the next queue is made by the switch's word that it did.

    Asked twice for one stay it says the same moment twice, so that the second telling changes nothing.
    """

    def __init__(self, switch: Switch, now: Callable[[], datetime]) -> None:
        self._switch = switch
        self._now = now
        self._asked_at: dict[int, datetime] = {}
        self._looked_after: set[int] = set()

    @staticmethod
    def due_at(stay: QueueStay) -> datetime | None:
        """When this stay is to end, if its caller is to move on by time."""
        queue = stay.queue
        if queue.overflow_queue_id is None or queue.overflow_after_seconds is None:
            return None
        return stay.entered_at + timedelta(seconds=queue.overflow_after_seconds)

    def way(self, stay: QueueStay) -> QueueEntry | None:
        """Where the caller is to be sent now; None when it is too early, or the next queue is of no use."""
        due = self.due_at(stay)
        if due is None or due > self._now():
            return None
        after = stay.queue.overflow_queue
        if after is None:
            return None
        earlier = QueueStay.objects.filter(
            call_id=stay.call_id, queue=after, entered_at__gte=stay.waiting_since
        )
        is_served = after.state == Queue.State.OPEN and is_open(after.hours_id, self._now())
        if not is_served or earlier.exists():
            return None
        return entry_of(after, self._asked_at.setdefault(stay.pk, self._now()))

    def look_again_at(self, stay: QueueStay) -> datetime | None:
        """When a timer is to be set for this stay; None when there is one, or none is needed."""
        due = self.due_at(stay)
        if due is None or stay.pk in self._looked_after:
            return None
        self._looked_after.add(stay.pk)
        return due if due > self._now() else self._now() + TRY_AGAIN_AFTER

    def woke(self, stay_id: int) -> None:
        """The timer has come due."""
        self._looked_after.discard(stay_id)

    def move(self, stay: QueueStay, entry: QueueEntry) -> None:
        """Never inside a transaction. What the switch did not take is tried again at the next look."""
        try:
            self._switch.send_to_queue(stay.call_id, entry)
        except CommandTimedOut:
            log.warning("The switch did not confirm a move in time.", stay=stay.pk)
        except SwitchError:
            log.info("A caller could not be moved to the next queue.", stay=stay.pk)
