"""Tax of a bill: one sum per rate, shared among its lines so that lines and sums agree. Pure arithmetic."""

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal

from tenants.billing.models import ZERO
from tenants.billing.rounding import to_coin


@dataclass(frozen=True)
class Rate:
    """What one code of the table says on a day. `percent` is None where the law asks for no tax at all."""

    code: str
    name: str
    name_zh: str
    percent: Decimal | None


@dataclass(frozen=True)
class Taxed:
    """One line: `net` + `tax` = `gross`."""

    net: Decimal
    tax: Decimal

    @property
    def gross(self) -> Decimal:
        return self.net + self.tax


def tax_in(amount: Decimal, percent: Decimal | None, currency: str, *, is_included: bool) -> Decimal:
    """Of one sum: upon it, or already in it."""
    if not percent:
        return to_coin(ZERO, currency)
    part = amount * percent / (100 + percent) if is_included else amount * percent / 100
    return to_coin(part, currency)


def taxed(
    lines: Sequence[tuple[Decimal, Rate]], currency: str, *, is_included: bool
) -> tuple[list[Taxed], dict[str, Taxed]]:
    """(each line in its place, the sum of each code). Amounts are in units of the currency.

    The tax is of the sum of a rate, not of each line. A line carries what the tax of the running sum grew by: so lines
    are the whole, and none is off by more than a unit.
    """
    done: list[Taxed] = [Taxed(ZERO, ZERO)] * len(lines)
    sums: dict[str, Taxed] = {}
    rates = {rate.code: rate for _amount, rate in lines}
    for code, rate in rates.items():
        places = [place for place, (_amount, other) in enumerate(lines) if other.code == code]
        whole = tax = ZERO
        for place in places:
            amount = lines[place][0]
            whole += amount
            grown = tax_in(whole, rate.percent, currency, is_included=is_included)
            share, tax = grown - tax, grown
            done[place] = Taxed(amount - share if is_included else amount, share)
        sums[code] = Taxed(whole - tax if is_included else whole, tax)
    return done, sums
