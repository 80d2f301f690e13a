"""What can stand in the way of people."""

from tenants.errors import BadInput, DomainError


class WrongCredentials(DomainError):
    """User name or password is wrong. Check both; capital letters matter in the password."""

    status = 403


class TooManyAttempts(DomainError):
    """Too many attempts. Wait %(minutes)s minutes, then try again."""

    status = 429


class LastOwner(DomainError):
    """A tenant needs an owner. Name another owner first."""


class LastOperator(DomainError):
    """The console needs an operator. Name another operator first."""


class LinkUsed(BadInput):
    """This link was used or has expired. Ask your administrator for a new one."""


class TeamLoop(BadInput):
    """A team cannot belong to itself or to a team below it. Choose another place."""


class TeamInUse(BadInput):
    """Somebody is in this team, or a team hangs below it. Move them first."""


class TeamNotFound(BadInput):
    """This team is not there any more. Load the page again."""


class NameTaken(BadInput):
    """There is a team of this name already."""


class NotTheirStep(DomainError):
    """Only whoever answers for this step, or the project manager, says that it is done."""

    status = 403


class NotDoneYet(BadInput):
    """What is not done cannot be accepted."""
