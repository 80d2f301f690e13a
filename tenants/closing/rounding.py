"""Amounts in the smallest unit of their currency. Pure arithmetic."""

from decimal import ROUND_HALF_UP, Decimal

ZERO = Decimal(0)
PLACES = {
    **dict.fromkeys(("BIF", "CLP", "ISK", "JPY", "KRW", "PYG", "UGX", "VND", "XAF", "XOF", "XPF"), 0),
    **dict.fromkeys(("BHD", "IQD", "JOD", "KWD", "LYD", "OMR", "TND"), 3),
}
"""Decimals of the currencies that do not have two (ISO 4217)."""
USUAL_PLACES = 2


def places_of(currency: str) -> int:
    return PLACES.get(currency, USUAL_PLACES)


def to_unit(amount: Decimal, currency: str) -> Decimal:
    """Half up (away from zero) to what can be paid in this currency."""
    return amount.quantize(Decimal(1).scaleb(-places_of(currency)), ROUND_HALF_UP)
