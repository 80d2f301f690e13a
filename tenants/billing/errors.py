"""What billing refuses, as facts."""

from tenants.errors import BadInput, DomainError


class PriceListInUse(DomainError):
    """Charges were made by this price list. Make a new version instead of changing it."""


class NoSuchMonth(BadInput):
    """This is not a month. Write it as 2026-11."""


class ItemBookedOtherwise(DomainError):
    """This was booked before with another amount. What is in the ledger stays; book the difference as a new item."""


class NotAnItem(BadInput):
    """Only purchases, fees, credits and discounts are booked by hand."""


class AmountCannotBe(BadInput):
    """An amount must be a number of less than a billion, a quantity more than nothing."""


class CreditAddsNothing(BadInput):
    """A credit or a discount takes away: its amount is not above zero."""


class SourceCannotBe(BadInput):
    """What an item was booked for needs a name of at most 80 signs that does not begin as those of fees do."""


class ListCannotRate(DomainError):
    """This price list has no price, or another currency, for %(count)s of the month's calls. Nothing was changed."""


class TermInUse(DomainError):
    """Fees were charged by this term. End the contract, and make one that follows it."""
