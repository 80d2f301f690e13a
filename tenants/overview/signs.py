"""What somebody should look at: each floor says what it knows, in words, with a link. Nothing to say is good news."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Literal

Area = Literal["health", "incidents", "money", "work"]
Meaning = Literal["good", "warning", "danger", "info"]
SHAPES: dict[Meaning, str] = {"good": "●", "warning": "▲", "danger": "■", "info": "○"}
WORST: list[Meaning] = ["danger", "warning", "info", "good"]


@dataclass(frozen=True)
class Sign:
    meaning: Meaning
    words: str
    link: str = ""

    @property
    def shape(self) -> str:
        return SHAPES[self.meaning]


@dataclass(frozen=True)
class Source:
    """`read(at)` is asked in the public schema."""

    area: Area
    may: Callable[[Any], bool]
    read: Callable[[datetime], Iterable[Sign]]


_sources: list[Source] = []


def add_signs(area: Area, may: Callable[[Any], bool], read: Callable[[datetime], Iterable[Sign]]) -> None:
    source = Source(area, may, read)
    if source not in _sources:
        _sources.append(source)


def signs_of(area: Area, member: Any, at: datetime) -> list[Sign]:
    """The worst first."""
    found = [sign for one in _sources if one.area == area and one.may(member) for sign in one.read(at)]
    return sorted(found, key=lambda sign: WORST.index(sign.meaning))
