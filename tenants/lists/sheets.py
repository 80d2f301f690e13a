"""Taking in a long sheet part by part: each part is one transaction, a bad row is named and the others go on."""

from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any

import tablib
from django.db import transaction

from tenants.lists.errors import SheetNotRead, SheetNotWaiting, TooManySheets
from tenants.lists.models import SILENT_AFTER, SheetImport, SheetProblem
from tenants.people.actions import record_audit

PART = 200
"""Rows in a transaction: short locks, and a figure that moves."""
MOST_ROWS = 200_000
MOST_PROBLEMS = 5_000
MOST_AT_WORK = 3
"""Sheets of one tenant under way or waiting for their turn."""
TURN = timedelta(seconds=10)
"""How long a sheet is worked on at a time: then it is the others' turn."""
FORMATS = ("csv", "xlsx")
Clock = Callable[[], datetime]
State = SheetImport.State


def begin_sheet(
    *, place: str, resource: int, file_name: str, file_format: str, content: bytes, by: Any, at: datetime
) -> SheetImport:
    if SheetImport.objects.filter(state__in=SheetImport.AT_WORK).count() >= MOST_AT_WORK:
        raise TooManySheets(most=MOST_AT_WORK)
    sheet = SheetImport.objects.create(
        place=place, resource=resource, file_name=file_name[:200], file_format=file_format, content=content,
        by_id=by.pk, began_at=at, heard_at=at,
    )  # fmt: skip
    record_audit(
        verb="handed in a sheet", subject=sheet, after={"file": sheet.file_name, "bytes": len(content)}
    )
    return sheet


@transaction.atomic
def take_in(*, sheet_id: int, at: datetime) -> None:
    """What was looked through is taken from the first row on. Raises SheetNotWaiting."""
    sheet = SheetImport.objects.select_for_update().get(pk=sheet_id)
    if sheet.state != State.CHECKED:
        raise SheetNotWaiting
    sheet.problems.all().delete()
    sheet.state, sheet.heard_at = State.RUNNING, at
    sheet.done = sheet.added = sheet.changed = sheet.skipped = sheet.failed = 0
    sheet.save()


@transaction.atomic
def cancel(*, sheet_id: int, at: datetime) -> None:
    """What is taken in stays. A part that runs is finished first, unless nobody runs any more."""
    sheet = SheetImport.objects.select_for_update().get(pk=sheet_id)
    if sheet.is_at_work and not sheet.is_silent(at):
        SheetImport.objects.filter(pk=sheet_id).update(is_cancel_asked=True)
    elif sheet.is_at_work or sheet.state == State.CHECKED:
        _end(sheet, State.CANCELLED, at)
    else:
        raise SheetNotWaiting


def is_behind_another(*, sheet_id: int, at: datetime) -> bool:
    """One sheet of a tenant at a time: an older one that is alive goes first. Whoever waits is heard of."""
    alive = SheetImport.objects.filter(state__in=SheetImport.AT_WORK, heard_at__gt=at - SILENT_AFTER)
    return alive.filter(pk__lt=sheet_id).exists()


def note_waiting(*, sheet_id: int, at: datetime) -> None:
    SheetImport.objects.filter(pk=sheet_id, state__in=SheetImport.AT_WORK).update(heard_at=at)


def run_sheet(*, sheet_id: int, resource: Any, clock: Clock) -> SheetImport:
    """A turn: to the end, until it is cancelled, or until TURN is over; the next one goes on from there."""
    sheet = SheetImport.objects.get(pk=sheet_id)
    if not sheet.is_at_work:
        return sheet
    try:
        rows = read(bytes(sheet.content), sheet.file_format)
    except SheetNotRead as problem:
        sheet.problem = problem.message
        _end(sheet, State.FAILED, clock())
        return sheet
    began_at = clock()
    SheetImport.objects.filter(pk=sheet_id).update(total=len(rows), heard_at=began_at)
    sheet.total = len(rows)
    while sheet.done < sheet.total:
        if _is_cancel_asked(sheet):
            _end(sheet, State.CANCELLED, clock())
            return sheet
        _one_part(sheet, rows, resource, clock)
        if sheet.done < sheet.total and sheet.heard_at - began_at >= TURN:
            return sheet
    _settle(sheet, clock())
    return sheet


def read(content: bytes, file_format: str) -> tablib.Dataset:
    """Raises SheetNotRead."""
    try:
        given = content.decode("utf-8-sig") if file_format == "csv" else content
        rows = tablib.Dataset().load(given, format=file_format)
    except Exception as problem:
        # Whatever a broken file makes its reader raise.
        raise SheetNotRead from problem
    if not rows.headers or not len(rows) or len(rows) > MOST_ROWS:
        raise SheetNotRead
    return rows


def _one_part(sheet: SheetImport, rows: tablib.Dataset, resource: Any, clock: Clock) -> None:
    """The part's rows and how far the sheet is are one transaction: what is counted is taken, whatever dies."""
    start = sheet.done
    lines = list(range(start, min(start + PART, sheet.total)))
    is_look = sheet.state == State.CHECKING
    with transaction.atomic():
        _lock(sheet)
        problems: list[tuple[int, str]] = []
        while lines:
            result = _try(rows, lines, resource, is_look)
            bad = _problems(result, lines)
            problems += bad
            if is_look or not bad:
                _count(sheet, result)
                break
            # Nothing of this part was kept: again without the bad ones.
            lines = [line for line in lines if line not in dict(bad)]
        sheet.failed += len(problems)
        _write_down(sheet, problems)
        sheet.done = min(start + PART, sheet.total)
        sheet.heard_at = clock()
        sheet.save(update_fields=["done", "added", "changed", "skipped", "failed", "heard_at"])


def _lock(sheet: SheetImport) -> None:
    """Two workers at one sheet would take the same part twice: the one who finds it further on gives up."""
    there = SheetImport.objects.select_for_update().defer("content").get(pk=sheet.pk)
    if (there.done, there.state) != (sheet.done, sheet.state):
        raise SheetNotWaiting


def _try(rows: tablib.Dataset, lines: list[int], resource: Any, is_look: bool) -> Any:
    part = tablib.Dataset(*(rows[line] for line in lines), headers=rows.headers)
    return resource.import_data(
        part, dry_run=is_look, raise_errors=False, use_transactions=True, rollback_on_validation_errors=True
    )


def _problems(result: Any, lines: list[int]) -> list[tuple[int, str]]:
    if result.base_errors:
        why = str(result.base_errors[0].error)
        return [(line, why) for line in lines]
    bad = [(lines[row.number - 1], str(row.errors[0].error)) for row in result.error_rows]
    bad += [(lines[row.number - 1], " ".join(row.error.messages)) for row in result.invalid_rows]
    return sorted(bad)


def _count(sheet: SheetImport, result: Any) -> None:
    sheet.added += result.totals["new"]
    sheet.changed += result.totals["update"]
    sheet.skipped += result.totals["skip"]


def _write_down(sheet: SheetImport, problems: list[tuple[int, str]]) -> None:
    room = max(0, MOST_PROBLEMS - sheet.failed + len(problems))
    SheetProblem.objects.bulk_create(
        # The head is line 1 of the file, the first row line 2.
        SheetProblem(sheet=sheet, line=line + 2, why=why[:300])
        for line, why in problems[:room]
    )


def _is_cancel_asked(sheet: SheetImport) -> bool:
    return SheetImport.objects.filter(pk=sheet.pk, is_cancel_asked=True).exists()


def _settle(sheet: SheetImport, at: datetime) -> None:
    if sheet.state == State.CHECKING:
        sheet.state, sheet.heard_at = State.CHECKED, at
        sheet.save(update_fields=["state", "heard_at"])
    else:
        _end(sheet, State.DONE, at)


def _end(sheet: SheetImport, state: str, at: datetime) -> None:
    has_taken = sheet.state == State.RUNNING
    sheet.state, sheet.ended_at, sheet.heard_at, sheet.content = state, at, at, b""
    sheet.save(update_fields=["state", "ended_at", "heard_at", "content", "problem"])
    if has_taken:
        figures = {name: getattr(sheet, name) for name in ("done", "added", "changed", "skipped", "failed")}
        record_audit(verb="imported", subject=sheet, actor=sheet.by, after=figures)
