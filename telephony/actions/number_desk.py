"""What follows for a tenant's own rows when a number comes, goes or is shown."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from typing import TYPE_CHECKING

from django.db import transaction

from telephony.actions.setup import floor_changed
from telephony.models import DisplayPool, Entry, PoolNumber, VirtualNumber
from telephony.queries.displays import own_numbers
from telephony.queries.number_desk import bound_numbers, calls_of_numbers
from tenants import queries as tenant_queries
from tenants.context import current_tenant, enter_public, enter_row
from tenants.desk import actions as desk
from tenants.desk.errors import NotYourNumber
from tenants.lending import retire_number, take_number_back
from tenants.people.actions import record_audit

if TYPE_CHECKING:
    from tenants.models import Number, Tenant


@transaction.atomic
def take_from_tenant(*, number: Number, at: datetime, rest_days: int | None, reason: str) -> None:
    """Everything that hangs on the number goes with it, in one transaction. `rest_days` None: retired for good."""
    tenant = number.tenant
    if rest_days is None:
        retire_number(number_id=number.pk, at=at, reason=reason)
    else:
        take_number_back(number_id=number.pk, at=at, rest_days=rest_days, reason=reason)
    if tenant is not None and tenant.has_schema:
        with enter_row(tenant):
            unbind_number(number=number.e164, reason=reason)


@transaction.atomic
def unbind_number(*, number: str, reason: str = "") -> bool:
    """In the current tenant nothing leads there, shows it or is masked by it any more; False when nothing did.

    Live calls go on to their end. A pool without a number is switched off.
    """
    gone = {
        "destination": Entry.objects.filter(number_e164=number),
        "display pools": PoolNumber.objects.filter(number_e164=number),
        "virtual numbers": VirtualNumber.objects.filter(number_e164=number),
    }
    counts = {name: rows.count() for name, rows in gone.items()}
    if not any(counts.values()):
        return False
    for rows in gone.values():
        rows.delete()
    DisplayPool.objects.filter(is_active=True, numbers=None).update(is_active=False)
    record_audit(verb="number taken back", subject=number, before=counts, reason=reason)
    floor_changed()
    return True


def note_bindings(at: datetime) -> int:
    """Tell the desk which numbers of the current tenant lead somewhere now."""
    return desk.note_bindings(tenant=current_tenant(), bound=bound_numbers(), at=at)


def count_calls(at: datetime) -> int:
    """Of every number of the current tenant."""
    tenant = current_tenant()
    with enter_public():
        numbers = tenant_queries.numbers_of(tenant)
    return desk.keep_tally(counts=calls_of_numbers(numbers, at), at=at)


@transaction.atomic
def save_pool(
    *,
    pool_id: int | None,
    name: str,
    queue_id: int | None,
    way: str,
    is_active: bool,
    numbers: Iterable[str],
    at: datetime,
    least_connected: int | None = None,
    judged_calls: int = 20,
    rest_minutes: int = 1440,
) -> DisplayPool:
    """Numbers rest below `least_connected` percent of `judged_calls`. Raises NotYourNumber for the first that is not
    lent to the tenant now.
    """
    wanted = sorted(set(numbers))
    _only_own(wanted)
    pool = DisplayPool.objects.select_for_update().filter(pk=pool_id).first() or DisplayPool()
    pool.name, pool.queue_id, pool.way, pool.is_active = name, queue_id, way, is_active and bool(wanted)
    pool.least_connected, pool.judged_calls, pool.rest_minutes = least_connected, judged_calls, rest_minutes
    pool.full_clean()
    pool.save()
    pool.numbers.exclude(number_e164__in=wanted).delete()
    known = set(pool.numbers.values_list("number_e164", flat=True))
    PoolNumber.objects.bulk_create(
        [PoolNumber(pool=pool, number_e164=one) for one in wanted if one not in known]
    )
    record_audit(
        verb="changed" if pool_id else "added",
        subject=pool,
        after={"numbers": wanted, "way": way, "least": least_connected},
    )
    note_bindings(at)
    return pool


@transaction.atomic
def delete_pool(*, pool: DisplayPool, at: datetime) -> None:
    record_audit(verb="deleted", subject=pool)
    pool.delete()
    note_bindings(at)


@transaction.atomic
def mask_agent(*, agent_id: int, number: str, at: datetime) -> None:
    """Whoever the agent calls sees this number from the next call on; "" ends it. Raises NotYourNumber."""
    if number:
        _only_own([number])
        row, _new = VirtualNumber.objects.update_or_create(
            agent_id=agent_id, defaults={"number_e164": number}
        )
        record_audit(verb="changed", subject=row, after={"number": number})
    else:
        for row in VirtualNumber.objects.filter(agent_id=agent_id):
            record_audit(verb="deleted", subject=row)
            row.delete()
    note_bindings(at)


def _only_own(numbers: Iterable[str]) -> None:
    own = own_numbers()
    for number in numbers:
        if number not in own:
            raise NotYourNumber(number=number, field="numbers")


def forget_bindings(tenant: Tenant, number: str) -> None:
    """The number went by another road than the desk's: what hung on it goes after it."""
    with enter_row(tenant):
        unbind_number(number=number)
