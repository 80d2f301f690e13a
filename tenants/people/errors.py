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
