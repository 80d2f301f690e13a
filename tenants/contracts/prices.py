"""Prices of a quote added up, and what a term takes off: pure sums with Decimal, rounded once each."""

from collections.abc import Iterable
from dataclasses import dataclass
from decimal import Decimal

from tenants.billing.rounding import to_cent
from tenants.contracts.models import QuoteLine

ZERO = Decimal(0)


@dataclass(frozen=True)
class Totals:
    """`discount` is what `percent` takes off a month; `term` is months × what is left + what is paid once."""

    monthly: Decimal
    discount: Decimal
    once: Decimal
    months: int | None

    @property
    def per_month(self) -> Decimal:
        return self.monthly - self.discount

    @property
    def term(self) -> Decimal | None:
        return self.per_month * self.months + self.once if self.months else None


def totals_of(lines: Iterable[QuoteLine], percent: Decimal, months: int | None) -> Totals:
    monthly, once = ZERO, ZERO
    for line in lines:
        if line.billed == QuoteLine.Billed.ONCE:
            once += line.amount
        else:
            monthly += line.amount
    return Totals(
        monthly=to_cent(monthly), discount=to_cent(monthly * percent / 100), once=to_cent(once), months=months
    )
