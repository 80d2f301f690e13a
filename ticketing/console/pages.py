"""Lists by keyset: the next page starts after a row, so a long list costs no more than a short one."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from django.db.models import Model, Q, QuerySet

from tenants.typed import whole

PAGE_SIZE = 50


@dataclass(frozen=True)
class Page:
    rows: list
    next_key: str
    is_first: bool


def one_page(rows: QuerySet, order: list[str], after: str, size: int = PAGE_SIZE) -> Page:
    """Rows in `order` (`name`, or `-number` for falling) after the row whose primary key is `after`.

    A key of a row that is gone, or no number at all, starts again at the beginning.
    """
    key = whole(after)
    last = None if key is None else rows.model._default_manager.filter(pk=key).first()
    if last is not None:
        rows = rows.filter(_beyond(last, order))
    found = list(rows.order_by(*order)[: size + 1])
    more = len(found) > size
    return Page(rows=found[:size], next_key=str(found[size - 1].pk) if more else "", is_first=last is None)


def _beyond(last: Model, order: list[str]) -> Q:
    """(a > x) or (a = x and b > y) …, falling columns the other way round."""
    beyond, equal = Q(), Q()
    for column in order:
        name = column.removeprefix("-")
        value: Any = getattr(last, name)
        beyond |= equal & Q(**{f"{name}__{'lt' if column.startswith('-') else 'gt'}": value})
        equal &= Q(**{name: value})
    return beyond
