"""Watchers on other machines: their keys, and what they report. A report is about the past as it was seen there."""

import secrets
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db import transaction

from tenants.context import enter_public
from tenants.people.actions import record_audit
from tenants.people.tokens import beginning_of, digest_of
from tenants.service import errors
from tenants.service.actions.watch import UNSEEN_AFTER
from tenants.service.models import OutsideWatcher, PartSpan
from tenants.service.parts import OUTSIDE
from tenants.service.queries.watch import SILENT

KEY_BEGINS = "cco_"
REPORT_EVERY = timedelta(seconds=1)
LATEST = timedelta(seconds=60)
"""A look further ahead than this is of a clock that goes wrong."""
OLDEST = timedelta(days=14)
State = PartSpan.State
Open = dict[str, PartSpan]


@dataclass(frozen=True)
class Look:
    """`found`: part → (up or down, what was said)."""

    at: datetime
    found: Mapping[str, tuple[str, str]]


@transaction.atomic
def add_watcher(*, name: str, cell: str, is_counted: bool, at: datetime) -> tuple[OutsideWatcher, str]:
    """The row and the key's text, which is shown this once."""
    with enter_public():
        if OutsideWatcher.objects.filter(name=name).exists():
            raise errors.WatcherNameTaken(field="name")
        text = KEY_BEGINS + secrets.token_urlsafe(32)
        row = OutsideWatcher.objects.create(
            name=name, cell=cell, is_counted=is_counted, prefix=beginning_of(text), digest=digest_of(text),
            created_at=at,
        )  # fmt: skip
    record_audit(verb="added", subject=row, after={"name": name, "cell": cell, "is_counted": is_counted})
    return row, text


@transaction.atomic
def count_watcher(*, watcher_id: int, is_counted: bool) -> None:
    """From the next thing on that it does not reach; what was seen so far stays as it was counted."""
    with enter_public():
        row = _locked(watcher_id)
        if row.is_counted == is_counted:
            return
        row.is_counted = is_counted
        row.save(update_fields=["is_counted"])
    before, after = {"is_counted": not is_counted}, {"is_counted": is_counted}
    record_audit(verb="changed", subject=row, before=before, after=after)


@transaction.atomic
def revoke_watcher(*, watcher_id: int, at: datetime) -> None:
    with enter_public():
        row = _locked(watcher_id)
        row.revoked_at = at
        row.save(update_fields=["revoked_at"])
        for span in _open_of(row).values():
            _end(span, row.last_look_at or at)
    record_audit(verb="revoked", subject=row)


@transaction.atomic
def take_looks(*, watcher_id: int, looks: Iterable[Look], at: datetime) -> datetime | None:
    """Until when its looks are known now. What was delivered before, is too old or of a wrong clock, is left out."""
    with enter_public():
        row = _locked(watcher_id)
        if row.last_report_at is not None and timedelta(0) <= at - row.last_report_at < REPORT_EVERY:
            raise errors.ReportsTooOften
        is_open = _open_of(row)
        for look in sorted(looks, key=lambda look: look.at):
            is_new = row.last_look_at is None or look.at > row.last_look_at
            if is_new and at - OLDEST <= look.at <= at + LATEST:
                _take(row, is_open, look)
        PartSpan.objects.filter(pk__in=[span.pk for span in is_open.values()]).update(
            seen_until=row.last_look_at
        )
        row.last_report_at = at
        row.save(update_fields=["last_report_at", "last_look_at"])
        return row.last_look_at


def _take(row: OutsideWatcher, is_open: Open, look: Look) -> None:
    """Like a round of our own watch, for the places of this watcher alone."""
    last = row.last_look_at
    if last is not None and look.at - last > UNSEEN_AFTER:
        _close_unseen(row, is_open, last, look.at)
    for part in list(is_open):
        if part not in look.found or look.found[part][0] != is_open[part].state:
            _end(is_open.pop(part), look.at)
    for part, (state, said) in look.found.items():
        if part not in is_open:
            is_open[part] = PartSpan.objects.create(
                part=part, place=row.place, state=state, said=said[:200], began_at=look.at, seen_until=look.at,
                is_counted=row.is_counted and state == State.DOWN,
            )  # fmt: skip
    row.last_look_at = look.at


def _close_unseen(row: OutsideWatcher, is_open: Open, last: datetime, at: datetime) -> None:
    """It was silent: what was so until its last look, nobody knows from there on. That is no outage of anybody."""
    for part in list(is_open):
        _end(is_open.pop(part), last)
        PartSpan.objects.create(
            part=part, place=row.place, state=State.UNKNOWN, said=SILENT, began_at=last, ended_at=at
        )


def _end(span: PartSpan, at: datetime) -> None:
    span.ended_at = max(at, span.began_at)
    span.save(update_fields=["ended_at"])


def _open_of(row: OutsideWatcher) -> Open:
    found = PartSpan.objects.filter(part__in=OUTSIDE, place=row.place, ended_at=None)
    return {span.part: span for span in found}


def _locked(watcher_id: int) -> OutsideWatcher:
    row = OutsideWatcher.objects.select_for_update().filter(pk=watcher_id, revoked_at=None).first()
    if row is None:
        raise errors.WatcherNotFound
    return row
