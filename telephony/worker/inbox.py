"""What the worker has yet to look at, from all its threads: our own news before orders, orders before facts."""

import threading
from collections import deque
from dataclasses import dataclass
from typing import Any

from telephony.facts import Fact
from telephony.orders import Envelope
from tenants.events import Event

MOST_FACTS = 10_000
"""Facts beyond this wait in the switch client, which drops its connection and resyncs when it is full too."""


@dataclass(frozen=True)
class News:
    """An event of ours, with the schema it happened in."""

    tenant: str
    event: Event


class Inbox:
    def __init__(self, most_facts: int = MOST_FACTS) -> None:
        self._news: deque[News] = deque()
        self._orders: deque[Envelope] = deque(maxlen=2_000)
        self._facts: deque[Fact] = deque()
        self._most_facts = most_facts
        self._changed = threading.Condition()
        self._is_closed = False
        self.facts_heard = self.facts_taken = 0
        """Since the start: what was put in, and what was taken out to be handled."""

    def put_news(self, news: News) -> None:
        with self._changed:
            self._news.append(news)
            self._changed.notify_all()

    def put_order(self, envelope: Envelope) -> None:
        with self._changed:
            self._orders.append(envelope)
            self._changed.notify_all()

    def put_fact(self, fact: Fact) -> None:
        """Waits while there is no room."""
        with self._changed:
            while len(self._facts) >= self._most_facts and not self._is_closed:
                self._changed.wait(1)
            self._facts.append(fact)
            self.facts_heard += 1
            self._changed.notify_all()

    def put_back(self, item: Any) -> None:
        """It could not be handled now: next time it comes first again."""
        with self._changed:
            self._kind_of(item).appendleft(item)
            self.facts_taken -= isinstance(item, Fact)

    def take(self, timeout: float) -> News | Envelope | Fact | None:
        with self._changed:
            if not self._changed.wait_for(self._has_any, timeout):
                return None
            for waiting in (self._news, self._orders, self._facts):
                if waiting:
                    item = waiting.popleft()
                    self.facts_taken += isinstance(item, Fact)
                    self._changed.notify_all()
                    return item
        return None

    def take_facts(self, most: int) -> list[Fact]:
        """More facts, when nothing that comes before facts is waiting."""
        with self._changed:
            if self._news or self._orders:
                return []
            taken = [self._facts.popleft() for _ in range(min(most, len(self._facts)))]
            self.facts_taken += len(taken)
            if taken:
                self._changed.notify_all()
            return taken

    def take_news(self) -> list[News]:
        """All that is heard of ourselves by now, without waiting for it."""
        with self._changed:
            taken = list(self._news)
            self._news.clear()
            return taken

    def forget_news(self) -> None:
        """News is about what was routed before; after a resync everything is read anew."""
        with self._changed:
            self._news.clear()

    def forget_facts(self) -> list[Fact]:
        """Take them all out: a spare worker listens, so as to be warm, but does not act on what it hears."""
        with self._changed:
            forgotten = list(self._facts)
            self._facts.clear()
            self.facts_taken += len(forgotten)
            self._changed.notify_all()
            return forgotten

    def close(self) -> None:
        with self._changed:
            self._is_closed = True
            self._changed.notify_all()

    @property
    def waiting_facts(self) -> int:
        return len(self._facts)

    def _has_any(self) -> bool:
        return bool(self._news or self._orders or self._facts or self._is_closed)

    def _kind_of(self, item: Any) -> deque:
        if isinstance(item, News):
            return self._news
        return self._orders if isinstance(item, Envelope) else self._facts
