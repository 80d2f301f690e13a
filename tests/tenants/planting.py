"""Plants one row of every model of a tenant, each text a canary, each id one that no other tenant has."""

import itertools
import uuid
from dataclasses import dataclass, field
from datetime import time
from typing import Any

from django.apps import apps
from django.contrib.auth.hashers import make_password
from django.db import models
from django.utils import timezone

LABELS = ("people", "hooks", "trust", "lists", "telephony", "ticketing", "quality", "reporting")
CANARY = "canary"
# No other tenant counts this far in a test.
FIRST_ID = 7_100_001
NUMBER = "+86139550"


@dataclass
class Garden:
    """`ids` by model label (`telephony.call`) and `by_name` by what an address or a form calls it."""

    ids: dict[str, Any] = field(default_factory=dict)
    rows: dict[type[models.Model], models.Model] = field(default_factory=dict)

    def by_name(self) -> dict[str, str]:
        names: dict[str, str] = {}
        for label, pk in self.ids.items():
            model = label.split(".")[1]
            names |= {model: str(pk), f"{model}_id": str(pk)}
        return names


def plant(labels: tuple[str, ...] = LABELS, given: tuple[models.Model, ...] = ()) -> Garden:
    """In the current schema; models that need another come after it. `given` rows are there already."""
    garden, counter = Garden(rows={type(row): row for row in given}), itertools.count(FIRST_ID)
    waiting = [model for label in labels for model in apps.get_app_config(label).get_models()]
    while waiting:
        ready = [model for model in waiting if _needs(model, labels) <= garden.rows.keys()]
        # Where two point at each other, one of them can do without for a while.
        ready = (
            ready
            or [model for model in waiting if _needs(model, labels, is_must=True) <= garden.rows.keys()][:1]
        )
        assert ready, f"these need each other: {waiting}"
        for model in ready:
            row = model(**dict(_values(model, garden, counter)))
            row.save(force_insert=True)
            garden.rows[model] = row
            garden.ids[model._meta.label_lower] = row.pk
        waiting = [model for model in waiting if model not in ready]
    return garden


def _needs(
    model: type[models.Model], labels: tuple[str, ...], *, is_must: bool = False
) -> set[type[models.Model]]:
    relations = [f for f in model._meta.concrete_fields if f.is_relation]
    wanted = {f.related_model for f in relations if not (is_must and f.null)}
    return {other for other in wanted if other is not model and other._meta.app_label in labels}


EITHER_OR = {"telephony.legalhold": "call", "telephony.device": "number", "people.member": "seat_ends_at"}
"""What stays empty where a row is one thing or another: a hold of a number or of a call, a phone or a number, a seat
that ends or one that does not.
"""


def _values(model: type[models.Model], garden: Garden, counter: Any):
    for one in model._meta.concrete_fields:
        if EITHER_OR.get(model._meta.label_lower) == one.name:
            continue
        if one.is_relation:
            if one.related_model is not model and one.related_model in garden.rows:
                yield one.name, garden.rows[one.related_model]
        else:
            value = _value(one, garden, counter)
            if value is not None:
                yield one.name, value


def _value(one: models.Field, garden: Garden, counter: Any) -> Any:
    if one.name == "password":
        return make_password(None)
    if isinstance(one, models.UUIDField):
        # A bare UUID that names a call or a leg of the floor below.
        known = garden.ids.get(f"telephony.{one.name.removesuffix('_id')}")
        return known if known and not one.primary_key else uuid.uuid4()
    for kind, made in MADE.items():
        if isinstance(one, kind):
            return made(one, counter)
    return None if one.has_default() or one.null else 1


def _text(one: models.Field, number: int) -> str | None:
    if one.choices:
        may_stay = one.has_default() or one.blank
        return None if may_stay else next(key for key, _name in one.flatchoices if key)
    if one.name in ("sha256", "cancel_key"):
        # They stand in addresses, which know their form.
        return f"{number:064x}"
    if "number" in one.name or "e164" in one.name or one.name == "caller_raw":
        return f"{NUMBER}{number % 100_000:05d}"
    if one.name == "email" or isinstance(one, models.EmailField):
        return f"{CANARY}{number}@example.com"
    return f"{CANARY}{number}"[-(one.max_length or 100) :]


# In this order: a DateTimeField is also a DateField.
MADE = {
    models.AutoField: lambda one, counter: next(counter),
    (models.CharField, models.TextField): lambda one, counter: _text(one, next(counter)),
    models.DateTimeField: lambda one, counter: timezone.now(),
    models.DateField: lambda one, counter: timezone.localdate(),
    models.TimeField: lambda one, counter: time(9, 30),
    models.JSONField: lambda one, counter: {CANARY: f"{CANARY}{next(counter)}"},
    models.GenericIPAddressField: lambda one, counter: "203.0.113.77",
}
