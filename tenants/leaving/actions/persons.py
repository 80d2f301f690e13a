"""One person's data handed out, or erased: rows emptied or deleted, sounds purged; with a report."""

import hashlib
import hmac
from collections.abc import Callable
from datetime import datetime
from typing import Any

from django.conf import settings
from django.db import transaction
from django.db.models import Q, TextField
from django.db.models.functions import Cast

from tenants.context import current_tenant, enter_public
from tenants.leaving import persons
from tenants.leaving.actions.exports import throw_away
from tenants.leaving.models import Erasure, Export
from tenants.leaving.persons import Found, Person
from tenants.leaving.registry import purges
from tenants.leaving.signing import canonical
from tenants.models import Tenant
from tenants.people.actions import record_audit
from tenants.people.models import Member


def digest_of(person: Person) -> str:
    """The same person gives the same digest here; without our key it says nothing."""
    key = hashlib.sha256(b"leaving persons" + settings.SECRET_KEY.encode()).digest()
    return hmac.new(key, person.typed.encode(), hashlib.sha256).hexdigest()


def note_search(*, person: Person, by: Member, verb: str, rows: int) -> None:
    """`verb`: looked for a person, handed out a person's data."""
    record_audit(verb=verb, subject=f"person:{digest_of(person)[:16]}", actor=by,
                 after={"person": person.shown, "rows": rows})  # fmt: skip


def erase_person(
    *, person: Person, reason: str, by: Member, at: datetime, settle: Callable[[], None] = lambda: None
) -> Erasure:
    """Everything of this person in the current tenant. Repeating it finds what came since, or what a crash left.
    `settle` is called in the transaction of the rows and their report.
    """
    tenant = current_tenant()
    found = persons.found_of(person)
    sounds: dict[str, int] = {}
    held: dict[str, set[Any]] = {}
    for label, purge in purges().items():
        if label in found:
            counts, held[label] = purge(found[label].keys, at)
            sounds |= counts
    archives = _without_archives(tenant, by)
    kept = [
        {"what": label, "rows": len(one.keys), "why": one.personal.kept_because}
        for label, one in found.items()
        if one.personal.kept_because
    ]
    report = {"sounds": sounds, "kept": kept, "archives": archives}
    with transaction.atomic():
        tables = {label: _erased(one, person, held) for label, one in found.items()}
        erasure = _reported(tenant, person, reason, by, at, report | {"tables": tables})
        settle()
    return erasure


def _reported(
    tenant: Tenant, person: Person, reason: str, by: Member, at: datetime, report: dict[str, Any]
) -> Erasure:
    with enter_public():
        erasure = Erasure.objects.create(
            tenant=tenant, at=at, by_name=str(by)[:120], reason=reason,
            subject_digest=digest_of(person), subject_shown=person.shown, report=report,
            proof=hashlib.sha256(canonical(report)).hexdigest(),
        )  # fmt: skip
    after = {
        "person": person.shown,
        "proof": erasure.proof,
        "rows": sum(t["erased"] for t in report["tables"].values()),
    }
    record_audit(
        verb="erased a person's data",
        subject=f"leaving.erasure:{erasure.pk}",
        actor=by,
        after=after,
        reason=reason,
    )
    return erasure


def _erased(one: Found, person: Person, held: dict[str, set[Any]]) -> dict[str, int]:
    found = len(one.keys)
    if one.personal.kept_because:
        return {"found": found, "erased": 0, "kept": found}
    free, erased = one.keys - held.get(one.label, set()), 0
    for rows in one.row_portions(free):
        for column, led in one.personal.through.items():
            if held.get(led):
                rows = rows.exclude(**{f"{column}__in": held[led]})
        keys = list(rows.values_list("pk", flat=True))
        _empty(one, keys, person)
        erased += len(keys)
    return {"found": found, "erased": erased, "kept": found - erased}


def _empty(one: Found, keys: list[Any], person: Person) -> None:
    """One statement a column, however many rows."""
    rows = one.model._default_manager.filter(pk__in=keys)
    if one.personal.goes:
        rows.delete()
        return
    meta, words = one.model._meta, persons.needles(person)
    for name, how in one.personal.by.items():
        says = Q(pk__in=[])
        if how == "number":
            says = Q(**{f"{name}__in": sorted(person.numbers)})
        elif how == "text":
            rows = rows.annotate(**{f"said_{name}": Cast(name, TextField())})
            for word in words:
                says |= Q(**{f"said_{name}__icontains": word})
        rows.filter(says).update(**{name: persons.emptied(meta.get_field(name))})
    if blank := {name: persons.emptied(meta.get_field(name)) for name in one.personal.blank}:
        one.model._default_manager.filter(pk__in=keys).update(**blank)


def _without_archives(tenant: Tenant, by: Member) -> int:
    """Archives of everything hold the person as well."""
    with enter_public():
        ready = list(Export.objects.filter(tenant=tenant, state=Export.State.READY))
    for export in ready:
        throw_away(export=export, by=by)
    return len(ready)
