"""Acts on many rows: what each row says before, what would be refused and why, and how it is put back."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from django.core.exceptions import ValidationError
from django.db import models
from django.utils.functional import Promise
from django.utils.translation import gettext as _

from tenants.errors import DomainError
from tenants.people.actions import record_audit
from tenants.people.audit import difference, row_values

MOST_ROWS = 500
"""At a time: each is locked, checked, changed and written down by itself."""


@dataclass(frozen=True, kw_only=True)
class BulkKind:
    """An act offered in a list. `refusal(row)`: why not, or ''. `do(row, at, reason)`: does it, and gives back what
    `put_back(row, kept, at)` needs; both may raise DomainError. Without `put_back` it cannot be undone.
    """

    code: str
    title: str | Promise
    question: str | Promise
    """With %(count)s."""
    may: Callable[[Any], bool]
    do: Callable[[Any, datetime, str], dict]
    refusal: Callable[[Any], str] = lambda row: ""
    put_back: Callable[[Any, dict, datetime], None] | None = None
    effects: Callable[[list[Any]], Iterable[str | Promise]] = lambda rows: ()
    asks_reason: bool = False
    is_dangerous: bool = False
    is_offered: bool = True
    """Else the list's own form leads to it."""


@dataclass
class Line:
    """One row before the act: `before` and `after` in words, or why it is refused."""

    row: Any
    before: dict[str, str] = field(default_factory=dict)
    after: dict[str, str] = field(default_factory=dict)
    refused: str = ""


@dataclass
class Preflight:
    lines: list[Line]

    @property
    def touched(self) -> list[Line]:
        return [line for line in self.lines if not line.refused]

    @property
    def refused(self) -> list[Line]:
        return [line for line in self.lines if line.refused]


def look_ahead(kind: BulkKind, rows: Iterable[Any]) -> Preflight:
    return Preflight([Line(row, refused=kind.refusal(row)) for row in rows])


def look_ahead_change(
    rows: Iterable[models.Model], values: dict[str, Any], may_change: Callable[[Any], bool]
) -> Preflight:
    """Of setting these fields (name → cleaned value); nothing is saved."""
    return Preflight([_changed_line(row, values, may_change) for row in rows])


def _changed_line(row: models.Model, values: dict[str, Any], may_change: Callable[[Any], bool]) -> Line:
    if not may_change(row):
        return Line(row, refused=_("You may not change this one."))
    before = {name: _shown(row, name) for name in values}
    was = row_values(row)
    for name, value in values.items():
        setattr(row, name, value)
    if row_values(row) == was:
        return Line(row, refused=_("It says so already."))
    line = Line(row, before, {name: _shown(row, name) for name in values})
    try:
        row.full_clean()
    except ValidationError as problem:
        line.refused = " ".join(problem.messages)
    return line


def _shown(row: models.Model, name: str) -> str:
    column: Any = row._meta.get_field(name)
    if column.choices:
        return str(getattr(row, f"get_{name}_display")())
    value = getattr(row, name)
    if isinstance(value, list):
        words = dict(getattr(column.base_field, "choices", None) or ())
        value = ", ".join(str(words.get(one, one)) for one in value)
    return "–" if value in (None, "") else str(value)


def change_row(row: models.Model, values: dict[str, Any]) -> tuple[dict, dict]:
    """Of a locked row: (before, after) of its columns, as the audit log keeps them."""
    was = row_values(row)
    for name, value in values.items():
        setattr(row, name, value)
    before, after = difference(was, row_values(row))
    if not after:
        raise DomainError(_("It says so already."))
    row.full_clean()
    row.save(update_fields=list(values))
    record_audit(verb="changed", subject=row, before=before, after=after)
    return before, after


def restore_row(row: models.Model, before: dict, after: dict) -> bool:
    """Put the columns back; False when they no longer say what the act made of them."""
    now = row_values(row)
    if any(now.get(name) != value for name, value in after.items()):
        return False
    columns: dict[str, Any] = {column.attname: column for column in row._meta.concrete_fields}
    for name, value in before.items():
        column = columns[name]
        target = column.target_field if column.is_relation else column
        setattr(row, name, target.to_python(value))
    row.save(update_fields=[columns[name].name for name in before])
    record_audit(verb="changed", subject=row, before=after, after=before, reason="undone")
    return True
