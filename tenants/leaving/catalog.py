"""Which tables a tenant has, in which order, with which columns: found from the models, so that a new one is included.

Order: those that others point at first, then by name. Columns: as the model names them, without those of this
installation alone. The digest of it all is the version of the tables.
"""

import hashlib
import json
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

from django.apps import apps
from django.conf import settings
from django.db import connection, models

from tenants.leaving.registry import local_of

LEFT_OUT = {
    "sessions.session": "who is signed in at this moment",
    "telephony.vaultleftover": "objects in storages that no sound needs",
}
"""Tables of a tenant's schema that no archive holds, and what is in them."""


@dataclass(frozen=True)
class Table:
    """`columns` in order; `key`: by which the rows are ordered, `is_text` when it must be by bytes."""

    label: str
    name: str
    columns: tuple[str, ...]
    types: tuple[str, ...]
    key: str
    is_text: bool


@lru_cache(maxsize=1)
def tenant_models() -> tuple[type[models.Model], ...]:
    """Every model with a table in a tenant's schema, those that are pointed at first."""
    found = [
        model
        for config in apps.get_app_configs()
        if config.name in settings.TENANT_APPS
        for model in config.get_models(include_auto_created=True)
        if model._meta.managed and not model._meta.proxy
    ]
    return tuple(in_order(found))


def in_order(found: list[type[models.Model]]) -> list[type[models.Model]]:
    waiting, done = sorted(found, key=lambda model: model._meta.label_lower), []
    while waiting:
        ready = [model for model in waiting if not _needs(model) & set(waiting)]
        # Where two point at each other the names decide; foreign keys are looked at when all is there.
        for model in ready or waiting[:1]:
            done.append(model)
            waiting.remove(model)
    return done


def _needs(model: type[models.Model]) -> set[type[models.Model]]:
    return {f.related_model for f in model._meta.concrete_fields if f.is_relation} - {model}


def table_of(model: type[models.Model]) -> Table:
    meta = model._meta
    fields = [f for f in meta.local_concrete_fields if f.column not in local_of(meta.db_table)]
    columns, types = zip(*((f.column, f.db_type(connection) or "") for f in fields), strict=True)
    key: Any = meta.pk
    while key.is_relation:
        key = key.target_field
    is_text = isinstance(key, models.CharField | models.TextField)
    return Table(meta.label_lower, meta.db_table, columns, types, meta.pk.column, is_text)


def tenant_tables() -> list[Table]:
    return [table_of(model) for model in tenant_models() if model._meta.label_lower not in LEFT_OUT]


def model_of(label: str) -> type[models.Model]:
    return apps.get_model(label)


def version_of(tables: list[Table], public: list[Table]) -> str:
    """Two installations with the same digest have the same tables and columns, whatever their release is called."""
    said = json.dumps([[table.label, table.name, table.columns, table.types] for table in [*tables, *public]])
    return hashlib.sha256(said.encode()).hexdigest()[:16]
