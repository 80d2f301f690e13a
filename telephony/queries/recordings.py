"""Recordings found again: by number, agent, queue, day, length, disposition and ticket, newest first, in pages."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from django.contrib.auth import get_user_model
from django.db.models import Q, QuerySet
from django.utils import timezone
from django.utils.dateparse import parse_datetime

from telephony import policies
from telephony.models import CallTicket, CustodyEntry, KeptSound, Offer, Recording, RecordingMask
from telephony.models.custody import SoundKind
from telephony.queries.agents import agent_of
from telephony.queries.teams import scope_of, team_of
from tenants.prepared import Compiled, given

PAGE_SIZE = 50


@dataclass(frozen=True, kw_only=True)
class Wanted:
    """What is looked for; None and empty: anything. `numbers` are spellings of one whole number."""

    since: datetime | None = None
    before: datetime | None = None
    queue_id: int | None = None
    agent_id: int | None = None
    disposition_id: int | None = None
    numbers: tuple[str, ...] = ()
    ticket: int | None = None
    shortest: int | None = None
    """Seconds."""
    longest: int | None = None


@dataclass(frozen=True)
class RecordingPage:
    recordings: list[Recording]
    next_key: str
    is_first: bool


def unproved_recordings(leg_ids: Iterable[UUID]) -> list[UUID]:
    """Of these legs: ended, and their hashes not taken yet."""
    return _unproved(legs=list(leg_ids))


_unproved = Compiled(
    lambda: Recording.objects.filter(leg__among=given("legs"), sha256="", ended_at__isnull=False).values_list(
        "pk", flat=True
    )
)


def visible_recordings(member: Any) -> QuerySet[Recording]:
    """What this member may hear: by policies.can_listen, as rows."""
    found = Recording.objects.filter(ended_at__isnull=False)
    own = agent_of(member)
    if policies.can_see_every_call(member) or policies.can_see_calls_of_team(member):
        return _of_team(found, member, own.pk if own else None)
    return found.filter(agent_id=own.pk) if own and policies.can_see_calls(member) else found.none()


def _of_team(found: QuerySet[Recording], member: Any, own_agent: int | None) -> QuerySet[Recording]:
    team, queues = team_of(member), scope_of(member).queues
    if team is None and queues is None:
        return found
    conditions = {"agent_id__in": team, "queue_id__in": queues}
    seen = Q(**{name: value for name, value in conditions.items() if value is not None})
    return found.filter(seen | Q(agent_id=own_agent) if own_agent else seen)


def found_recordings(member: Any, wanted: Wanted, after: str = "") -> RecordingPage:
    """After the recording a key names (`<moment>_<id>`); a key that cannot be read starts at the top."""
    found = _narrowed(visible_recordings(member), wanted)
    key = _read_key(after)
    if key:
        moment, last = key
        # The first condition lets the index begin there, the second is exact.
        found = found.filter(Q(started_at__lt=moment) | Q(pk__lt=last), started_at__lte=moment)
    rows = found.select_related("call", "agent", "queue", "disposition", "disposition__parent")
    shown = list(rows.order_by("-started_at", "-pk")[: PAGE_SIZE + 1])
    last_shown = shown[PAGE_SIZE - 1] if len(shown) > PAGE_SIZE else None
    next_key = f"{last_shown.started_at.isoformat()}_{last_shown.pk}" if last_shown else ""
    return RecordingPage(shown[:PAGE_SIZE], next_key, is_first=key is None)


def _narrowed(found: QuerySet[Recording], wanted: Wanted) -> QuerySet[Recording]:
    conditions: dict[str, Any] = {
        "started_at__gte": wanted.since,
        "started_at__lt": wanted.before,
        "queue_id": wanted.queue_id,
        "agent_id": wanted.agent_id,
        "disposition_id": wanted.disposition_id,
        "number__in": wanted.numbers or None,
        "seconds__gte": wanted.shortest,
        "seconds__lte": wanted.longest,
    }
    found = found.filter(**{name: value for name, value in conditions.items() if value is not None})
    if wanted.ticket is not None:
        # Few calls: found first, and by their key.
        of_ticket = CallTicket.objects.filter(number=wanted.ticket).values_list("call_id", flat=True)
        found = found.filter(call_id__in=list(of_ticket))
    return found


def _read_key(after: str) -> tuple[datetime, UUID] | None:
    moment, _sep, last = after.partition("_")
    try:
        at = parse_datetime(moment)
        return (at, UUID(last)) if at and timezone.is_aware(at) else None
    except ValueError:
        return None


def gone_recordings(recording_ids: Iterable[UUID]) -> set[UUID]:
    """Those whose sound is deleted: they are still listed, with when they were."""
    ids = [str(one) for one in recording_ids]
    gone = KeptSound.objects.filter(
        kind=SoundKind.RECORDING, subject_id__in=ids, state=KeptSound.State.DELETED
    )
    return {UUID(one) for one in gone.values_list("subject_id", flat=True)}


def offer_of_recording(recording: Recording) -> Offer | None:
    return Offer.objects.select_related("agent").filter(pk=recording.leg).first()


def masks_of_recording(recording: Recording) -> list[RecordingMask]:
    """Those the switch has carried out, within this file."""
    found = RecordingMask.objects.filter(offer_id=recording.leg, began_at__isnull=False)
    if recording.ended_at:
        found = found.filter(began_at__lt=recording.ended_at)
    return list(found.exclude(ended_at__lt=recording.started_at).order_by("began_at"))


def custody_of_recording(recording: Recording, limit: int = 100) -> list[CustodyEntry]:
    """Newest first."""
    of_it = CustodyEntry.objects.filter(kind=SoundKind.RECORDING, subject_id=str(recording.pk))
    return list(of_it.order_by("-position")[:limit])


def hearers(recording: Recording, but: Any) -> list[Any]:
    """Colleagues who may hear it too, by name."""
    members = get_user_model().objects.filter(is_active=True).exclude(pk=but.pk).order_by("name", "username")
    return [one for one in members if policies.can_listen(one, recording, team_of(one))]
