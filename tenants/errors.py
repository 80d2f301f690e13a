"""Errors that state a fact a person can act on; contactcenter/errors.py turns them into HTTP answers."""

import inspect
import re

from django.utils.functional import Promise
from django.utils.translation import gettext


class DomainError(Exception):
    """This cannot be done now."""

    status = 409

    def __init__(self, message: str | Promise | None = None, **values: object) -> None:
        self._message = message
        self.values = values
        super().__init__(message, values)

    @property
    def code(self) -> str:
        """`call_already_ended` for CallAlreadyEnded: what a program may compare."""
        return re.sub(r"(?<=[a-z0-9])(?=[A-Z])", "_", type(self).__name__).lower()

    @property
    def message(self) -> str:
        """The given text, else the docstring in the reader's language, with the values filled in."""
        text = (
            str(self._message) if self._message is not None else gettext(inspect.cleandoc(self.__doc__ or ""))
        )
        return text % self.values if self.values else text

    def __str__(self) -> str:
        return self.message


class NotAllowed(DomainError):
    """You may not do this."""

    status = 403


class NotFound(DomainError):
    """This does not exist, or is not yours to see."""

    status = 404


class BadInput(DomainError):
    """This value cannot be used."""

    status = 400

    def __init__(self, message: str | Promise | None = None, *, field: str = "", **values: object) -> None:
        super().__init__(message, **values)
        self.field = field
