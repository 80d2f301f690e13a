"""Pages of the admin's lists by key instead of by number: page 100,000 costs what page 1 costs, and nothing is counted.

A page begins after the last row of the one before; the row's own values of the order stand in the address.
"""

import json
from typing import Any

from django.contrib.admin.options import IncorrectLookupParameters
from django.core import signing
from django.core.exceptions import FieldDoesNotExist, ValidationError
from django.core.paginator import Paginator
from django.db import models
from django.db.models import F, Q
from django.db.models.expressions import OrderBy
from django.http import HttpRequest
from unfold.views import ChangeList

from tenants.lists.queries import COUNTED_UP_TO, count_of, rows_seen_in

AFTER, BEFORE, LAST = "_after", "_before", "_last"
CURSORS = (AFTER, BEFORE, LAST)


class Key:
    """One column of an order. PostgreSQL puts what is empty last going up, first going down."""

    def __init__(self, field: models.Field, goes_down: bool) -> None:
        self.field, self.goes_down = field, goes_down

    @property
    def name(self) -> str:
        return self.field.attname

    def reversed(self) -> "Key":
        return Key(self.field, not self.goes_down)

    def order(self) -> OrderBy:
        return F(self.name).desc() if self.goes_down else F(self.name).asc()

    def same(self, value: Any) -> Q:
        return Q(**{f"{self.name}__isnull": True}) if value is None else Q(**{self.name: value})

    def later(self, value: Any) -> Q:
        """Rows that come after this value, by this column alone."""
        if value is None:
            return Q(**{f"{self.name}__isnull": False}) if self.goes_down else Q(pk__in=[])
        beyond = Q(**{f"{self.name}__{'lt' if self.goes_down else 'gt'}": value})
        if self.field.null and not self.goes_down:
            beyond |= Q(**{f"{self.name}__isnull": True})
        return beyond

    def from_here(self, value: Any) -> Q:
        """A plain bound that an index understands, where there is one."""
        if value is None or (self.field.null and not self.goes_down):
            return Q()
        return Q(**{f"{self.name}__{'lte' if self.goes_down else 'gte'}": value})


def keys_of(rows: models.QuerySet) -> list[Key] | None:
    """The order as columns of the rows' own table; None when it is by anything else."""
    found = []
    for part in rows.query.order_by:
        name, goes_down = _column(part)
        try:
            field = rows.model._meta.pk if name == "pk" else rows.model._meta.get_field(name)
        except FieldDoesNotExist:
            return None
        if not getattr(field, "concrete", False) or (field.is_relation and name != field.attname):
            return None
        found.append(Key(field, goes_down))
        if field.unique and not field.null:
            return found
    return None


def _column(part: Any) -> tuple[str, bool]:
    """(name, goes down); "?" for what is no plain column."""
    if isinstance(part, str):
        return part.lstrip("-"), part.startswith("-")
    is_usual = not (getattr(part, "nulls_first", None) or getattr(part, "nulls_last", None))
    name = getattr(getattr(part, "expression", part), "name", "?") if is_usual else "?"
    return str(name), bool(getattr(part, "descending", False))


def after(keys: list[Key], values: list[Any]) -> Q:
    """Rows behind the one with these values."""
    found, same = Q(pk__in=[]), Q()
    for key, value in zip(keys, values, strict=True):
        found |= same & key.later(value)
        same &= key.same(value)
    return keys[0].from_here(values[0]) & found


def cursor_of(keys: list[Key], row: models.Model) -> str:
    """What stands in the address: readable, for it says nothing the list does not show."""
    values = [key.field.value_to_string(row) if getattr(row, key.name) is not None else None for key in keys]
    return signing.b64_encode(json.dumps(values).encode()).decode()


def values_in(keys: list[Key], cursor: str) -> list[Any]:
    """Raises IncorrectLookupParameters for what no page of this list gave out."""
    try:
        told = json.loads(signing.b64_decode(cursor.encode()))
        if not isinstance(told, list) or len(told) != len(keys):
            raise ValueError
        return [
            None if value is None else _target(key.field).to_python(value)
            for key, value in zip(keys, told, strict=True)
        ]
    except (ValueError, TypeError, ValidationError) as wrong:
        raise IncorrectLookupParameters from wrong


def _target(field: Any) -> Any:
    return field.target_field if field.is_relation else field


class KeysetPaginator(Paginator):
    template_name = "tenants/lists/pages.html"

    def __init__(self, rows: models.QuerySet, per_page: int, count: int) -> None:
        super().__init__(rows, per_page)
        self.__dict__["count"] = count


class KeysetChangeList(ChangeList):
    """The admin's list. `before` and `after`: addresses of the pages beside, '' at an end."""

    def __init__(self, request: HttpRequest, *args: Any, **kwargs: Any) -> None:
        self._cursors = {name: request.GET[name] for name in CURSORS if name in request.GET}
        self.newer = self.older = self.first_page = self.last_page = ""
        self.is_counted = True
        super().__init__(request, *args, **kwargs)

    @property
    def is_written_here(self) -> bool:
        """By tenants/lists/rows.py; rows that are edited, dragged or unfolded in the list are left to the theme."""
        admin = self.model_admin
        return not (self.formset or admin.ordering_field or getattr(admin, "list_sections", None))

    def get_filters_params(self, params: dict | None = None) -> dict:
        found = super().get_filters_params(params)
        return {name: value for name, value in found.items() if name not in CURSORS}

    def get_query_string(self, new_params: dict | None = None, remove: list | None = None) -> str:
        """Another filter or order begins at its first page."""
        return super().get_query_string(new_params, [*(remove or []), *CURSORS])

    def get_results(self, request: HttpRequest) -> None:
        is_whole = not self.query and not self.get_filters_params()
        there = rows_seen_in(request, self.queryset.model)
        found = count_of(self.queryset, is_whole=is_whole, there=there)
        self.is_counted, self.result_count = found.is_exact, found.rows
        self.full_result_count, self.show_full_result_count = None, False
        self.show_admin_actions = True
        self.can_show_all = False
        self.paginator = KeysetPaginator(self.queryset, self.list_per_page, found.rows)
        keys = keys_of(self.queryset)
        if keys is None:
            self._by_number()
        else:
            self._by_key(keys)
        # "Go on" only where there is another page, whatever the estimate says.
        self.multi_page = bool(self.newer or self.older)

    def _by_key(self, keys: list[Key]) -> None:
        size = self.list_per_page
        backwards = BEFORE in self._cursors or LAST in self._cursors
        way = [key.reversed() for key in keys] if backwards else keys
        rows = self.queryset.order_by(*(key.order() for key in way))
        told = self._cursors.get(BEFORE if backwards else AFTER, "")
        if told:
            rows = rows.filter(after(way, values_in(keys, told)))
        taken = list(rows[: size + 1])
        has_more, taken = len(taken) > size, taken[:size]
        if backwards:
            taken.reverse()
        self.result_list = taken
        self._beside(keys, taken, has_more, bool(told), backwards)

    def _beside(self, keys: list[Key], taken: list, has_more: bool, told: bool, backwards: bool) -> None:
        has_newer = has_more if backwards else told
        has_older = has_more if not backwards else LAST not in self._cursors
        if taken and has_newer:
            self.newer = self._at({BEFORE: cursor_of(keys, taken[0])})
            self.first_page = self._at({})
        if taken and has_older:
            self.older = self._at({AFTER: cursor_of(keys, taken[-1])})
            self.last_page = self._at({LAST: "1"})

    def _at(self, cursor: dict[str, str]) -> str:
        return super().get_query_string(cursor, [name for name in CURSORS if name not in cursor])

    def _by_number(self) -> None:
        """An order that is no column of the table: such lists are short; the address carries a number."""
        page = max(1, self.page_num)
        start = (page - 1) * self.list_per_page
        taken = list(self.queryset[start : start + self.list_per_page + 1])
        self.result_list = taken[: self.list_per_page]
        if page > 1:
            self.newer, self.first_page = self._at({"p": str(page - 1)}), self._at({})
        if len(taken) > self.list_per_page:
            self.older = self._at({"p": str(page + 1)})


def sortable(names: list[str], model: type[models.Model], columns: dict[str, str], there: int) -> list[str]:
    """Of a long table only what an index begins with is offered for sorting. `columns`: name in the list → column;
    `there`: rows of the table.
    """
    if there <= COUNTED_UP_TO:
        return names
    leading = {model._meta.pk.attname, "pk"}
    leading |= {
        index.fields[0].lstrip("-") for index in model._meta.indexes if index.fields and not index.condition
    }
    columns_of: Any = model._meta.concrete_fields
    leading |= {field.name for field in columns_of if field.db_index or field.unique}
    return [name for name in names if columns.get(name, name).lstrip("-") in leading]
