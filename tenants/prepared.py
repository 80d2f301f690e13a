"""Queries that are asked with every call: put into SQL once in a process, afterwards only filled in.

Of what a telephony worker spent on a call, half went into Django's making the same forty statements anew each time:
filters resolved, joins found, columns named. A `Compiled` is an ordinary queryset with `given("name")` where a value
comes later; it says the same, locks the same, and gives the same objects.
"""

from __future__ import annotations

import threading
from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator
from contextlib import ExitStack, contextmanager
from operator import itemgetter
from typing import Any, Generic, TypeVar, cast
from weakref import WeakSet

from django.db import transaction
from django.db.models import Expression, Field, ForeignObject, Lookup, Model, QuerySet
from django.db.models.base import ModelState
from django.db.models.query import (
    FlatValuesListIterable,
    ModelIterable,
    ValuesIterable,
    ValuesListIterable,
    get_related_populators,
)
from django.db.models.signals import post_init, pre_init
from django.db.transaction import TransactionManagementError

from tenants.context import connection, here

R = TypeVar("R")
Row = tuple[Any, ...]
Values = dict[str, Any]


class Given(Expression):
    """A value that is told with each asking. Lists are for the lookup `among`; a window's filter wants its kind."""

    def __init__(self, name: str, kind: Field | None = None) -> None:
        super().__init__(output_field=kind)
        self.name = name

    def as_sql(self, compiler: Any, connection: Any) -> Any:
        return "%s", [self]


def given(name: str, kind: Field | None = None) -> Any:
    return Given(name, kind)


@ForeignObject.register_lookup
@Field.register_lookup
class Among(Lookup):
    """`pk__among=given("ids")`: any of a list, whose length the statement does not depend on. An expression may say
    which.
    """

    lookup_name = "among"
    prepare_rhs = False

    def as_sql(self, compiler: Any, connection: Any) -> Any:
        lhs, params = self.process_lhs(compiler, connection)
        rhs, values = compiler.compile(self.rhs)
        return f"{lhs} = ANY({rhs})", [*params, *values]


_every: WeakSet[Compiled[Any]] = WeakSet()


def compile_all() -> None:
    """Those of all modules imported so far, so that nobody has to wait for the first asking."""
    # Django puts no lock into words outside a transaction, though nothing is asked here.
    with transaction.atomic():
        for one in list(_every):
            if not one._sql:
                one._compile()


class Compiled(Generic[R]):
    """Call it with the given values by name: a list of what the queryset gives, rows, dicts, tuples or flat values.

    `queryset` is called once, at the first asking: whatever it works out in Python (the time!) stays as it was then.
    What it prefetches is left to who asks. A given None equals nothing, as in SQL.
    """

    def __init__(self, queryset: Callable[[], QuerySet[Any, R]]) -> None:
        self._queryset = queryset
        self._lock = threading.Lock()
        self._sql = ""
        self._params: list[Any] = []
        self._is_locking = False
        self._make: Callable[[Iterable[Row]], Iterator[Any]] = iter
        _every.add(self)

    def __call__(self, **values: Any) -> list[R]:
        with here().preparing_cursor() as cursor:
            self._ask(cursor, values)
            return self._found(cursor)

    def asking(self, **values: Any) -> Question:
        """For `answers`: the question with its values, not asked yet."""
        return self, values

    def _ask(self, cursor: Any, values: Values) -> None:
        if not self._sql:
            self._compile()
        if self._is_locking and not cursor.db.in_atomic_block:
            raise TransactionManagementError("Rows are locked inside a transaction only.")
        params = [values[one.name] if isinstance(one, Given) else one for one in self._params]
        cursor.execute(self._sql, params)

    def _found(self, cursor: Any) -> list[R]:
        return cast("list[R]", list(self._make(cursor.fetchall())))

    def first(self, **values: Any) -> R | None:
        """Of a queryset that is ordered, or finds one at most."""
        return next(iter(self(**values)), None)

    def _compile(self) -> None:
        with self._lock:
            if self._sql:
                return
            queryset = self._queryset()
            compiler = queryset.query.get_compiler(using=connection.alias)
            sql, params = compiler.as_sql()
            self._make = _maker(queryset, compiler)
            self._is_locking = queryset.query.select_for_update
            self._params, self._sql = list(params), sql


class Stated(Compiled[Row]):
    """The same for a statement in words of its own: rows as tuples. `names` are of its values, in their order."""

    def __init__(self, sql: str, *names: str) -> None:
        super().__init__(QuerySet)
        self._sql, self._params = sql, [Given(name) for name in names]


Question = tuple[Compiled[Any], Values]


@contextmanager
def one_trip() -> Iterator[None]:
    """Statements in the block are sent without waiting for each other; the server carries them out in their order,
    each seeing what those before it locked or wrote. What goes wrong with one is raised when an answer is read, or at
    the end of the block, and undoes the transaction. Nothing that catches errors belongs in it.
    """
    database = here()
    # Where the session is told to go to the tenant's schema, that is several commands, which cannot be sent in here.
    with database.cursor():
        pass
    with database.wrap_database_errors, database.connection.pipeline():
        yield


def answers(*asked: Question) -> list[list[Any]]:
    """Those of several questions, in one trip to the database: what one locks, those after it find locked."""
    with one_trip(), ExitStack() as opened:
        cursors = []
        for compiled, values in asked:
            cursors.append(opened.enter_context(here().preparing_cursor()))
            compiled._ask(cursors[-1], values)
        return [compiled._found(cursor) for (compiled, _values), cursor in zip(asked, cursors, strict=True)]


def attach(rows: Iterable[Any], name: str, found: Iterable[Any], *, by: str) -> None:
    """As `prefetch_related(name)` would: to each of `rows` those of `found` whose column `by` names it."""
    children: defaultdict[Any, list[Any]] = defaultdict(list)
    for child in found:
        children[getattr(child, by)].append(child)
    for row in rows:
        kept = getattr(type(row), name).rel.related_model._default_manager.all()
        kept._result_cache, kept._prefetch_done = children[row.pk], True
        row.__dict__.setdefault("_prefetched_objects_cache", {})[name] = kept


def _maker(queryset: QuerySet[Any, Any], compiler: Any) -> Callable[[Iterable[Row]], Iterator[Any]]:
    """As the queryset's own iterable does it, with all that is the same for every row found beforehand."""
    converters = compiler.get_converters([column[0] for column in compiler.select[: compiler.col_count]])
    kind: Any = queryset._iterable_class
    shape = _SHAPES[kind](queryset, compiler)

    def make(rows: Iterable[Row]) -> Iterator[Any]:
        if converters:
            rows = compiler.apply_converters(rows, converters)
        return map(shape, rows)

    return make


def _model_shape(_queryset: Any, compiler: Any) -> Callable[[Row], Model]:
    alias = connection.alias
    klass, annotations = compiler.klass_info, compiler.annotation_col_map
    first, last = klass["select_fields"][0], klass["select_fields"][-1] + 1
    names = [column[0].target.attname for column in compiler.select[first:last]]
    joined = [_joined(one, alias) for one in get_related_populators(klass, compiler.select, alias)]  # type: ignore[call-arg]
    made = _made(klass["model"], alias, names)

    def shape(row: Row) -> Model:
        found = made(row[first:last])
        for join in joined:
            join(row, found)
        for name, place in annotations.items():
            setattr(found, name, row[place])
        return found

    return shape


def _made(model: type[Model], alias: str, names: list[str]) -> Callable[[Row], Model]:
    """As `from_db` makes a row, without a look at each column: whoever wants to do more there, or to hear of it, has
    it done the long way.
    """
    is_plain = model.__init__ is Model.__init__ and model.from_db.__func__ is Model.from_db.__func__  # type: ignore[attr-defined]
    if not is_plain or pre_init.has_listeners(model) or post_init.has_listeners(model):
        return lambda row: model.from_db(alias, names, row)

    def made(row: Row) -> Model:
        found = model.__new__(model)
        state = ModelState()
        state.adding, state.db = False, alias
        found.__dict__.update(zip(names, row, strict=True), _state=state)
        return found

    return made


def _joined(populator: Any, alias: str) -> Callable[[Row, Model], None]:
    """As it populates a row's relation, with the related row made as above."""
    made = _made(populator.model_cls, alias, populator.init_list)
    take = populator.reorder_for_init or itemgetter(slice(populator.cols_start, populator.cols_end))
    further = [_joined(one, alias) for one in populator.related_populators]

    def join(row: Row, owner: Model) -> None:
        values = take(row)
        if values[populator.pk_idx] is None:
            populator.local_setter(owner, None)
            return
        found = made(values)
        for one in further:
            one(row, found)
        populator.local_setter(owner, found)
        populator.remote_setter(found, owner)

    return join


def _dict_shape(queryset: Any, _compiler: Any) -> Callable[[Row], dict[str, Any]]:
    query = queryset.query
    names = [*query.extra_select, *query.values_select, *query.annotation_select]
    if query.selected:
        names = list(query.selected)
    return lambda row: dict(zip(names, row, strict=False))


def _tuple_shape(_queryset: Any, _compiler: Any) -> Callable[[Row], Row]:
    return tuple


def _flat_shape(_queryset: Any, _compiler: Any) -> Callable[[Row], Any]:
    return lambda row: row[0]


_SHAPES: dict[Any, Callable[[Any, Any], Callable[[Row], Any]]] = {
    ModelIterable: _model_shape,
    ValuesIterable: _dict_shape,
    ValuesListIterable: _tuple_shape,
    FlatValuesListIterable: _flat_shape,
}
