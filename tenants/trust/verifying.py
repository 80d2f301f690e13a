"""An export of the audit log proved without us: no database, no network, nothing but the file and Python.

`manage.py verify_audit FILE` runs it; so does anybody who copies this file and hashing.py beside it.
"""

import csv
import json
import sys
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path

from tenants.trust.hashing import FIRST, content_hash, link_hash

SHOWN = {"at": 1, "who": 3, "address": 4, "verb": 5, "subject": 6, "name": 7, "reason": 10}
"""Columns people read, and where the same stands in `content`."""
STARTS_FORMULA = ("=", "+", "-", "@", "\t", "\r", "\n", "\0", "|", "＝", "＋", "－", "＠")


@dataclass
class Verdict:
    """`problem` is empty when all fits; `bare` counts lines whose content is not in the file, proved by hash alone."""

    lines: int = 0
    first: int | None = None
    position: int = -1
    head: str = ""
    bare: int = 0
    problem: str = ""
    broken_at: int | None = None


def verify(file: Path, *, head: str = "") -> Verdict:
    """`head`: the hash you wrote down at some time; it must be one of the file's."""
    verdict, seen = Verdict(), False
    for row in _rows(file):
        problem = _problem_of(row, verdict)
        if problem:
            verdict.problem, verdict.broken_at = problem, _number(row.get("position"))
            return verdict
        verdict.lines += 1
        verdict.position, verdict.head = int(row["position"]), row["hash"]
        verdict.first = verdict.position if verdict.first is None else verdict.first
        verdict.bare += not row["content"]
        seen = seen or row["hash"] == head
    if not verdict.lines:
        verdict.problem = "there is no line in it"
    elif head and not seen:
        verdict.problem = "the hash you wrote down is not in it"
    return verdict


def _problem_of(row: dict[str, str], so_far: Verdict) -> str:
    position, entry = _number(row.get("position")), row.get("entry", "")
    if position is None or (so_far.lines and position != so_far.position + 1):
        return "a line is missing"
    before = so_far.head if so_far.lines else (FIRST if position == 0 else row["before_hash"])
    if row["before_hash"] != before:
        return "it does not follow the line before"
    if row["hash"] != link_hash(position, _number(entry), before, row["content_hash"]):
        return "its hash is not that of what it says"
    if row["content"] and row["content_hash"] != content_hash(row["content"]):
        return "its content has been changed"
    return "" if not row["content"].startswith("[") else _shown_otherwise(row)


def _shown_otherwise(row: dict[str, str]) -> str:
    """What people read must be what was hashed."""
    said = json.loads(row["content"])
    if _number(row["entry"]) != said[0]:
        return "its number is not that of its content"
    for name, place in SHOWN.items():
        if _plain(row[name]) != _plain(str(said[place]) if said[place] is not None else ""):
            return f"its column {name} says something else than its content"
    for name, place in (("before", 8), ("after", 9)):
        if row[name] and json.loads(_restored(row[name])) != said[place]:
            return f"its column {name} says something else than its content"
    return ""


def _restored(text: str) -> str:
    return text[1:] if text.startswith("'") and text[1:].startswith(STARTS_FORMULA) else text


def _plain(text: str) -> str:
    """Without what a spreadsheet may not hold, and line ends as it likes them."""
    return "".join(sign for sign in _restored(text).replace("\r\n", "\n") if sign >= " " or sign == "\n")


def _number(text: object) -> int | None:
    said = str(text if text is not None else "").strip()
    return int(said) if said.isascii() and said.isdigit() else None


def _rows(file: Path) -> Iterator[dict[str, str]]:
    if file.suffix.lower() == ".xlsx":
        yield from _named(_xlsx(file))
        return
    # Values of a busy form can be longer than what the csv module takes by itself.
    csv.field_size_limit(sys.maxsize)
    with file.open(newline="", encoding="utf-8-sig") as held:
        yield from _named(csv.reader(held))


def _xlsx(file: Path) -> Iterator[list[str]]:
    from openpyxl import load_workbook

    for row in load_workbook(file, read_only=True).worksheets[0].iter_rows(values_only=True):
        yield ["" if value is None else str(value) for value in row]


def _named(given: Iterable[list[str]]) -> Iterator[dict[str, str]]:
    names: list[str] = []
    for row in given:
        if names:
            yield dict(zip(names, [*row, *[""] * (len(names) - len(row))], strict=False))
        names = names or list(row)
