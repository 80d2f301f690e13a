"""One person's rows across a tenant: found by number, mail or name from what the floors declare (registry.Personal).

Rows that name the person lead to others (a call to its survey, a customer to its tickets and further numbers), until
nothing new is found. A name finds people and their numbers, and never words in a text: two may have one name.
"""

import json
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from functools import reduce
from operator import or_
from typing import Any

from django.apps import apps
from django.db import models
from django.db.models import Case, F, Func, Q, QuerySet, TextField, Value, When
from django.db.models.functions import Cast
from django.db.models.lookups import Exact

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
PORTION = 5_000
"""Keys of one statement: a hundred thousand in one would take longer to read than to answer."""


def portions(keys: Iterable[Any]) -> Iterator[list[Any]]:
    """In order, so that the same rows are the same portions."""
    listed = sorted(keys)
    for start in range(0, len(listed), PORTION):
        yield listed[start : start + PORTION]


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

    def row_portions(self, keys: Iterable[Any] | None = None) -> Iterator[QuerySet[Any]]:
        """Of all that was found, or of these."""
        for some in portions(self.keys if keys is None else keys):
            yield self.model._default_manager.filter(pk__in=some)


def found_of(person: Person) -> dict[str, Found]:
    """Label → what was found, tables without a row left out. Inside the tenant.

    Each round looks for what the one before brought alone: further numbers, and rows that others hang on.
    """
    all_ = {label: Found(one, apps.get_model(label)) for label, one in sorted(registry.personal().items())}
    looked_for: set[str] = set()
    fresh: dict[str, set[Any]] = {}
    for round_ in range(MOST_ROUNDS):
        looked = replace(person, numbers=person.numbers - looked_for)
        looked_for |= person.numbers
        is_named = round_ == 0 or bool(looked.numbers)
        found = {one.label: _rows_led(one, fresh) | (_rows_named(one, looked) if is_named else set())
                 for one in all_.values()}  # fmt: skip
        fresh = {label: keys - all_[label].keys for label, keys in found.items()}
        for label, keys in fresh.items():
            all_[label].keys |= keys
            person.numbers |= _numbers_given(all_[label], keys)
        if not any(fresh.values()) and person.numbers == looked_for:
            break
    return {label: one for label, one in all_.items() if one.keys}


def _numbers_given(one: Found, keys: set[Any]) -> set[str]:
    """In every spelling."""
    given: set[str] = set()
    for column in one.personal.gives if keys else ():
        for some in portions(keys):
            for number in one.model._default_manager.filter(pk__in=some).values_list(column, flat=True):
                given |= spellings(number) if number else set()
    return given


def _rows_named(one: Found, person: Person) -> set[Any]:
    """Keys of rows that say one of these numbers, the address or the name."""
    rows, wanted = _own(one), []
    for column, how in one.personal.by.items():
        if how == "text":
            rows = rows.annotate(**{f"said_{column}": Cast(column, TextField())})
            wanted += [Q(**{f"said_{column}__icontains": needle}) for needle in needles(person)]
        else:
            wanted += _named(column, how, person)
    return set(rows.filter(reduce(or_, wanted)).values_list("pk", flat=True)) if wanted else set()


def _rows_led(one: Found, fresh: Mapping[str, set[Any]]) -> set[Any]:
    """Keys of rows that hang on rows just found."""
    led: set[Any] = set()
    for column, through in one.personal.through.items():
        label, _colon, other = through.partition(":")
        for some in portions(fresh.get(label, ())):
            keys = some
            if other:
                keys = list(
                    apps.get_model(label)._default_manager.filter(pk__in=some).values_list(other, flat=True)
                )
            led |= set(_own(one).filter(**{f"{column}__in": keys}).values_list("pk", flat=True))
    return led


def _own(one: Found) -> QuerySet[Any]:
    """The tenant's: of public tables only its rows."""
    rows = one.model._default_manager.all()
    if (way := ways().get(one.model)) is not None:
        rows = rows.filter(**{way: current_tenant().pk})
    return rows


def _named(column: str, how: str, person: Person) -> list[Q]:
    if how == "number" and person.numbers:
        return [Q(**{f"{column}__in": sorted(person.numbers)})]
    if how == "mail" and person.kind == "mail":
        return [Q(**{f"{column}__iexact": person.typed})]
    if how == "name" and person.kind == "name":
        return [Q(**{f"{column}__icontains": person.typed})]
    return []


def needles(person: Person) -> list[str]:
    """What is looked for inside texts: whole numbers with their country, and mail addresses."""
    if person.kind == "mail":
        return [person.typed]
    return sorted({number for number in person.numbers if len(number) >= 2 * LEAST_DIGITS - 2})


def as_lines(found: dict[str, Found]) -> Iterator[str]:
    """One line of JSON a row: the table and every column, for the person it is about."""
    for label, one in found.items():
        columns = [
            f.attname for f in one.model._meta.concrete_fields if f.name not in ("password", "cancel_key")
        ]
        for rows in one.row_portions():
            for row in rows.order_by("pk").values(*columns).iterator(500):
                yield dump({"table": label} | json.loads(json.dumps(row, default=str)))


def counts_of(found: dict[str, Found]) -> dict[str, int]:
    counts: dict[str, int] = defaultdict(int)
    for label, one in found.items():
        counts[label] = len(one.keys)
    return dict(counts)


def emptied(field_: Any) -> Any:
    """What stands in a column whose words are gone; of JSON whatever it was is now an empty one of its kind."""
    if field_.null:
        return None
    if isinstance(field_, models.CharField | models.TextField):
        return ""
    if isinstance(field_, models.JSONField):
        kind = Func(F(field_.name), function="jsonb_typeof", output_field=TextField())
        is_list = When(Exact(kind, Value("array")), then=Value([], field_))
        return Case(is_list, default=Value(field_.get_default(), field_), output_field=field_)
    return field_.get_default()
