"""Where the running month will end when it goes on as it went: fees as they are, calls by the time that has passed."""

from datetime import date, datetime, timedelta
from decimal import Decimal
from typing import NamedTuple

from tenants.billing import months, rounding
from tenants.billing.bundles import Use, use_of
from tenants.billing.models import ZERO, Charge
from tenants.billing.queries import Usage, usage
from tenants.models import Tenant

BY_TIME = frozenset({Charge.Kind.INBOUND, Charge.Kind.OUTBOUND, Charge.Kind.INTERNAL, Charge.Kind.ADJUSTMENT})
EARLIEST = timedelta(days=1)
"""Less than a day says nothing of a month."""


class Forecast(NamedTuple):
    """In one currency: so far, and at the end of the month."""

    currency: str
    so_far: Decimal
    at_end: Decimal


class BundleForecast(NamedTuple):
    use: Use
    at_end: Decimal

    @property
    def is_short(self) -> bool:
        """It will not reach to the end of the month."""
        return self.at_end > self.use.included


class MonthEnd(NamedTuple):
    forecasts: list[Forecast]
    bundles: list[BundleForecast]


def month_end(tenant: Tenant, month: date, at: datetime) -> MonthEnd | None:
    """None for a month that is over or has not begun, and for one that began less than a day ago."""
    start, end = months.bounds(month, tenant.time_zone)
    if not start + EARLIEST <= at < end:
        return None
    factor = Decimal((end - start).total_seconds()) / Decimal((at - start).total_seconds())
    bundles = use_of(tenant, month)
    lines = usage(tenant, month)
    found = [
        Forecast(
            currency,
            rounding.to_coin(sum((line.amount for line in own), ZERO), currency),
            rounding.to_coin(_at_end(own, bundles, factor), currency),
        )
        for currency in sorted({line.currency for line in lines})
        if (own := [line for line in lines if line.currency == currency])
    ]
    return MonthEnd(found, [BundleForecast(use, rounding.to_micro(use.asked * factor)) for use in bundles])


def _at_end(lines: list[Usage], bundles: list[Use], factor: Decimal) -> Decimal:
    """Included minutes take off more as calls go on, but no more than there are."""
    used = sum((use.used for use in bundles), ZERO)
    included = sum((use.included for use in bundles), ZERO)
    of_bundles = min(factor, included / used) if used else Decimal(1)
    total = ZERO
    for line in lines:
        times = factor if line.kind in BY_TIME else of_bundles if line.kind == Charge.Kind.BUNDLE else 1
        total += line.amount * times
    return total
