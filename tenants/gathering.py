"""Sockets that ask for the same kind of thing at the same moment are answered by one reading of all of it."""

import asyncio
from collections.abc import Awaitable, Callable, Hashable
from typing import Any, Generic, TypeVar
from weakref import WeakKeyDictionary

import structlog
from django.db import InterfaceError, OperationalError

log = structlog.get_logger()
G = TypeVar("G", bound=Hashable)
K = TypeVar("K")
V = TypeVar("V")

MOST_AT_ONCE = 100
"""Who is answered first does not wait for a thousand others."""
AWAY = (OperationalError, InterfaceError)
"""The database answers nobody: to ask for each alone would only take longer."""


class Gathering(Generic[G, K, V]):
    """`await gathering.ask(group, key)` is the answer for `key` in `await read(group, keys)`, one answer for each key.

    A reading answers everybody of the group who asked before it began, and nobody who asked later: who joined the news
    first and asks then misses nothing. One reading of a group runs at a time; who asks meanwhile is in the next. So one
    page alone waits for nobody, and a thousand that come back cost a handful of readings. What belongs to one tenant
    is named by its group.
    """

    def __init__(self, read: Callable[[G, list[K]], Awaitable[list[V]]], *, wait: float = 0.0) -> None:
        """`wait`: seconds a reading lets others join it, for what need not be at once."""
        self._read = read
        self._wait = wait
        self._lines: WeakKeyDictionary[
            asyncio.AbstractEventLoop, dict[G, list[tuple[K, asyncio.Future[V]]]]
        ] = WeakKeyDictionary()
        self._tasks: set[asyncio.Task[None]] = set()

    async def ask(self, group: G, key: K) -> V:
        """Raises what the reading raises."""
        loop = asyncio.get_running_loop()
        lines = self._lines.setdefault(loop, {})
        answer: asyncio.Future[V] = loop.create_future()
        if group in lines:
            lines[group].append((key, answer))
        else:
            lines[group] = [(key, answer)]
            task = loop.create_task(self._serve(lines, group))
            self._tasks.add(task)
            task.add_done_callback(self._tasks.discard)
        return await answer

    async def _serve(self, lines: dict[G, Any], group: G) -> None:
        try:
            while line := lines[group]:
                await asyncio.sleep(self._wait)
                lines[group] = line[MOST_AT_ONCE:]
                await self._answer(group, line[:MOST_AT_ONCE])
        finally:
            del lines[group]

    async def _answer(self, group: G, asked: list[tuple[K, "asyncio.Future[V]"]]) -> None:
        """One whose rows cannot be read spoils it for nobody else."""
        asked = [(key, answer) for key, answer in asked if not answer.done()]
        if not asked:
            return
        try:
            found = await self._read(group, [key for key, _answer in asked])
            told = list(zip(asked, found, strict=True))
        except Exception as error:
            log.warning(
                "What was read together could not be read", problem=type(error).__name__, asked=len(asked)
            )
            if len(asked) > 1 and not isinstance(error, AWAY):
                for one in asked:
                    await self._answer(group, [one])
            else:
                _fail([answer for _key, answer in asked], error)
            return
        for (_key, answer), value in told:
            if not answer.done():
                answer.set_result(value)


def _fail(answers: list[asyncio.Future[V]], error: Exception) -> None:
    for answer in answers:
        if not answer.done():
            answer.set_exception(error)
