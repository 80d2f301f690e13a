"""What billing refuses, as facts."""

from tenants.errors import BadInput, DomainError


class PriceListInUse(DomainError):
    """Charges were made by this price list. Make a new version instead of changing it."""


class NoSuchMonth(BadInput):
    """This is not a month. Write it as 2026-11."""
