"""What the watch saw, written down: a row for each change, none for what stays as it was."""

from collections.abc import Mapping
from datetime import UTC, date, datetime, timedelta

from django.db import transaction

from tenants.context import enter_public
from tenants.models import Tenant
from tenants.people.actions import record_audit
from tenants.service import errors
from tenants.service.models import AgreedWindow, CellStay, MonthAvailability, PartDay, PartSpan, WatchClock
from tenants.service.parts import OUTSIDE
from tenants.service.queries.watch import days_to_roll, sums_of_day, windows_announced

LOOK_EVERY = 10.0
UNSEEN_AFTER = timedelta(seconds=35)
"""Two looks further apart than this: nobody knows what was between them."""
State = PartSpan.State
Place = tuple[str, str]
"""(part, cell); '' where a part is of all cells."""
Found = Mapping[Place, tuple[str, str]]
"""Place → (state, what the probe said)."""


@transaction.atomic
def note_round(*, at: datetime, found: Found) -> None:
    """One look at all parts. Safe to repeat; an older one than the last is not taken."""
    with enter_public():
        clock, is_first = WatchClock.objects.select_for_update().get_or_create(pk=1, defaults={"last_at": at})
        if not is_first and at <= clock.last_at:
            return
        if at - clock.last_at > UNSEEN_AFTER:
            _close_unseen(clock.last_at, at)
        _take(at, found)
        WatchClock.objects.filter(pk=1).update(last_at=at)


def _close_unseen(last: datetime, at: datetime) -> None:
    """Whatever was open was so until the last look; from then on nobody knows."""
    for row in PartSpan.objects.filter(ended_at=None).exclude(part__in=OUTSIDE):
        if row.state != State.UNKNOWN:
            row.ended_at = last
            row.save(update_fields=["ended_at"])
            row = PartSpan(part=row.part, place=row.place, state=State.UNKNOWN, began_at=last)
        row.ended_at = at
        row.said = ""
        row.save()


def _take(at: datetime, found: Found) -> None:
    found_open = PartSpan.objects.filter(ended_at=None).exclude(part__in=OUTSIDE)
    is_open = {(row.part, row.place): row for row in found_open}
    for place, row in is_open.items():
        if place not in found or found[place][0] != row.state:
            row.ended_at = at
            row.save(update_fields=["ended_at"])
    for place, (state, said) in found.items():
        row = is_open.get(place)
        if row is None or row.state != state:
            PartSpan.objects.create(part=place[0], place=place[1], state=state, began_at=at, said=said[:200])


@transaction.atomic
def note_homes(*, at: datetime) -> None:
    """In which cell each tenant lives, where that has changed."""
    with enter_public():
        known = {row.tenant_id: row for row in CellStay.objects.select_for_update().filter(until=None)}
        for tenant_id, cell in Tenant.objects.exclude(schema_name="public").values_list("pk", "cell"):
            row = known.get(tenant_id)
            if row is not None and row.cell == cell:
                continue
            if row is not None:
                row.until = at
                row.save(update_fields=["until"])
            CellStay.objects.create(tenant_id=tenant_id, cell=cell, since=at)


@transaction.atomic
def note_windows(*, at: datetime) -> None:
    """Maintenance as it is announced now. What was changed since is announced anew; what is over stays as it was."""
    with enter_public():
        live = {row.notice_id: row for row in AgreedWindow.objects.filter(gone_at=None, ends_at__gt=at)}
        said = {one.notice_id: one for one in windows_announced(at)}
        for notice_id, row in live.items():
            told = said.get(notice_id)
            if told is None or not row.is_of(told.starts_at, told.ends_at, told.tenant_ids):
                row.gone_at = at
                row.save(update_fields=["gone_at"])
        for notice_id, told in said.items():
            row = live.get(notice_id)
            if row is None or row.gone_at is not None:
                told.save()


@transaction.atomic
def roll_days(*, today: date) -> int:
    """Sums of the days (UTC) that are over and not summed up yet; how many rows were written."""
    with enter_public():
        rows = [row for day in days_to_roll(today) for row in sums_of_day(day)]
        PartDay.objects.bulk_create(rows, ignore_conflicts=True)
    return len(rows)


@transaction.atomic
def settle_gap(*, span_id: int, as_state: str, because: str, by_name: str, at: datetime) -> None:
    """What nobody saw was up, or down, by other evidence. Raises WasSeen, IsSettled."""
    with enter_public():
        row = _locked(span_id)
        # While a watcher outside was silent our own looked: there is nothing to settle.
        if row.state != State.UNKNOWN or row.ended_at is None or row.part in OUTSIDE:
            raise errors.WasSeen
        if row.settled_as == as_state:
            return
        if MonthAvailability.objects.filter(
            booked_at__isnull=False, outages__contains=[{"id": row.pk}]
        ).exists():
            raise errors.IsSettled
        row.settled_as, row.settled_because, row.settled_by = as_state, because[:300], by_name[:120]
        row.save(update_fields=["settled_as", "settled_because", "settled_by"])
        record_audit(verb="settled a gap", subject=row, after={"as": as_state}, reason=because)
        # The days it lies in say so too.
        PartDay.objects.filter(
            part=row.part, place=row.place, day__gte=row.began_at.date(), day__lte=row.ended_at.date()
        ).delete()
        first, last = row.began_at.astimezone(UTC).date(), row.ended_at.astimezone(UTC).date()
        days = [first + timedelta(days=n) for n in range((last - first).days + 1)]
        rows = [one for day in days if day < at.astimezone(UTC).date() for one in sums_of_day(day)]
        PartDay.objects.bulk_create(rows, ignore_conflicts=True)


@transaction.atomic
def explain_outage(*, span_id: int, cause: str) -> None:
    """What it was, in a sentence both sides read."""
    with enter_public():
        row = _locked(span_id)
        if row.cause == cause[:300]:
            return
        before, row.cause = row.cause, cause[:300]
        row.save(update_fields=["cause"])
        record_audit(verb="changed", subject=row, before={"cause": before}, after={"cause": row.cause})


def _locked(span_id: int) -> PartSpan:
    row = PartSpan.objects.select_for_update().filter(pk=span_id).exclude(state=State.UP).first()
    if row is None:
        raise errors.OutageNotFound
    return row
