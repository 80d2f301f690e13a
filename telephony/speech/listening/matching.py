"""Which of a step's phrases a text means. Pure: a caller's text is compared here and goes nowhere else."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from difflib import SequenceMatcher
from typing import Any

SIMILAR = 0.8
_SEPARATORS = re.compile(r"[,;，；、|]")
_LETTERS = re.compile(r"[^\W_]+")
_HAN = re.compile(r"[\u3400-\u9fff]")


@dataclass(frozen=True)
class Match:
    """`exit` "" when nothing fits; `likeness` from 0 to 1."""

    exit: str = ""
    likeness: float = 0.0


def phrases_of(row: Mapping[str, Any]) -> list[str]:
    """What a caller may say for one way out: its words, and what the way is called."""
    written = [*_SEPARATORS.split(str(row.get("says") or "")), str(row.get("name") or "")]
    return list(dict.fromkeys(one.strip() for one in written if one.strip()))


def match(text: str, rows: Iterable[Mapping[str, Any]]) -> Match:
    """The phrase that is said, the longest of those; else the one most alike, if it is alike enough and alone so."""
    said = plain(text)
    if not said:
        return Match()
    found = [(plain(phrase), str(row["exit"])) for row in rows for phrase in phrases_of(row)]
    inside = [(len(phrase), name) for phrase, name in found if phrase and _is_in(phrase, said)]
    if inside:
        return Match(max(inside)[1], 1.0)
    alike = sorted(((_likeness(phrase, said), name) for phrase, name in found if phrase), reverse=True)
    if not alike or alike[0][0] < SIMILAR:
        return Match()
    others = [likeness for likeness, name in alike if name != alike[0][1]]
    is_alone = not others or others[0] < alike[0][0]
    return Match(alike[0][1], alike[0][0]) if is_alone else Match()


def plain(text: str) -> str:
    """Small letters and single blanks; Chinese without any."""
    words = _LETTERS.findall(text.lower()[:300])
    return ("" if _HAN.search(text) else " ").join(words)


def is_han(text: str) -> bool:
    """Chinese, which has no blanks between words."""
    return bool(_HAN.search(text))


def _is_in(phrase: str, said: str) -> bool:
    return phrase in said if _HAN.search(phrase) else f" {phrase} " in f" {said} "


def _likeness(phrase: str, said: str) -> float:
    return SequenceMatcher(None, phrase, said, autojunk=False).ratio()
