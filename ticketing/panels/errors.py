"""What cannot be done with a panel."""

from tenants.errors import BadInput, DomainError, NotAllowed, NotFound


class PanelNotFound(NotFound):
    "There is no such panel."


class TooManyPanels(DomainError):
    "There are 10 panels already. Delete one first."


class PanelNameMissing(BadInput):
    "A panel needs a name."


class NoPlaces(BadInput):
    "Choose at least one place."


class NoRoles(BadInput):
    "Choose at least one role."


class AddressUnusable(BadInput):
    "This address cannot be used. It must begin with https:// and name a host, without a user, a password or a #."


class AddressIsOurs(BadInput):
    "This is our own address. A panel is a page of somebody else's."


class NumbersOnlyByOwners(NotAllowed):
    "Only an owner may let whole numbers out of the house."


class PanelSecretUnreadable(DomainError):
    "The signing secret of this panel cannot be opened any more: make a new one."
