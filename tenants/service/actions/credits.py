"""The promised credit: what a month came to against what was promised, with the outages behind it. What was measured is
written down once; the amount follows the fees it is a share of.
"""

import re
from collections import defaultdict
from collections.abc import Iterator
from datetime import date, datetime, timedelta
from decimal import Decimal

from django.db import transaction
from django.utils import timezone, translation

from tenants.billing import months, rounding, years
from tenants.billing.actions import bring_item, rate_seats
from tenants.billing.models import Charge
from tenants.billing.queries import charges_of
from tenants.context import enter_public
from tenants.models import Tenant
from tenants.people.actions import record_audit
from tenants.service.models import MonthAvailability
from tenants.service.queries.availability import (
    OwnMonth,
    is_missed,
    missed_until,
    month_of_tenant,
    percent,
)
from tenants.service.words import credit_label

FEES = (Charge.Kind.PLAN, Charge.Kind.SEATS, Charge.Kind.MODULE, Charge.Kind.DISCOUNT)
"""What a month costs under a contract, however much is used: the credit is a share of it. Numbers and minutes are
not.
"""
State = MonthAvailability.State


@transaction.atomic
def settle_month(*, tenant: Tenant, month: date, at: datetime) -> list[MonthAvailability]:
    """Of a month that is over. What was measured stays once it is booked; run again, nothing is booked twice, and where
    the fees have changed since, the credit is corrected.
    """
    month = months.first_day(month)
    if at < months.bounds(month, tenant.time_zone)[1]:
        return []
    with enter_public():
        tenant = Tenant.objects.select_for_update(no_key=True).get(pk=tenant.pk)
        promised = [one for one in month_of_tenant(tenant, month, at) if one.contract.sla is not None]
        if promised:
            rate_seats(tenant=tenant, month=month)
        return [_settle(tenant, month, one, at) for one in promised]


@transaction.atomic
def settle_until(*, tenant: Tenant, month: date, at: datetime) -> None:
    """Before a bill: its month, and all credits until then by the fees as they are now."""
    settle_month(tenant=tenant, month=month, at=at)
    with enter_public():
        for row in missed_until(tenant, months.first_day(month)):
            _follow(tenant, row)


def _settle(tenant: Tenant, month: date, own: OwnMonth, at: datetime) -> MonthAvailability:
    if own.row is not None and own.row.booked_at:
        return _follow(tenant, own.row)
    sla, told = own.contract.sla, own.measured
    values = {
        "tenant": tenant, "first_day": own.first, "last_day": own.last, "sla_name": sla.name,
        "promised_percent": sla.availability_percent, "credit_percent": sla.credit_percent,
        "counted_seconds": told.counted, "maintenance_seconds": told.maintenance,
        "unmeasured_seconds": told.unmeasured, "down_seconds": told.down, "unknown_seconds": told.unknown,
        "state": _judged(told.counted, told.down, told.unknown, sla.availability_percent),
        "outages": _behind(own), "measured_at": at,
    }  # fmt: skip
    row, _new = MonthAvailability.objects.update_or_create(
        contract=own.contract, month=month, defaults=values
    )
    if row.state != State.UNDECIDED:
        row.credits = _book(tenant, row) if row.state == State.MISSED else []
        row.booked_at = at
        row.save(update_fields=["credits", "booked_at"])
    return row


def _follow(tenant: Tenant, row: MonthAvailability) -> MonthAvailability:
    credits = _book(tenant, row) if row.state == State.MISSED else []
    if credits != row.credits:
        row.credits = credits
        row.save(update_fields=["credits"])
    return row


def _judged(counted: int, down: int, unknown: int, promised: Decimal) -> str:
    """What nobody saw decides only where it would change the answer; then a person says what it was."""
    if is_missed(counted, down, promised):
        return State.MISSED
    return State.UNDECIDED if is_missed(counted, down + unknown, promised) else State.MET


def _behind(own: OwnMonth) -> list[dict]:
    return [
        {
            "id": one.span.pk, "part": one.span.part, "place": one.span.place, "as": one.span.counts_as,
            "from": one.span.began_at.isoformat(), "until": one.span.end(own.measured.end).isoformat(),
            "seconds": one.counted, "excluded": one.excluded,
        }
        for one in own.measured.outages
    ]  # fmt: skip


def _book(tenant: Tenant, row: MonthAvailability) -> list[dict]:
    """One line per currency of the month's fees under this contract, brought to what these fees come to."""
    bases = dict.fromkeys((one["currency"] for one in row.credits), Decimal(0)) | _fees_under(tenant, row)
    found = (_credit(tenant, row, currency, base) for currency, base in sorted(bases.items()))
    return [one for one in found if one is not None]


def _credit(tenant: Tenant, row: MonthAvailability, currency: str, base: Decimal) -> dict | None:
    amount = max(rounding.to_coin(base * row.credit_percent / 100, currency), Decimal(0))
    with translation.override(tenant.language):
        label = credit_label(row, percent(row.counted_seconds, row.down_seconds))
    charge = bring_item(
        tenant, month=row.month, kind="credit", label=label[:120], amount=-amount, currency=currency,
        source_key=f"sla:{row.contract_id}:{currency}",
    )  # fmt: skip
    if charge is None:
        return None
    told = {
        "currency": currency,
        "base": str(rounding.to_coin(base, currency)),
        "amount": str(amount),
        "charge": charge.pk,
    }
    if told not in row.credits:
        record_audit(verb="booked a credit", subject=row, after=told | {"tenant": tenant.name})
    return told


def _fees_under(tenant: Tenant, row: MonthAvailability) -> dict[str, Decimal]:
    """Currency → the fees of this contract's days, discounts taken off; from the ledger, corrections included."""
    sums: dict[str, Decimal] = defaultdict(Decimal)
    for charge in charges_of(tenant, row.month).filter(kind__in=FEES):
        if _is_under(charge.source_key, row.contract_id):
            sums[charge.currency] += charge.amount
    for currency, amount in _of_years_ahead(tenant, row):
        sums[currency] += amount
    return dict(sums)


def _is_under(source: str, contract_id: int) -> bool:
    """contract:<contract>:…, module:<module>:<contract>:…, fee:term:<contract>:…"""
    begins = (f"contract:{contract_id}:", f"fee:term:{contract_id}:")
    return source.startswith(begins) or bool(re.match(rf"module:\w+:{contract_id}:", source))


def _of_years_ahead(tenant: Tenant, row: MonthAvailability) -> Iterator[tuple[str, Decimal]]:
    """Of years paid in the month they begin, the part of this row's days."""
    rows = Charge.objects.filter(tenant=tenant, source_key__startswith=f"year:{row.contract_id}:")
    sums: dict[tuple[date, str], Decimal] = defaultdict(Decimal)
    for charge in rows:
        sums[date.fromisoformat(charge.source_key.split(":")[2]), charge.currency] += charge.amount
    ends = row.contract.ends_on
    for (first, currency), amount in sums.items():
        year = next(years.years_of(first, first))
        last = min(year.last, ends) if ends else year.last
        shared = (min(last, row.last_day) - max(first, row.first_day)).days + 1
        if shared > 0:
            yield currency, rounding.prorated(amount, shared, (last - first).days + 1)


def settle_last_month(*, at: datetime | None = None) -> int:
    """Of every tenant, the month that is over, and earlier ones that waited for a decision; how many were booked."""
    now, booked = at or timezone.now(), 0
    with enter_public():
        tenants = list(Tenant.objects.exclude(schema_name="public").filter(state__in=("active", "suspended")))
        waiting = set(MonthAvailability.objects.filter(booked_at=None).values_list("tenant_id", "month"))
    for tenant in tenants:
        month = months.month_of(now, tenant.time_zone)
        last = months.first_day(month - timedelta(days=1))
        for each in sorted({last, *(held for tenant_id, held in waiting if tenant_id == tenant.pk)}):
            rows = settle_month(tenant=tenant, month=each, at=now)
            booked += sum(row.booked_at == now for row in rows)
    return booked
