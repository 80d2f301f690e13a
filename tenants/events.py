"""What happened, told upwards: an event says that, ids and a moment; whoever decides asks a query again."""

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass
from datetime import datetime
from functools import partial
from itertools import groupby
from operator import itemgetter
from typing import Any, TypeVar

import structlog
from django.db import transaction

from tenants.context import current_schema, enter

log = structlog.get_logger()

E = TypeVar("E", bound="Event")
_handlers: dict[type, list[Callable]] = {}


@dataclass(frozen=True, kw_only=True)
class Event:
    occurred_at: datetime


def subscribe(event_class: type[E], handler: Callable[[E], object]) -> None:
    """Call the handler for each event of exactly this class; from AppConfig.ready(). Told twice, kept once."""
    handlers = _handlers.setdefault(event_class, [])
    if handler not in handlers:
        handlers.append(handler)


Witness = Callable[[Sequence[Event]], None]
_witnesses: list[Witness] = []
_witnessed: ContextVar[list[Event] | None] = ContextVar("witnessed", default=None)


def witness(handler: Witness) -> None:
    """Call the handler with events inside the transaction they happen in, for what must be written with them. It must
    be quick and must not raise. From AppConfig.ready(); told twice, kept once.
    """
    if handler not in _witnesses:
        _witnesses.append(handler)


@contextmanager
def witnessed_together() -> Iterator[None]:
    """Inside the block of one transaction and one schema: witnesses are called once, at its end, when it succeeds."""
    if _witnessed.get() is not None:
        yield
        return
    told: list[Event] = []
    before = _witnessed.set(told)
    try:
        yield
    finally:
        _witnessed.reset(before)
    _call_witnesses(told)


def _call_witnesses(told: Sequence[Event]) -> None:
    if told:
        for handler in _witnesses:
            handler(told)


def emit(event: Event) -> None:
    """Tell the handlers after the commit, inside the schema that is current now."""
    together = _witnessed.get()
    if together is None:
        _call_witnesses((event,))
    else:
        together.append(event)
    transaction.on_commit(partial(_deliver, current_schema(), event))


_told_later: ContextVar[list[tuple[str, Event]] | None] = ContextVar("told_later", default=None)


@contextmanager
def telling_later() -> Iterator[None]:
    """What happens inside the block is told at its end, in the same order, whatever becomes of the block: for when
    somebody waits for the next step and nobody for the news. What is said soon is said right after.
    """
    if _told_later.get() is not None:
        yield
        return
    waiting: list[tuple[str, Event]] = []
    before = _told_later.set(waiting)
    try:
        yield
    finally:
        _told_later.reset(before)
        for schema_name, told in groupby(waiting, key=itemgetter(0)):
            with enter(schema_name):
                for _schema_name, event in told:
                    _deliver(schema_name, event)
        _say_what_is_due()


def _deliver(schema_name: str, event: Event) -> None:
    waiting = _told_later.get()
    if waiting is not None:
        waiting.append((schema_name, event))
        return
    handlers = _handlers.get(type(event))
    if not handlers:
        return
    with enter(schema_name):
        for handler in handlers:
            _tell(handler, event)


def _tell(handler: Callable[[Any], object], event: Event) -> None:
    try:
        handler(event)
    except Exception:
        # One broken reaction must not silence the others, nor the action that already committed.
        log.exception(
            "A reaction to an event failed",
            event_class=type(event).__name__,
            handler=handler.__qualname__,
            schema=current_schema(),
        )


Speaker = Callable[[dict[Any, set]], None]


class _Breath:
    """What is to be said at its end, by schema and speaker, and what of it need not wait for the end."""

    def __init__(self) -> None:
        self.waiting: dict[tuple[str, Speaker], dict[Any, set]] = {}
        self.soon: set[tuple[str, Speaker]] = set()


_in_one_breath: ContextVar[_Breath | None] = ContextVar("breath", default=None)


@contextmanager
def in_one_breath() -> Iterator[None]:
    """The latest state of a row, told by `say`, is told once for all that happens inside the block, at its end."""
    if _in_one_breath.get() is not None:
        yield
        return
    breath = _Breath()
    before = _in_one_breath.set(breath)
    try:
        yield
    finally:
        _in_one_breath.reset(before)
        for (schema_name, function), subjects in breath.waiting.items():
            _say(schema_name, function, subjects)


def say(function: Speaker, subject: Any, *hearers: Any) -> None:
    """Call `function({subject: hearers})` now, or once at the end of the breath with all subjects."""
    breath = _in_one_breath.get()
    if breath is None:
        function({subject: set(hearers)})
    else:
        place = (current_schema(), function)
        breath.waiting.setdefault(place, {}).setdefault(subject, set()).update(hearers)


def say_soon(function: Speaker, subject: Any, *hearers: Any) -> None:
    """As `say`, for what somebody waits for: where things are told later it is said when they have been told, with all
    that waits for the same function, although the breath goes on.
    """
    say(function, subject, *hearers)
    breath = _in_one_breath.get()
    if breath is not None:
        breath.soon.add((current_schema(), function))


def _say_what_is_due() -> None:
    breath = _in_one_breath.get()
    while breath is not None and breath.soon:
        place = breath.soon.pop()
        if subjects := breath.waiting.pop(place, None):
            _say(*place, subjects)


def _say(schema_name: str, function: Speaker, subjects: dict[Any, set]) -> None:
    try:
        with enter(schema_name):
            function(subjects)
    except Exception:
        log.exception(
            "The state of a row could not be told", function=function.__qualname__, schema=schema_name
        )


@dataclass(frozen=True, kw_only=True)
class TenantOpened(Event):
    tenant_id: int


@dataclass(frozen=True, kw_only=True)
class TenantSuspended(Event):
    tenant_id: int


@dataclass(frozen=True, kw_only=True)
class TenantResumed(Event):
    tenant_id: int


@dataclass(frozen=True, kw_only=True)
class TenantClosed(Event):
    tenant_id: int


@dataclass(frozen=True, kw_only=True)
class NumberAssigned(Event):
    """A number was given to a tenant, or taken back (tenant_id is None)."""

    number_id: int
    tenant_id: int | None


@dataclass(frozen=True, kw_only=True)
class MemberSignedOutEverywhere(Event):
    """All sessions of a member ended: disabled, new password or new roles. Sockets close."""

    member_id: int


@dataclass(frozen=True, kw_only=True)
class MemberLeft(Event):
    """A member's access ended: by an administrator, or because the seat did."""

    member_id: int
