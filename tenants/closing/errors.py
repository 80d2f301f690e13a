"""What closing refuses, as facts."""

from tenants.errors import BadInput, DomainError, NotFound


class RunIsGoing(DomainError):
    """Another close is running. Wait for its end, or cancel it."""


class NothingToClose(DomainError):
    """Every tenant's month is closed already."""


class NoSuchBill(NotFound):
    """There is no such bill here."""


class NoTaxRate(DomainError):
    """There is no rate of tax for “%(kind)s”."""


class NoSeller(DomainError):
    """Nobody is named who issues the bills of this country."""


class OnlyInvoicesAreCredited(DomainError):
    """Only an invoice can be credited."""


class NothingLeftToCredit(DomainError):
    """All of it has been credited already."""


class MoreThanTheInvoice(BadInput):
    """A credit note can never be more than what is left of the invoice: %(left)s."""


class ReasonMissing(BadInput):
    """Say why. The reason stands on the credit note."""


class ReferenceKnown(BadInput):
    """A payment of this tenant with this reference is recorded already."""


class NotAnAmount(BadInput):
    """This is not an amount that can be paid in this currency."""


class NotTheirInvoice(BadInput):
    """This invoice is another tenant's, or in another currency."""


class AlreadyTakenBack(DomainError):
    """This payment was taken back already."""
