"""What is open of each invoice, worked out from bills, credit notes and payments each time. Pure arithmetic.

A credit note takes from its invoice, a payment first from the invoice it names; what is left over goes to the oldest
open invoice, and what nothing is open for stands on account. So open sums less what is on account are the balance.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal

from tenants.billing.models import ZERO


@dataclass(frozen=True)
class Owed:
    """An invoice."""

    key: int
    total: Decimal


@dataclass(frozen=True)
class Given:
    """A credit note or a payment; `towards` is the invoice it is meant for, if any."""

    amount: Decimal
    towards: int | None = None


@dataclass(frozen=True)
class Standing:
    open: dict[int, Decimal]
    """By invoice; those that are settled stand here with nothing."""
    on_account: Decimal

    @property
    def balance(self) -> Decimal:
        """What the tenant owes; negative when we owe."""
        return sum(self.open.values(), ZERO) - self.on_account


def standing_of(owed: Sequence[Owed], given: Sequence[Given]) -> Standing:
    """`owed` is oldest first; all in one currency."""
    left = {one.key: one.total for one in owed}
    pool = ZERO
    for one in given:
        taken = min(one.amount, left[one.towards]) if one.towards in left else ZERO
        if taken:
            left[one.towards] -= taken
        pool += one.amount - taken
    for key, amount in left.items():
        taken = min(amount, pool)
        left[key] -= taken
        pool -= taken
    return Standing(left, pool)
