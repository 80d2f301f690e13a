"""Every write to customers and their numbers. Edges ask the policies; actions only keep the rules."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from django.db import IntegrityError, transaction
from django.utils.translation import gettext_lazy as _

from tenants.errors import BadInput, DomainError
from tenants.events import emit
from tenants.numbers import to_e164
from tenants.people.actions import record_audit
from ticketing.actions.changes import apply_changes, said, save_newer
from ticketing.actions.profiles import forget_numbers, tell_telephony
from ticketing.events import CustomerChanged, CustomerCreated
from ticketing.models import Customer, CustomerPhone

CUSTOMER_FIELDS = ("name", "level", "tags", "language", "note")


class NumberAlreadyTaken(DomainError):
    """Another customer already has this number."""


@transaction.atomic
def create_customer(
    *,
    name: str,
    at: datetime,
    country: str,
    numbers: Sequence[str] = (),
    level: str = Customer.Level.STANDARD,
    tags: Sequence[str] = (),
    language: str = "",
    note: str = "",
    by=None,
) -> Customer:
    """`numbers` as people write them; `country` (ISO, two letters) tells how local ones are read."""
    customer = Customer.objects.create(
        name=said(name, field="name"),
        level=level,
        tags=tidy_tags(tags),
        language=language,
        note=note,
        created_at=at,
        changed_at=at,
    )
    for raw in numbers:
        _give_number(customer, raw, country)
    tell_telephony(customer)
    record_audit(actor=by, verb="customer.created", subject=customer, after=_snapshot(customer))
    emit(CustomerCreated(occurred_at=at, customer_id=customer.pk))
    return customer


@transaction.atomic
def change_customer(*, customer_id: int, at: datetime, by=None, **changes) -> Customer:
    """Only the fields given change; nothing is written when nothing differs."""
    customer = Customer.objects.select_for_update().get(pk=customer_id)
    if "tags" in changes:
        changes["tags"] = tidy_tags(changes["tags"])
    if "name" in changes:
        changes["name"] = said(changes["name"], field="name")
    before = apply_changes(customer, changes, CUSTOMER_FIELDS)
    if not before:
        return customer
    save_newer(customer, at)
    tell_telephony(customer)
    after = {field: getattr(customer, field) for field in before}
    record_audit(actor=by, verb="customer.changed", subject=customer, before=before, after=after)
    emit(CustomerChanged(occurred_at=at, customer_id=customer.pk))
    return customer


@transaction.atomic
def add_number(*, customer_id: int, raw: str, country: str, at: datetime, by=None) -> CustomerPhone:
    customer = Customer.objects.select_for_update().get(pk=customer_id)
    phone = _give_number(customer, raw, country)
    save_newer(customer, at)
    tell_telephony(customer)
    record_audit(actor=by, verb="customer.number_added", subject=customer, after={"number": phone.masked})
    emit(CustomerChanged(occurred_at=at, customer_id=customer.pk))
    return phone


@transaction.atomic
def give_numbers(*, customer: Customer, raws: Sequence[str], country: str) -> None:
    """Many at once, from a sheet; the import as a whole is what the audit log keeps."""
    if raws:
        _give_all(customer, raws, country)
    tell_telephony(customer)


def _give_all(customer: Customer, raws: Sequence[str], country: str) -> None:
    numbers = {to_e164(raw, country): raw for raw in raws}
    if None in numbers:
        raise BadInput(_("This is not a telephone number."), field="number")
    phones = [CustomerPhone(customer=customer, e164=e164, raw=raw[:64]) for e164, raw in numbers.items()]
    CustomerPhone.objects.bulk_create(phones, ignore_conflicts=True)
    if customer.phones.filter(e164__in=numbers).count() < len(numbers):
        raise NumberAlreadyTaken


@transaction.atomic
def remove_number(*, phone_id: int, at: datetime, by=None) -> None:
    phone = CustomerPhone.objects.select_related("customer").filter(pk=phone_id).first()
    if phone is None:
        return
    phone.delete()
    forget_numbers([phone.e164])
    save_newer(phone.customer, at)
    record_audit(
        actor=by, verb="customer.number_removed", subject=phone.customer, before={"number": phone.masked}
    )
    emit(CustomerChanged(occurred_at=at, customer_id=phone.customer_id))


@transaction.atomic
def reveal_number(*, phone: CustomerPhone, by) -> str:
    """The full number, and a line in the audit log saying who saw it."""
    record_audit(
        actor=by, verb="customer.number_revealed", subject=phone.customer, after={"number": phone.masked}
    )
    return phone.e164


def _give_number(customer: Customer, raw: str, country: str) -> CustomerPhone:
    e164 = to_e164(raw, country)
    if not e164:
        raise BadInput(_("This is not a telephone number."), field="number")
    try:
        with transaction.atomic():
            return CustomerPhone.objects.create(customer=customer, e164=e164, raw=raw[:64])
    except IntegrityError:
        if CustomerPhone.objects.filter(e164=e164, customer=customer).exists():
            return CustomerPhone.objects.get(e164=e164)
        raise NumberAlreadyTaken() from None


def tidy_tags(tags: Sequence[str]) -> list[str]:
    """Trimmed, no empty ones, each once, in the order given."""
    return list(dict.fromkeys(tag.strip()[:40] for tag in tags if tag.strip()))


def _snapshot(customer: Customer) -> dict:
    return {field: getattr(customer, field) for field in CUSTOMER_FIELDS}
