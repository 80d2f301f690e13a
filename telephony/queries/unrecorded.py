"""Answered calls that have no recording, or not a whole one, and why: the list of a day, and how many were in scope."""

from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta
from uuid import UUID
from zoneinfo import ZoneInfo

from django.utils import timezone

from telephony.models import KeptSound, Offer, Recording
from tenants.context import current_tenant

MOST_MISSING_SECONDS = 1.0
"""What a recording may be shorter than its talk."""
PROVED_WITHIN = timedelta(minutes=10)
OUT_OF_SCOPE = ("policy", "not_drawn", "on_demand")
"""Nobody meant to record these."""


@dataclass(frozen=True, kw_only=True)
class Unrecorded:
    """One talk. `reason` is policy, not_drawn, on_demand, stopped, disk, quota, no_file, missing, alarm or short."""

    offer: Offer
    reason: str
    version: int


@dataclass(frozen=True, kw_only=True)
class RecordedDay:
    """`scope`: talks that should be recorded; `whole`: those that have all of it."""

    day: date
    answered: int
    scope: int
    whole: int
    rows: list[Unrecorded] = field(default_factory=list)
    reasons: dict[str, int] = field(default_factory=dict)

    @property
    def percent(self) -> float | None:
        return None if not self.scope else self.whole * 100 / self.scope


def recorded_day(day: date) -> RecordedDay:
    """Of the talks answered on this day of the tenant's, ended by now."""
    talks = list(_talks(*_bounds(day)))
    rows = [row for row in _judged(talks) if row is not None]
    out = sum(row.reason in OUT_OF_SCOPE for row in rows)
    return RecordedDay(
        day=day,
        answered=len(talks),
        scope=len(talks) - out,
        whole=len(talks) - len(rows),
        rows=rows,
        reasons=dict(Counter(row.reason for row in rows).most_common()),
    )


def _bounds(day: date) -> tuple[datetime, datetime]:
    zone = ZoneInfo(current_tenant().time_zone)
    return (
        datetime.combine(day, time.min, zone),
        datetime.combine(day + timedelta(days=1), time.min, zone),
    )


def _talks(since: datetime, until: datetime) -> Iterable[Offer]:
    found = Offer.objects.filter(answered_at__gte=since, answered_at__lt=until, outcome=Offer.Outcome.BRIDGED)
    return (
        found.filter(ended_at__isnull=False)
        .select_related("call", "agent", "call__queue")
        .order_by("answered_at")
    )


def _judged(talks: list[Offer]) -> Iterator[Unrecorded | None]:
    legs = [talk.pk for talk in talks]
    files: dict[UUID, list[Recording]] = {}
    for recording in Recording.objects.filter(leg__in=legs):
        files.setdefault(recording.leg, []).append(recording)
    ids = [str(one.pk) for found in files.values() for one in found]
    kept = {k.subject_id: k for k in KeptSound.objects.filter(kind="recording", subject_id__in=ids)}
    for talk in talks:
        reason = _reason(talk, files.get(talk.pk, []), kept)
        yield Unrecorded(offer=talk, reason=reason, version=talk.recording_version or 0) if reason else None


def _reason(talk: Offer, files: list[Recording], kept: dict[str, KeptSound]) -> str:
    if not files:
        return _why_never(talk)
    states = [kept.get(str(one.pk)) for one in files]
    if any(state is not None and state.alarm for state in states):
        return "alarm"
    if any(state is not None and state.state == KeptSound.State.LOST for state in states):
        return "missing"
    if any(not one.sha256 for one in files) and timezone.now() - talk.ended_at > PROVED_WITHIN:
        return "missing"
    seconds = sum(one.seconds or 0 for one in files)
    if seconds + MOST_MISSING_SECONDS >= talk.talk_seconds:
        return ""
    return "stopped" if talk.recording_mode == "on_demand" else "short"


def _why_never(talk: Offer) -> str:
    by, mode = talk.recording_by or "", talk.recording_mode
    if by.startswith("no_room_"):
        return by.removeprefix("no_room_")
    if talk.recording_path:
        return "no_file"
    return {"on_demand": "on_demand", "percentage": "not_drawn"}.get(mode or "", "policy")
