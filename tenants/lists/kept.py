"""Acts that a form does, not a list: no list offers them, and they are undone as those of lists are."""

from collections.abc import Callable
from datetime import datetime
from typing import Any

from django.utils.functional import Promise

from tenants.errors import DomainError
from tenants.lists.bulk import BulkKind
from tenants.lists.kinds import add_kind


def add_kept_kind(
    place: str,
    code: str,
    title: str | Promise,
    may: Callable[[Any], bool],
    put_back: Callable[[Any, dict, datetime], None],
) -> BulkKind:
    """`keep_act` keeps what `put_back(row, kept, at)` needs."""
    return add_kind(
        place,
        BulkKind(
            code=code,
            title=title,
            question="",
            may=may,
            do=_only_by_its_form,
            put_back=put_back,
            is_offered=False,
        ),
    )


def _only_by_its_form(row: Any, at: datetime, reason: str) -> dict:
    raise DomainError
