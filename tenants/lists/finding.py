"""What the console's search box finds beside its pages; each floor adds what it knows."""

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from typing import Any

from django.utils.functional import Promise

MOST_EACH = 8
SHORTEST = 2


@dataclass(frozen=True)
class Found:
    title: str
    description: str
    link: str


@dataclass(frozen=True)
class Finder:
    """`find(term)`: rows as Found, best first. `is_wide`: asks every tenant, so only when Enter was pressed."""

    name: str | Promise
    may: Callable[[Any], bool]
    find: Callable[[str], Iterable[Found]]
    is_wide: bool = False


def found_by(
    finders: Iterable[Finder], member: Any, term: str, *, with_wide: bool
) -> Iterator[tuple[Finder, list[Found]]]:
    if len(term) < SHORTEST:
        return
    for finder in finders:
        if finder.may(member) and (with_wide or not finder.is_wide):
            rows = [row for _place, row in zip(range(MOST_EACH), finder.find(term), strict=False)]
            if rows:
                yield finder, rows
