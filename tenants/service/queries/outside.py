"""Watchers on other machines, and what each of them sees. In the public schema."""

from dataclasses import dataclass, field
from datetime import datetime

from tenants.context import enter_public
from tenants.people.tokens import digest_of
from tenants.service.models import OutsideWatcher, PartSpan
from tenants.service.parts import OUTSIDE


@dataclass(frozen=True, kw_only=True)
class Seen:
    """`states`: part → up or down; none while it is silent. `age_seconds`: None before its first look."""

    watcher: OutsideWatcher
    age_seconds: float | None
    is_silent: bool
    states: dict[str, str] = field(default_factory=dict)


def watcher_of_key(text: str) -> OutsideWatcher | None:
    with enter_public():
        return OutsideWatcher.objects.filter(digest=digest_of(text), revoked_at=None).first()


def seen_from_outside(at: datetime) -> list[Seen]:
    """Of those whose key holds."""
    with enter_public():
        watchers = list(OutsideWatcher.objects.filter(revoked_at=None))
        rows = list(PartSpan.objects.filter(part__in=OUTSIDE, ended_at=None))
    return [_seen(watcher, [row for row in rows if row.place == watcher.place], at) for watcher in watchers]


def _seen(watcher: OutsideWatcher, rows: list[PartSpan], at: datetime) -> Seen:
    last = watcher.last_look_at
    is_silent = watcher.is_silent(at)
    return Seen(
        watcher=watcher, is_silent=is_silent, age_seconds=(at - last).total_seconds() if last else None,
        states={} if is_silent else {row.part: row.state for row in rows},
    )  # fmt: skip
