"""Reads of lists: kept filters, acts, and how many rows there are without counting them."""

from datetime import datetime
from typing import Any, NamedTuple

from django.core.exceptions import EmptyResultSet
from django.db import connection, models
from django.http import HttpRequest

from tenants.lists.models import BulkAct, SavedView

COUNTED_UP_TO = 20_000
"""Tables the statistics call larger than this are estimated, not counted."""


class Count(NamedTuple):
    rows: int
    is_exact: bool


def views_of(member: Any, place: str) -> "models.QuerySet[SavedView]":
    return SavedView.objects.filter(member_id=member.pk, place=place)


def acts_seen_by(member: Any, sees_all: bool) -> "models.QuerySet[BulkAct]":
    acts = BulkAct.objects.select_related("actor")
    return acts if sees_all else acts.filter(actor_id=member.pk)


def undoable(act_id: int, at: datetime) -> BulkAct | None:
    found = BulkAct.objects.filter(pk=act_id).first()
    return found if found and found.can_be_undone(at) else None


def rows_in_table(model: type[models.Model]) -> int:
    """By the statistics of the database; -1 when it never looked."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT reltuples::bigint FROM pg_class WHERE oid = to_regclass(%s)", [_table(model)])
        found = cursor.fetchone()
    return found[0] if found else -1


def rows_seen_in(request: HttpRequest, model: type[models.Model]) -> int:
    """The same, asked once for a request: a list wants it for its heads and for its count."""
    kept: dict[type[models.Model], int] = request.__dict__.setdefault("rows_seen_in_tables", {})
    if model not in kept:
        kept[model] = rows_in_table(model)
    return kept[model]


def is_large(model: type[models.Model]) -> bool:
    return rows_in_table(model) > COUNTED_UP_TO


def count_of(rows: models.QuerySet, *, is_whole: bool, there: int | None = None) -> Count:
    """Exact for a small table; else what the planner expects. `is_whole`: nothing is filtered; `there`: rows of the
    table by the statistics, where they were asked already.
    """
    there = rows_in_table(rows.model) if there is None else there
    if there <= COUNTED_UP_TO:
        return Count(rows.count(), True)
    return Count(there if is_whole else _planned(rows), False)


def _planned(rows: models.QuerySet) -> int:
    try:
        sql, params = rows.order_by().values("pk").query.sql_with_params()
    except EmptyResultSet:
        return 0
    with connection.cursor() as cursor:
        cursor.execute("EXPLAIN (FORMAT JSON) " + sql, params)
        (plan,) = cursor.fetchone()
    return int(plan[0]["Plan"]["Plan Rows"])


def _table(model: type[models.Model]) -> str:
    return connection.ops.quote_name(model._meta.db_table)
