"""Many facts, one transaction: rows are read once, changed in memory, and written together at the end.

A fact alone needs its leg, its call with everything known of it, and the agents it touches: a score of questions. Of
fifty facts the questions are the same, with longer lists. So the worker takes what waits for one tenant as one
sitting: `prepare` locks and reads (see `locked_rows`), the actions find each row here, once, as the one object all of
them share, and `flush` writes what changed. Outside a sitting the same actions read and write row by row. Nothing
outlives the sitting, so nothing can be out of date.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager
from contextvars import ContextVar
from functools import wraps
from typing import Any, ParamSpec, TypeVar
from uuid import UUID

from django.db import transaction
from django.db.models import Model

from telephony.actions.bulk import insert_rows, update_rows
from telephony.actions.locked_rows import LockedRows, values_of
from telephony.models import Agent, AgentStateChange, Call, Leg, Offer, QueueStay
from telephony.queries.remembered import Answers, remembering
from tenants.events import witnessed_together
from tenants.prepared import Question, Stated, one_trip

P = ParamSpec("P")
R = TypeVar("R")


class Sitting(LockedRows):
    """One tenant's rows while a sitting lasts."""

    def __init__(self) -> None:
        super().__init__()
        self._dirty: dict[tuple[type[Model], Any], Model] = {}
        self._new_rows: list[AgentStateChange] = []
        self._stay_keys: list[int] = []
        self._later: dict[Callable[[list[Any]], object], list[Any]] = {}

    def prepare(
        self,
        leg_ids: Iterable[UUID],
        call_ids: Iterable[UUID] = (),
        *,
        stays: int = 0,
        beside: Sequence[Question] = (),
    ) -> list[list[Any]]:
        """Lock and read everything facts about these legs and calls will ask for; about so many `stays` will begin.
        Gives the answers to what is asked `beside`, in the same trip.
        """
        if not stays:
            return self.read(leg_ids, call_ids, beside=beside)
        *others, keys = self.read(leg_ids, call_ids, beside=[*beside, _keys_asked(QueueStay, stays)])
        self._stay_keys = _falling(keys)
        return others

    def prepare_agents(self, agent_ids: Iterable[int]) -> None:
        """Lock and read them with all the work they have now."""
        self._read_agents(set(agent_ids))

    def leg(self, leg_id: UUID, node: str) -> Leg:
        if leg_id not in self._legs:
            self._read_legs({leg_id})
        leg = self._legs[leg_id]
        if leg is None:
            leg = Leg(pk=leg_id, node=node)
            self._place_leg(leg)
            self.save(leg)
        return leg

    def begin_call(self, call: Call) -> None:
        self._calls[call.pk] = call
        self._stays_of[call.pk], self._offers_of[call.pk] = [], []
        self.save(call)

    def place_stay(self, stay: QueueStay) -> None:
        """A new one. Others speak of it by its key at once, so it is given one before it has a row."""
        if not self._stay_keys:
            self._stay_keys = _falling(_keys(**_keys_asked(QueueStay, 1)[1]))
        stay.pk = self._stay_keys.pop()
        self._dirty[QueueStay, stay.pk] = stay
        self._stays_of[stay.call_id].append(stay)
        self._remember(stay)

    def save(self, row: Model) -> None:
        """To be written at the end."""
        self._dirty[type(row), row.pk] = row
        if isinstance(row, Leg):
            self._place_leg(row)
        else:
            self._remember(row)

    def add(self, row: AgentStateChange) -> None:
        self._new_rows.append(row)

    def later(self, function: Callable[[list[Any]], object], subject: Any) -> None:
        """Before the end `function` is called once, with all its subjects."""
        self._later.setdefault(function, []).append(subject)

    def flush(self) -> None:
        """Write everything saved so far. A row of the same key that somebody else has made meanwhile is a conflict:
        IntegrityError, and the sitting begins again.
        """
        if self._dirty or self._new_rows:
            with one_trip():
                self._write()
        later, self._later = self._later, {}
        for function, subjects in later.items():
            function(subjects)

    def _write(self) -> None:
        dirty, self._dirty = list(self._dirty.values()), {}
        for model in (Leg, Call, QueueStay, Offer, Agent):
            rows = [row for row in dirty if type(row) is model]
            insert_rows([row for row in rows if row._state.adding])
            self._write_over(
                [row for row in rows if (type(row), row.pk) in self._read and not row._state.adding]
            )
            for row in rows:
                self._read[model, row.pk] = values_of(row)
        insert_rows(self._new_rows)
        self._new_rows = []

    def _write_over(self, rows: list[Any]) -> None:
        """Only columns in which a row differs from what was read behind its lock."""
        changed: set[str] = set()
        for row in rows:
            before = self._read[type(row), row.pk]
            changed |= {name for name, value in values_of(row).items() if before.get(name, row) != value}
        update_rows(rows, changed)

    def forget(self) -> None:
        """Flush, and read everything anew: what comes next writes past the sitting."""
        self.flush()
        self._forget_rows()


_keys = Stated(
    "SELECT nextval(pg_get_serial_sequence(%s, %s)) FROM generate_series(1, %s)", "table", "column", "count"
)
"""Keys nobody else will have."""


def _keys_asked(model: type[Model], count: int) -> Question:
    return _keys.asking(table=model._meta.db_table, column=model._meta.pk.column, count=count)


def _falling(keys: list[Any]) -> list[int]:
    return sorted((key for (key,) in keys), reverse=True)


_now: ContextVar[Sitting | None] = ContextVar("sitting", default=None)


def sitting() -> Sitting | None:
    """The one that lasts, or None: then each row is read and written by itself."""
    return _now.get()


@contextmanager
def one_sitting(settings: Answers | None = None) -> Iterator[Sitting]:
    """A transaction in which rows are shared and written together; what it emits is told after the commit.

    `settings` holds what a tenant's settings said in sittings before.
    """
    with transaction.atomic(), witnessed_together():
        table = Sitting()
        before = _now.set(table)
        try:
            with remembering(settings):
                yield table
            table.flush()
        finally:
            _now.reset(before)


def together(action: Callable[P, R]) -> Callable[P, R]:
    """An action that works in a sitting: part of it when one lasts, else a transaction of its own."""

    @wraps(action)
    def run(*args: P.args, **kwargs: P.kwargs) -> R:
        if _now.get() is not None:
            return action(*args, **kwargs)
        with transaction.atomic():
            return action(*args, **kwargs)

    return run


def save(row: Model) -> None:
    """Now, or with everything else at the end of the sitting."""
    table = _now.get()
    if table is None:
        row.save()
    else:
        table.save(row)
