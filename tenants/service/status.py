"""The picture of the status pages: made from stored rows by the watch, kept in a file, shown whatever is down.

Nothing in it is of one tenant. A page that finds the file too old makes the picture itself; when the database is away
too, it shows the old one and says how old it is.
"""

import json
import os
from collections.abc import Iterable
from dataclasses import asdict
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import structlog
from django.conf import settings
from django.db import DatabaseError
from django.utils import timezone

from tenants.service.parts import COUNTED, OUTSIDE, cell_of
from tenants.service.queries.notes import public_notes
from tenants.service.queries.watch import DayBar, PartNow, last_look, parts_now

log = structlog.get_logger()

FILE = "status.json"
FRESH = timedelta(seconds=20)
NOTES_OF = timedelta(days=14)
Picture = dict[str, Any]
"""{"looked_at", "made_at", "parts": [{part, state, since, days: [{day, down, unknown, seen}]}], "notes": [...]}."""
WORST = ("up", "unknown", "down")
BEST = ("up", "down", "unknown")


def picture(at: datetime) -> Picture:
    """From the rows; raises DatabaseError."""
    looked, known = last_look(), parts_now(at)
    ours = [part for part in known if part.part not in OUTSIDE]
    return {
        "made_at": at.isoformat(),
        "looked_at": looked.isoformat() if looked else None,
        "parts": [_told(part) for part in [*together(ours), *from_outside(known)]],
        "notes": [_note(note) for note in public_notes(at - NOTES_OF)],
    }


def together(parts: list[PartNow]) -> list[PartNow]:
    """One of each part: which cell it was, and so which tenants, is nobody's business outside. A day is as bad as in
    the cell where it was worst.
    """
    found: dict[str, PartNow] = {}
    for one in parts:
        known = found.get(one.part)
        found[one.part] = (
            _worse(known, one) if known else PartNow(**(_fields(one) | {"place": "", "said": ""}))
        )
    return list(found.values())


def _worse(one: PartNow, other: PartNow) -> PartNow:
    first, second = sorted((one, other), key=lambda part: -WORST.index(part.state))
    days = [
        DayBar(
            day=a.day, down=max(a.down, b.down), unknown=max(a.unknown, b.unknown), seen=max(a.seen, b.seen)
        )
        for a, b in zip(first.days, second.days, strict=False)
    ]
    return PartNow(part=first.part, place="", state=first.state, since=first.since, days=days or first.days)


def from_outside(parts: list[PartNow], cell: str | None = None) -> list[PartNow]:
    """What watchers outside see, as one: what one of them reaches is reachable, and a silent one says nothing. `cell`:
    of those that touch who lives there.
    """
    found: dict[str, list[PartNow]] = {}
    for one in parts:
        if one.part in OUTSIDE and (cell is None or cell_of(one.part, one.place) in ("", cell)):
            found.setdefault(one.part, []).append(one)
    return [_best(rows) for rows in found.values()]


def _best(rows: list[PartNow]) -> PartNow:
    best = min(rows, key=lambda one: BEST.index(one.state))
    days = [min(days, key=lambda day: (day.unknown - day.seen, day.down))
            for days in zip(*(row.days for row in rows), strict=True)]  # fmt: skip
    return PartNow(part=best.part, place="", state=best.state, since=best.since, days=days)


def _fields(one: PartNow) -> dict[str, Any]:
    return {name: getattr(one, name) for name in ("part", "place", "state", "since", "said", "days")}


def _told(part: PartNow) -> dict[str, Any]:
    return {
        "part": part.part,
        "state": part.state,
        "since": part.since.isoformat() if part.since else None,
        "days": [asdict(day) for day in part.days],
    }


def _note(note: Any) -> dict[str, Any]:
    return {
        "title": note.title, "title_zh": note.title_zh, "state": note.state, "began_at": note.began_at.isoformat(),
        "resolved_at": note.resolved_at.isoformat() if note.resolved_at else None,
        "updates": [
            {"text": one.text, "text_zh": one.text_zh, "at": one.at.isoformat()} for one in note.updates.all()
        ],
    }  # fmt: skip


# --- the file ---


def path() -> Path:
    return Path(settings.RUN_DIR) / FILE


def keep(told: Picture) -> None:
    """Whole or not at all: a page may be reading it. A disk that is full costs the page its freshness alone."""
    part = path().with_suffix(f".{os.getpid()}.part")
    try:
        part.parent.mkdir(parents=True, exist_ok=True)
        part.write_text(json.dumps(told), encoding="utf-8")
        part.replace(path())
    except OSError as problem:
        log.warning("The picture of the status could not be kept", problem=type(problem).__name__)


def kept() -> Picture | None:
    """The last one, however old; None where there is none that can be read."""
    try:
        told = json.loads(path().read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return None
    return told if isinstance(told, dict) and "made_at" in told else None


def with_states(told: Picture, at: datetime, states: dict[str, str]) -> Picture:
    """The last picture with what the watch finds now, while nothing can be written down: part → state."""
    parts = [one | {"state": states.get(one["part"], one["state"])} for one in told["parts"]]
    return told | {"made_at": at.isoformat(), "looked_at": at.isoformat(), "parts": parts}


def current(at: datetime | None = None) -> tuple[Picture | None, bool]:
    """(picture, is it fresh)."""
    now, known = at or timezone.now(), kept()
    if known is not None and now - datetime.fromisoformat(known["made_at"]) <= FRESH:
        return known, True
    try:
        told = picture(now)
    except DatabaseError:
        return known, False
    # Where the watch runs on another machine this one keeps its own: it is asked by everybody.
    keep(told)
    return told, True


def worst(told: Picture) -> str:
    """Of the parts that count: up, unknown or down."""
    return _worst((one["part"], one["state"]) for one in told["parts"])


def worst_of(parts: Iterable[PartNow]) -> str:
    """The same, of what the rows say."""
    return _worst((one.part, one.state) for one in parts)


def _worst(states: Iterable[tuple[str, str]]) -> str:
    return max((state for part, state in states if part in COUNTED), key=WORST.index, default="unknown")
