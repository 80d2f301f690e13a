"""Who is acting now and from where, set once at the edge so that no action has to pass it on."""

from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass

from tenants.people.models import Member


@dataclass(frozen=True)
class Acting:
    member: Member | None = None
    address: str | None = None


NOBODY = Acting()
_acting: ContextVar[Acting] = ContextVar("acting", default=NOBODY)


def acting_now() -> Acting:
    return _acting.get()


@contextmanager
def acting(member: object, address: str | None = None) -> Iterator[None]:
    """Name the actor of everything inside; an anonymous visitor is nobody."""
    known = member if getattr(member, "is_authenticated", False) else None
    token = _acting.set(Acting(known, address))
    try:
        yield
    finally:
        _acting.reset(token)
