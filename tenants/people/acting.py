"""Who is acting now and from where, set once at the edge so that no action has to pass it on."""

from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass
from typing import cast

from tenants.people.models import Member


@dataclass(frozen=True)
class Acting:
    who: object = None
    address: str | None = None

    @property
    def member(self) -> Member | None:
        """Read only when asked for: a lazy user costs a query. An anonymous visitor is nobody."""
        return cast(Member, self.who) if getattr(self.who, "is_authenticated", False) else None


NOBODY = Acting()
_acting: ContextVar[Acting] = ContextVar("acting", default=NOBODY)


def acting_now() -> Acting:
    return _acting.get()


@contextmanager
def acting(member: object, address: str | None = None) -> Iterator[None]:
    """Name the actor of everything inside."""
    token = _acting.set(Acting(member, address))
    try:
        yield
    finally:
        _acting.reset(token)


def act_as(member: Member) -> None:
    """From here to the end of the surrounding `acting` block: a program proved by its key who it acts for."""
    _acting.set(Acting(member, acting_now().address))
