"""Minutes that are included in a plan: what the month's calls used of them is taken off, once."""

from collections.abc import Iterator
from datetime import date, datetime
from decimal import Decimal
from typing import NamedTuple

from django.db import connection, transaction

from tenants.billing import months, rounding
from tenants.billing.fees import Fee, FeeKey, bring_to, contract_periods, price_list_of
from tenants.billing.models import Bundle, Charge, Direction, PriceList
from tenants.billing.queries import charges_of
from tenants.billing.rating_sql import CALLS
from tenants.models import Tenant

# A call that uses up the rest of the minutes is covered in part: by its share of the seconds billed.
_USED = f"""
WITH {CALLS}, counted AS (
    SELECT label, unit_price, amount, billed, leg_id,
        least(billed, greatest(0, %(seconds)s - (sum(billed) OVER (ORDER BY started_at, leg_id) - billed))) AS covered
    FROM calls
    WHERE kind = %(direction)s AND currency = %(currency)s AND billed > 0
        AND started_at >= %(start)s AND started_at < %(end)s
        AND left(CASE WHEN kind = 'inbound' THEN number ELSE other_number END, length(%(prefix)s)) = %(prefix)s
)
SELECT label, unit_price, sum(covered)::bigint, sum(round(amount * covered / billed, 6))
FROM counted WHERE covered > 0 GROUP BY label, unit_price ORDER BY label, unit_price
"""  # noqa: S608  (a constant of ours)


ENDLESS = 10**12
"""Seconds; more than any month's calls."""


class Part(NamedTuple):
    """A bundle for the days of a contract in a month."""

    bundle: Bundle
    price_list: PriceList
    first: date
    start: datetime
    end: datetime
    seconds: int


class Use(NamedTuple):
    """Of one bundle in a month, in minutes. `asked`: what its calls would have used if it had no end."""

    bundle: Bundle
    used: Decimal
    included: Decimal
    asked: Decimal


@transaction.atomic(savepoint=False)
def rate_bundles(*, tenant: Tenant, month: date) -> None:
    """Take off what the included minutes cover; the ledger then says what the month's calls say, however often."""
    month = months.first_day(month)
    fees = [fee for part in parts_of(tenant, month) for fee in _fees(tenant, month, part)]
    written = charges_of(tenant, month).filter(kind=Charge.Kind.BUNDLE)
    bring_to(tenant, month, written, fees)


def parts_of(tenant: Tenant, month: date) -> Iterator[Part]:
    """Part of a month has its part of the minutes, to the whole second, rounded down."""
    whole = months.days_in(month)
    for period in contract_periods(tenant, month, months.last_day(month)):
        price_list = price_list_of(period)
        if price_list is None:
            continue
        start, end = months.moments(period.first, period.last, tenant.time_zone)
        for bundle in price_list.bundles.all():
            seconds = bundle.minutes * 60 * period.days // whole
            yield Part(bundle, price_list, period.first, start, end, seconds)


def use_of(tenant: Tenant, month: date) -> list[Use]:
    """How much of each bundle the month's calls have used so far."""
    found = []
    for part in parts_of(tenant, months.first_day(month)):
        used = _seconds_used(tenant, month, part)
        endless = part._replace(seconds=ENDLESS)
        asked = _seconds_used(tenant, month, endless) if used >= part.seconds else used
        found.append(Use(part.bundle, *map(rounding.minutes_of, (used, part.seconds, asked))))
    return found


def _seconds_used(tenant: Tenant, month: date, part: Part) -> int:
    return sum(seconds for _label, _price, seconds, _amount in _used(tenant, month, part))


def _fees(tenant: Tenant, month: date, part: Part) -> Iterator[Fee]:
    for label, unit_price, seconds, amount in _used(tenant, month, part):
        key = FeeKey(
            Charge.Kind.BUNDLE,
            f"bundle:{part.bundle.pk}:{part.first.isoformat()}",
            f"{part.bundle.label}: {label}"[:120],
            -unit_price,
            part.price_list.currency,
        )
        yield Fee(key, rounding.minutes_of(seconds), -amount, part.price_list, Charge.Rule.BUNDLE)


def _used(tenant: Tenant, month: date, part: Part) -> list[tuple[str, Decimal, int, Decimal]]:
    """(label, price per minute, seconds, amount) of the calls that the minutes cover."""
    values = {
        "tenant": tenant.pk,
        "month": month,
        "seconds": part.seconds,
        "direction": Direction(part.bundle.direction).value,
        "prefix": part.bundle.prefix,
        "currency": part.price_list.currency,
        "start": part.start,
        "end": part.end,
    }
    with connection.cursor() as cursor:
        cursor.execute(_USED, values)
        return cursor.fetchall()
