"""Tells telephony who a caller is, down by its actions: routing must not ask up here while somebody waits."""

from collections.abc import Iterator, Sequence

from django.db import transaction

from telephony import actions as telephony
from ticketing.models import Customer, CustomerPhone

BATCH = 1000


@transaction.atomic
def tell_telephony(customer: Customer) -> None:
    """Level, tags and language go with each of the customer's numbers; call it after any of these changed."""
    telephony.profile_caller(
        numbers=list(customer.phones.values_list("e164", flat=True)),
        level=customer.level,
        tags=customer.tags,
        language=customer.language,
    )


@transaction.atomic
def forget_numbers(numbers: Sequence[str]) -> None:
    """These numbers are no customer's any more."""
    telephony.forget_callers(numbers=numbers)


def tell_everybody() -> int:
    """Every customer of the current tenant, in batches; returns how many numbers were told. Safe to repeat."""
    phones = CustomerPhone.objects.select_related("customer").order_by("pk").iterator(chunk_size=BATCH)
    told, batch = 0, []
    for known in _known(phones):
        batch.append(known)
        if len(batch) == BATCH:
            told, batch = told + telephony.profile_callers(batch), []
    return told + telephony.profile_callers(batch)


def _known(phones: Iterator[CustomerPhone]) -> Iterator[tuple[str, str, Sequence[str], str]]:
    for phone in phones:
        yield phone.e164, phone.customer.level, phone.customer.tags, phone.customer.language
