"""What the router of each tenant remembers: asked through the loop, because only its thread may look."""

import threading
from datetime import datetime, timedelta
from typing import Any, NamedTuple

from telephony.routing import Availability
from telephony.worker.inbox import Inbox, News
from telephony.worker.news import MemoryAsked

FRESH = timedelta(seconds=5)


class Remembered(NamedTuple):
    at: datetime
    works: set[Any]
    standing: dict[Any, Availability]


class Memories:
    """`patience` is how many seconds an answer may take: the loop has calls to route first."""

    def __init__(self, inbox: Inbox, patience: float = 0.5) -> None:
        self._inbox = inbox
        self._patience = patience
        self._last: dict[str, Remembered] = {}

    def of(self, tenant: str, at: datetime) -> Remembered | None:
        """What the tenant's desk has answered since the last asking, if that is fresh; else None."""
        answered = threading.Event()

        def note(works: set[Any], standing: dict[Any, Availability]) -> None:
            self._last[tenant] = Remembered(at, works, standing)
            answered.set()

        self._inbox.put_news(News(tenant, MemoryAsked(occurred_at=at, answer=note)))
        if self._patience:
            answered.wait(self._patience)
        # Each answer counts once: two looks at one old memory would be no second look.
        found = self._last.pop(tenant, None)
        return found if found is not None and at - found.at <= FRESH else None
