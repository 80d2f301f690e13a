"""Facts and news taken in portions: under a rush the work grows by the rows alone.

What goes wrong in a portion is put back and taken one by one, so that each has its own fate.
"""

import time
from collections import deque
from collections.abc import Iterable
from typing import Protocol

import structlog

from telephony import facts
from telephony.errors import EpochIsOver
from telephony.ingest import Ingest
from telephony.orders import Envelope
from telephony.worker.inbox import Inbox, News
from tenants.events import Event

log = structlog.get_logger()

MOST_FACTS_AT_ONCE, LEAST_FACTS_AT_ONCE = 100, 10
LONGEST_PORTION = 0.4
"""Seconds."""
MOST_ROUNDS_OF_NEWS = 10
"""Handled without a look at lease and timers in between."""

Item = News | Envelope | facts.Fact


class Hearing(Protocol):
    def hear(self, *told: Event) -> None: ...


class Loop(Protocol):
    """What the main loop does with one thing, and what it knows."""

    def handle(self, item: Item) -> None: ...
    def note(self, fact: facts.Fact) -> None: ...
    def note_success(self) -> None: ...
    def give_way(self) -> None: ...
    def may_go_on(self) -> bool: ...
    def desk_of(self, tenant: str) -> Hearing | None: ...


class Portions:
    def __init__(self, loop: Loop, inbox: Inbox, ingest: Ingest) -> None:
        self._loop, self._inbox, self._ingest = loop, inbox, ingest
        self._one_by_one = 0
        """How many facts are to be taken singly, because something among them went wrong."""
        self._most = MOST_FACTS_AT_ONCE

    def handle_with_others(self, item: Item) -> None:
        """News or a fact together with what waits behind it."""
        if isinstance(item, News):
            self._hear([item, *self._inbox.take_news()])
            return
        if not isinstance(item, facts.LegFact | facts.CommandFinished) or self._one_by_one:
            self._one_by_one = max(0, self._one_by_one - isinstance(item, facts.Fact))
            self._loop.handle(item)
            return
        left = self._by_tenant([item, *self._inbox.take_facts(self._most)])
        while left:
            tenant, told = left.popleft()
            if not tenant:
                # It may have to be put back itself: then it must come before these.
                self._put_back_all(left)
                self._loop.handle(told[0])
                return
            if not self._take_together(tenant, told):
                self._put_back_all([(tenant, told), *left])
                return

    def _by_tenant(self, told: list[facts.Fact]) -> deque[tuple[str, list[facts.Fact]]]:
        """Whose each is may have to be asked: of a database that is away, too. Then they are taken one by one."""
        try:
            return deque(self._ingest.by_tenant(told))
        except Exception as error:
            log.warning("Whose facts are cannot be asked.", facts=len(told), problem=type(error).__name__)
            self._one_by_one = len(told) - 1
            return deque(("", [fact]) for fact in told)

    def handle_what_follows(self) -> None:
        """The news of what was just done, before browsers are told how it stands: a phone rings the earlier."""
        for _round in range(MOST_ROUNDS_OF_NEWS):
            if not self._loop.may_go_on():
                return
            news = self._inbox.take_news()
            if not news:
                return
            self._hear(news)

    def _take_together(self, tenant: str, told: list[facts.Fact]) -> bool:
        """False when they are to be taken again, one by one."""
        try:
            for fact in told:
                self._loop.note(fact)
            began = time.monotonic()
            self._ingest.take_together(tenant, told)
            self._learn_size(len(told), time.monotonic() - began)
        except Exception as error:
            log.warning("Facts are taken one by one.", facts=len(told), problem=type(error).__name__)
            self._one_by_one = len(told)
            return False
        self._loop.note_success()
        return True

    def _learn_size(self, count: int, seconds: float) -> None:
        """Portions stay short on a slow machine: lease and beat wait for their end."""
        fitting = int(LONGEST_PORTION * count / max(seconds, 0.001))
        self._most = max(LEAST_FACTS_AT_ONCE, min(MOST_FACTS_AT_ONCE, fitting))

    def _put_back_all(self, portions: Iterable[tuple[str, list[facts.Fact]]]) -> None:
        for fact in reversed([fact for _tenant, told in portions for fact in told]):
            self._inbox.put_back(fact)

    def _hear(self, news: list[News]) -> None:
        """Each tenant's in one look at its rows."""
        by_tenant: dict[str, list[News]] = {}
        for item in news:
            by_tenant.setdefault(item.tenant, []).append(item)
        left = deque(by_tenant.values())
        while left:
            told = left.popleft()
            if not self._hear_together(told):
                for item in reversed([*told, *(item for items in left for item in items)]):
                    self._inbox.put_back(item)
                first = self._inbox.take(0)
                if first is not None:
                    self._loop.handle(first)
                return

    def _hear_together(self, told: list[News]) -> bool:
        """False when it is to be heard again, one by one."""
        try:
            if desk := self._loop.desk_of(told[0].tenant):
                desk.hear(*(item.event for item in told))
        except EpochIsOver:
            self._loop.give_way()
        except Exception as error:
            log.warning("Our own news is heard one by one.", news=len(told), problem=type(error).__name__)
            return False
        return True
