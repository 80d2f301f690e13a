"""Why something cannot be done with a number or its papers, and what to do about it."""

from tenants.errors import BadInput, DomainError


class AlreadyDecided(DomainError):
    """This application was decided already."""


class LicenceMissing(DomainError):
    """Numbers of this kind need a licence that is valid today. Ask the tenant for it, or add it here, then approve."""


class NumberNotFit(BadInput):
    """This number is not free, or not of the kind and country that was asked for."""


class PaperTooLarge(BadInput):
    """The file is larger than %(megabytes)s MB."""


class PaperOfWrongKind(BadInput):
    """A paper is a PDF, PNG or JPEG file. This file is none of them, whatever it is called."""


class PaperEmpty(BadInput):
    """Choose a file that is not empty."""


class PaperMissing(DomainError):
    """The file of this paper is not there, or is not the one that was handed in. Hand it in again."""

    status = 404


class NotYourNumber(BadInput):
    """%(number)s is not one of your numbers, so it cannot be shown to anybody."""
