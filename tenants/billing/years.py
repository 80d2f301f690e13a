"""Years of a contract and the parts of a yearly fee. Pure; parts always add up to the whole."""

from collections.abc import Iterator
from datetime import date, timedelta
from decimal import Decimal
from fractions import Fraction
from typing import NamedTuple

from tenants.billing import months, rounding

A_DAY = timedelta(days=1)


class Year(NamedTuple):
    """From one anniversary to the day before the next, both included."""

    first: date
    last: date

    @property
    def days(self) -> int:
        return (self.last - self.first).days + 1


def anniversary(start: date, number: int) -> date:
    """29 February is kept on 28 February where there is none."""
    month = date(start.year + number, start.month, 1)
    return month.replace(day=min(start.day, months.days_in(month)))


def years_of(start: date, until: date) -> Iterator[Year]:
    """Those that begin on `until` or before it."""
    number = 0
    while (first := anniversary(start, number)) <= until:
        number += 1
        yield Year(first, anniversary(start, number) - A_DAY)


def months_passed(year: Year, day: date) -> Fraction:
    """Of a contract's year when `day` is over: whole months count one, parts by their days; at the end of the year it
    is twelve, also where its first and last month have not the same length.
    """
    if day >= year.last:
        return Fraction(12)
    passed, month = Fraction(0), months.first_day(year.first)
    while month <= day:
        first, last = max(month, year.first), min(months.last_day(month), day)
        passed += Fraction(max((last - first).days + 1, 0), months.days_in(month))
        month = months.next_month(month)
    return min(passed, Fraction(12))


def part_of_year(fee: Decimal, year: Year, first: date, last: date) -> Decimal:
    """What the days from first to last owe of a year's fee: what is owed by the last, less what was owed before."""
    return _owed(fee, year, last) - _owed(fee, year, first - A_DAY)


def _owed(fee: Decimal, year: Year, day: date) -> Decimal:
    if day < year.first:
        return Decimal(0)
    passed = months_passed(year, day) / 12
    return rounding.to_micro(fee * passed.numerator / passed.denominator)


def months_between(year: Year, first: date, last: date) -> Decimal:
    """The same in months, for showing."""
    passed = months_passed(year, last)
    if first > year.first:
        passed -= months_passed(year, first - A_DAY)
    return rounding.to_micro(Decimal(passed.numerator) / passed.denominator)
