"""Amounts of an invoice, as large as their currency's smallest coin."""

from decimal import Decimal
from typing import Any

from django.db import models

PLACES = {
    **dict.fromkeys(("BIF", "CLP", "ISK", "JPY", "KRW", "PYG", "UGX", "VND", "XAF", "XOF", "XPF"), 0),
    **dict.fromkeys(("BHD", "IQD", "JOD", "KWD", "LYD", "OMR", "TND"), 3),
}
"""Those that have not two (ISO 4217)."""


def places_of(currency: str) -> int:
    return PLACES.get(currency, 2)


def amount_text(amount: Decimal, places: int) -> str:
    """`1,234.50`, the same in every language, on pages and on paper."""
    return f"{amount:,.{places}f}"


class MoneyField(models.DecimalField):
    """Three places in the table, as some currencies have them; read with two where the third says nothing."""

    def __init__(self, *args: Any, **options: Any) -> None:
        super().__init__(*args, **options | {"max_digits": 15, "decimal_places": 3})

    def deconstruct(self) -> tuple[str, str, Any, dict[str, Any]]:
        name, path, args, options = super().deconstruct()
        del options["max_digits"], options["decimal_places"]
        return name, path, args, options

    def from_db_value(self, value: Decimal | None, *_: object) -> Decimal | None:
        return value if value is None else shown(value)


def shown(value: Decimal) -> Decimal:
    short = value.quantize(Decimal("0.01"))
    return short if short == value else value
