"""One person's rows across a tenant: found by number, mail or name from what the floors declare (registry.Personal).

Rows that name the person lead to others (a call to its survey, a customer to its tickets and further numbers), until
nothing new is found. A name finds people and their numbers, and never words in a text: two may have one name.
"""

import json
from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

from django.apps import apps
from django.db import models
from django.db.models import Q, QuerySet, TextField
from django.db.models.functions import Cast

from tenants.context import current_tenant
from tenants.leaving import errors, registry
from tenants.leaving.house import ways
from tenants.leaving.lines import dump
from tenants.leaving.registry import Personal
from tenants.masking import mask_number
from tenants.numbers import to_e164
from tenants.queries import spellings

LEAST_LETTERS = 2
LEAST_DIGITS = 5
MOST_ROUNDS = 8


@dataclass
class Person:
    """Who is looked for. `numbers` in every spelling that may stand in a row; it grows while rows are found."""

    typed: str
    kind: str
    numbers: set[str] = field(default_factory=set)

    @property
    def shown(self) -> str:
        if self.kind == "number":
            return mask_number(self.typed)
        if self.kind == "mail":
            return f"{self.typed[:1]}***@{self.typed.rsplit('@', 1)[-1]}"
        return f"{self.typed[:1]}**"

    @property
    def can_be_erased(self) -> bool:
        """A name may be another's."""
        return self.kind != "name"


def person_of(typed: str) -> Person:
    """Raises NothingTyped."""
    said = typed.strip()[:120]
    if "@" in said and len(said) >= LEAST_DIGITS:
        return Person(said.lower(), "mail")
    number = to_e164(said, current_tenant().country)
    if number and sum(sign.isdigit() for sign in number) >= LEAST_DIGITS:
        return Person(number, "number", spellings(number))
    if len(said) >= LEAST_LETTERS and not any(sign.isdigit() for sign in said):
        return Person(said, "name")
    raise errors.NothingTyped(field="person")


@dataclass
class Found:
    """Of one table: the rows, and how many of them this installation may not empty."""

    personal: Personal
    model: type[models.Model]
    keys: set[Any] = field(default_factory=set)

    @property
    def label(self) -> str:
        return self.personal.label

    @property
    def name(self) -> str:
        return str(self.model._meta.verbose_name_plural)

    def rows(self) -> QuerySet[Any]:
        return self.model._default_manager.filter(pk__in=self.keys)


def found_of(person: Person) -> dict[str, Found]:
    """Label → what was found, tables without a row left out. Inside the tenant."""
    all_ = {label: Found(one, apps.get_model(label)) for label, one in sorted(registry.personal().items())}
    for _round in range(MOST_ROUNDS):
        before = sum(len(one.keys) for one in all_.values()), len(person.numbers)
        for one in all_.values():
            one.keys |= set(_rows_of(one, person, all_).values_list("pk", flat=True))
            for column in one.personal.gives:
                for number in one.rows().values_list(column, flat=True):
                    person.numbers |= spellings(number) if number else set()
        if before == (sum(len(one.keys) for one in all_.values()), len(person.numbers)):
            break
    return {label: one for label, one in all_.items() if one.keys}


def _rows_of(one: Found, person: Person, all_: dict[str, Found]) -> QuerySet[Any]:
    wanted = Q(pk__in=[])
    rows = one.model._default_manager.all()
    if (way := ways().get(one.model)) is not None:
        rows = rows.filter(**{way: current_tenant().pk})
    for column, how in one.personal.by.items():
        if how == "text":
            rows, named = _text(rows, column, person)
            wanted |= named
        else:
            wanted |= _named(column, how, person)
    for column, led in one.personal.through.items():
        label, _colon, other = led.partition(":")
        if label in all_ and all_[label].keys:
            keys = all_[label].keys if not other else all_[label].rows().values(other)
            wanted |= Q(**{f"{column}__in": keys})
    return rows.filter(wanted)


def _named(column: str, how: str, person: Person) -> Q:
    if how == "number" and person.numbers:
        return Q(**{f"{column}__in": sorted(person.numbers)})
    if how == "mail" and person.kind == "mail":
        return Q(**{f"{column}__iexact": person.typed})
    if how == "name" and person.kind == "name":
        return Q(**{f"{column}__icontains": person.typed})
    return Q(pk__in=[])


def needles(person: Person) -> list[str]:
    """What is looked for inside texts: whole numbers with their country, and mail addresses."""
    if person.kind == "mail":
        return [person.typed]
    return sorted({number for number in person.numbers if len(number) >= 2 * LEAST_DIGITS - 2})


def _text(rows: QuerySet[Any], column: str, person: Person) -> tuple[QuerySet[Any], Q]:
    wanted = Q(pk__in=[])
    rows = rows.annotate(**{f"said_{column}": Cast(column, TextField())})
    for needle in needles(person):
        wanted |= Q(**{f"said_{column}__icontains": needle})
    return rows, wanted


def as_lines(found: dict[str, Found]) -> Iterator[str]:
    """One line of JSON a row: the table and every column, for the person it is about."""
    for label, one in found.items():
        columns = [
            f.attname for f in one.model._meta.concrete_fields if f.name not in ("password", "cancel_key")
        ]
        for row in one.rows().order_by("pk").values(*columns).iterator(500):
            yield dump({"table": label} | json.loads(json.dumps(row, default=str)))


def counts_of(found: dict[str, Found]) -> dict[str, int]:
    counts: dict[str, int] = defaultdict(int)
    for label, one in found.items():
        counts[label] = len(one.keys)
    return dict(counts)


def emptied(field_: models.Field, row: Any) -> Any:
    """What stands in a column whose words are gone."""
    if field_.null:
        return None
    if isinstance(field_, models.CharField | models.TextField):
        return ""
    return [] if isinstance(getattr(row, field_.attname), list) else field_.get_default()
