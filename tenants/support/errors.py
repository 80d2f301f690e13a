"""Why support is not let in, in words both sides can act on."""

from tenants.errors import BadInput, DomainError, NotAllowed, NotFound


class AccessNotFound(NotFound):
    """There is no such support access."""


class AccessIsOver(DomainError):
    """This support access is not open any more."""


class AccessIsOpen(DomainError):
    """You have an open access to this tenant already. End it first."""


class TooManyMinutes(BadInput):
    """This tenant lets support in for %(most)s minutes at most."""


class NoSuchCase(BadInput):
    """%(case)s is no case of this tenant."""


class TenantIsNotOpen(DomainError):
    """Support enters an active tenant only."""


class NotYours(NotAllowed):
    """Another operator asked for this access."""


class TicketUsed(DomainError):
    """This way in was used already, or is older than a minute. Enter once more from the operator console."""

    status = 410


class LooksOnly(NotAllowed):
    """This support access may look, and change nothing."""


class NotForSupport(NotAllowed):
    """Support does not open this page."""
