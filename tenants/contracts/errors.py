"""What an agreement refuses, as facts."""

from tenants.errors import BadInput, DomainError


class ClausesMissing(DomainError):
    """The agreement cannot begin to hold: these clauses are missing: %(names)s. Write them first."""


class SignaturesMissing(DomainError):
    """The agreement cannot begin to hold: nobody has signed for %(sides)s."""


class NotADraft(DomainError):
    """Only a draft can be changed. What holds is changed by an amendment."""


class SignedAlready(DomainError):
    """%(name)s has signed this text already. Discard the signatures first, then write it anew."""


class QuoteNotOpen(DomainError):
    """This quote cannot be accepted or declined any more: it is %(state)s."""


class QuoteOver(DomainError):
    """This quote was valid until %(day)s. Ask for a new one."""


class QuoteEmpty(DomainError):
    """A quote without a price cannot be offered. Add a line first."""


class NothingToExpand(DomainError):
    """No agreement is in force. An expansion widens one; make a quote for a new agreement instead."""


class MonthIsBilled(DomainError):
    """%(month)s is billed already, so nothing can be changed from %(day)s on. Choose a day from %(first)s on."""


class ChangesNothing(BadInput):
    """This changes nothing."""


class AlreadyDecided(DomainError):
    """This was decided already."""


class EarlierAmendmentWaits(DomainError):
    """Amendment %(number)s waits for the same agreement and holds from %(day)s. Decide that one first."""


class VersionNotOpen(DomainError):
    """This version is confirmed. It is changed by a change request."""


class RequirementUnknown(BadInput):
    """The latest version has no requirement %(key)s."""


class RequirementThere(BadInput):
    """The latest version has a requirement %(key)s already."""


class NotTraced(DomainError):
    """These requirements lack where they are set or how they are accepted: %(keys)s."""


class NotYours(DomainError):
    """This does not exist, or is not yours to decide."""

    status = 404


class NoVault(DomainError):
    """Papers cannot be kept here now."""


class NotConfirmed(DomainError):
    """The requirements are not confirmed yet. Write them into the first version, then let the customer confirm it."""


class ImpactUnknown(DomainError):
    """The operator has not said yet what this change takes and costs."""
