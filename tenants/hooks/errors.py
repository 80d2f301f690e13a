"""What cannot be done with a webhook."""

from tenants.errors import BadInput, DomainError, NotAllowed, NotFound


class EndpointNotFound(NotFound):
    "There is no such webhook."


class DeliveryNotFound(NotFound):
    "There is no such delivery."


class TooManyEndpoints(DomainError):
    "There are 20 webhooks already. Delete one first."


class NameMissing(BadInput):
    "A webhook needs a name."


class NoEvents(BadInput):
    "Choose at least one event."


class NumbersAreTheOwners(NotAllowed):
    "Only an owner may let whole numbers and names out of the house."


class EndpointNotActive(DomainError):
    "This webhook is paused. Resume it first."
