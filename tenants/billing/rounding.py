"""Money and minutes: pure arithmetic with Decimal, and the rounding rule the invoices state in words.

A charge is exact to six decimal places, half up. A line is rounded half up to the smallest coin of its currency. The
total is the exact sum of all charges rounded once; a line named "rounding" carries what the lines together miss of it.
"""

from decimal import ROUND_HALF_UP, Decimal

from django.utils.translation import gettext_lazy as _

from tenants.billing.money import places_of

MICRO = Decimal("0.000001")
CENT = Decimal("0.01")
RULE = _(
    "Every charge is kept to six decimal places. Each line is rounded half up to the cent. The total is the "
    "exact sum of all charges, rounded half up once; the line “Rounding” carries the difference."
)


def to_micro(amount: Decimal) -> Decimal:
    return amount.quantize(MICRO, ROUND_HALF_UP)


def to_cent(amount: Decimal) -> Decimal:
    return amount.quantize(CENT, ROUND_HALF_UP)


def to_coin(amount: Decimal, currency: str) -> Decimal:
    """To the currency's smallest coin: whole yen, cents, thousandths of a dinar."""
    return amount.quantize(Decimal(1).scaleb(-places_of(currency)), ROUND_HALF_UP)


def billed_seconds(seconds: int, *, minimum: int, increment: int) -> int:
    """Seconds as the price counts them: at least the minimum, up to the next full increment; 0 stays 0."""
    if seconds <= 0:
        return 0
    counted = max(seconds, minimum)
    return -(-counted // increment) * increment


def minutes_of(seconds: int) -> Decimal:
    return to_micro(Decimal(seconds) / 60)


def amount_of(seconds: int, per_minute: Decimal) -> Decimal:
    """From the seconds, not from rounded minutes: 10 s at 0.06 is 0.01 exactly."""
    return to_micro(Decimal(seconds) * per_minute / 60)


def share_of_month(days: int, days_in_month: int) -> Decimal:
    """The part of a month, for showing; amounts are made from the days."""
    return to_micro(Decimal(days) / days_in_month)


def prorated(monthly: Decimal, days: int, days_in_month: int) -> Decimal:
    return to_micro(monthly * days / days_in_month)
