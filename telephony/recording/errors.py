"""Why a recording cannot be begun, stopped, masked or opened, or a rule not be kept."""

from tenants.errors import BadInput, DomainError, NotFound


class NotRecordedNow(DomainError):
    "This talk is not being recorded at the moment."


class NotOnDemand(DomainError):
    "The recording policy decides about this talk: it is not recorded on demand."


class LinkRefused(NotFound):
    "This link is not yours, or older than a minute. Open the recording again."


class RuleUnreadable(BadInput):
    "This rule cannot be used: choose whom it is about and how they are recorded."
