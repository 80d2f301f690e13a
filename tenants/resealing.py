"""Words sealed at night: those from before their column was, and those whose key is no longer the newest."""

from collections.abc import Iterator
from typing import Any

import structlog
from django.apps import apps
from django.db.models import F, Model, Q, QuerySet, TextField
from django.db.models.functions import Cast

from tenants.context import current_schema
from tenants.sealed_text import MARK, SealedTextField, marks, open_text
from tenants.secrets import SecretUnreadable

log = structlog.get_logger()

AT_ONCE = 500


def seal_old_texts() -> int:
    """In the tenant that is entered; how many were sealed. Who writes a row meanwhile seals it themselves."""
    return sum(_seal(model, field) for model, field in sealed_fields())


def sealed_fields() -> list[tuple[type[Model], SealedTextField]]:
    return [
        (model, field)
        for model in apps.get_models()
        for field in model._meta.local_fields
        if isinstance(field, SealedTextField)
    ]


def _seal(model: type[Model], field: SealedTextField) -> int:
    done = 0
    for pk, kept in _old(model, field.name):
        try:
            clear = open_text(kept, schema=current_schema(), column=field.where)
        except SecretUnreadable:
            log.error("Words cannot be opened: they were changed in the database.", column=field.where, pk=pk)
            continue
        done += _as_kept(model, field.name).filter(pk=pk, kept=kept).update(**{field.name: clear})
    return done


def _old(model: type[Model], name: str) -> Iterator[tuple[Any, str]]:
    """Rows not sealed with the newest key; those sealed with one we no longer have are left alone."""
    old = ~Q(kept__startswith=MARK)
    for mark in marks()[1:]:
        old |= Q(kept__startswith=mark)
    rows = _as_kept(model, name).filter(old).exclude(kept="").order_by("pk").values_list("pk", "kept")
    part = list(rows[:AT_ONCE])
    while part:
        yield from part
        part = list(rows.filter(pk__gt=part[-1][0])[:AT_ONCE])


def _as_kept(model: type[Model], name: str) -> "QuerySet[Any]":
    """Each row with what really stands in its column."""
    return model._base_manager.annotate(kept=Cast(F(name), TextField()))
