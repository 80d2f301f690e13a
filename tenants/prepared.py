"""Queries that are asked with every call: put into SQL once in a process, afterwards only filled in.

Of what a telephony worker spent on a call, half went into Django's making the same forty statements anew each time:
filters resolved, joins found, columns named. A `Compiled` is an ordinary queryset with `given("name")` where a value
comes later; it says the same, locks the same, and gives the same objects.
"""

from __future__ import annotations

import threading
from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator
from typing import Any, Generic, TypeVar, cast

from django.db.models import Expression, Field, ForeignObject, Lookup, Model, QuerySet
from django.db.models.query import (
    FlatValuesListIterable,
    ModelIterable,
    ValuesIterable,
    ValuesListIterable,
    get_related_populators,
)
from django.db.transaction import TransactionManagementError

from tenants.context import connection

R = TypeVar("R")
Row = tuple[Any, ...]


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
    """`pk__among=given("ids")`: any of a list, whose length the statement does not depend on."""

    lookup_name = "among"
    prepare_rhs = False

    def as_sql(self, compiler: Any, connection: Any) -> Any:
        lhs, params = self.process_lhs(compiler, connection)
        return f"{lhs} = ANY(%s)", [*params, self.rhs]


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

    def __call__(self, **values: Any) -> list[R]:
        if not self._sql:
            self._compile()
        if self._is_locking and not connection.in_atomic_block:
            raise TransactionManagementError("Rows are locked inside a transaction only.")
        params = [values[one.name] if isinstance(one, Given) else one for one in self._params]
        with connection.preparing_cursor() as cursor:
            cursor.execute(self._sql, params)
            rows = cursor.fetchall()
        return cast("list[R]", list(self._make(rows)))

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
    populators = get_related_populators(klass, compiler.select, alias)  # type: ignore[call-arg]

    def shape(row: Row) -> Model:
        found: Model = klass["model"].from_db(alias, names, row[first:last])
        for populator in populators:
            populator.populate(row, found)
        for name, place in annotations.items():
            setattr(found, name, row[place])
        return found

    return shape


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
