"""How long each sound is still kept, what holds it, and what remains of those that are gone."""

import hashlib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from django.db.models import Exists, OuterRef, Q, QuerySet

from telephony.cells.models import RetentionLimit
from telephony.models import (
    Call,
    KeptSound,
    LegalHold,
    PurgeRequest,
    RetentionPolicy,
    RetentionRun,
    SoundKind,
    Tombstone,
)
from telephony.vault.retention import Limit, Terms
from tenants.context import current_tenant, enter_public

KINDS = tuple(SoundKind.values)
KEPT_WHEN_CLOSED = timedelta(days=90)
"""So long a tenant who left may still ask for the sounds."""


@dataclass(frozen=True, kw_only=True)
class Fate:
    """What is to become of one sound. `deletes_at` None: kept for good, or held."""

    sound: KeptSound
    deletes_at: datetime | None = None
    days_left: int | None = None
    hold: LegalHold | None = None
    tombstone: Tombstone | None = None


def limits_of_law() -> dict[str, Limit]:
    """By kind: the tenant's own row, else the one for all."""
    tenant = current_tenant()
    with enter_public():
        rows = list(RetentionLimit.objects.filter(Q(tenant_id=tenant.pk) | Q(tenant=None)))
    rows.sort(key=lambda row: row.tenant_id is not None)
    return {row.kind: Limit(floor=row.floor_days, ceiling=row.ceiling_days, law=row.law) for row in rows}


def newest_retention() -> RetentionPolicy | None:
    return RetentionPolicy.objects.order_by("-version").first()


def retention_terms(at: datetime) -> Terms:
    """Whoever has been closed for long keeps nothing any more but what the law demands, or a hold."""
    tenant, limits = current_tenant(), limits_of_law()
    if tenant.state == "closed" and at >= tenant.state_since + KEPT_WHEN_CLOSED:
        return Terms(days=dict.fromkeys(KINDS, 1), limits=limits)
    return terms_of_retention(newest_retention(), limits)


def terms_of_retention(policy: RetentionPolicy | None, limits: dict[str, Limit]) -> Terms:
    if policy is None:
        return Terms(limits=limits)
    return Terms(
        version=policy.version,
        days={kind: getattr(policy, f"{kind}_days") for kind in KINDS},
        queues=days_of_queues(policy),
        limits=limits,
    )


def days_of_queues(policy: RetentionPolicy) -> dict[int, dict[str, int]]:
    """What cannot be read is left out: the tenant's own days hold then."""
    read = {
        int(queue): own for queue, own in policy.queues.items() if queue.isdigit() and isinstance(own, dict)
    }
    return {
        queue: {kind: days for kind, days in own.items() if kind in KINDS and isinstance(days, int)}
        for queue, own in read.items()
    }


def due_sounds(terms: Terms, at: datetime) -> QuerySet[Any]:
    """Those whose time is over by these terms, held or not; `is_held` says which."""
    due = Q(pk=None)
    for kind in KINDS:
        days = terms.days_of(kind, None)
        others = ~Q(queue_id__in=terms.queues) | Q(queue=None)
        if days is not None:
            due |= Q(kind=kind, recorded_at__lte=at - timedelta(days=days)) & others
        for queue_id in terms.queues:
            days = terms.days_of(kind, queue_id)
            if days is not None:
                due |= Q(kind=kind, queue_id=queue_id, recorded_at__lte=at - timedelta(days=days))
    live = KeptSound.objects.exclude(state=KeptSound.State.DELETED)
    return (
        live.filter(due)
        .annotate(is_held=Exists(holds_over(OuterRef("call_id"))))
        .order_by("recorded_at", "pk")
    )


def would_delete(
    days: Mapping[str, int | None], queues: Mapping[int, Mapping[str, int]], at: datetime
) -> int:
    """How many sounds such a rule would delete at once."""
    terms = Terms(days=days, queues=queues, limits=limits_of_law())
    return due_sounds(terms, at).filter(is_held=False).count()


def holds_over(call_id: Any) -> QuerySet[LegalHold]:
    """Holds that stand over a call: of itself, or of a number it was with."""
    call = Call.objects.filter(pk=call_id)
    return LegalHold.objects.filter(lifted_at=None).filter(
        Q(call_id=call_id)
        | Q(number__in=call.values("caller_number")) & ~Q(number="")
        | Q(number__in=call.values("number")) & ~Q(number="")
    )


def fates_of_call(call_id: Any, at: datetime) -> list[Fate]:
    sounds = list(KeptSound.objects.filter(call_id=call_id).select_related("queue").order_by("recorded_at"))
    if not sounds:
        return []
    terms, hold = retention_terms(at), holds_over(call_id).first()
    stones = {(s.kind, s.subject_id): s for s in Tombstone.objects.filter(call_id=call_id)}
    return [_fate(sound, terms, hold, stones.get((sound.kind, sound.subject_id)), at) for sound in sounds]


def _fate(
    sound: KeptSound, terms: Terms, hold: LegalHold | None, stone: Tombstone | None, at: datetime
) -> Fate:
    if stone is not None:
        return Fate(sound=sound, tombstone=stone)
    days = terms.days_of(sound.kind, sound.queue_id)
    if hold is not None or days is None:
        return Fate(sound=sound, hold=hold)
    deletes_at = sound.recorded_at + timedelta(days=days)
    return Fate(
        sound=sound, deletes_at=deletes_at, days_left=max(0, -((at - deletes_at) // timedelta(days=1)))
    )


def holds(*, is_open: bool | None = None) -> QuerySet[LegalHold]:
    found = LegalHold.objects.select_related("call")
    return found if is_open is None else found.filter(lifted_at__isnull=is_open)


def purges() -> QuerySet[PurgeRequest]:
    return PurgeRequest.objects.select_related("call", "asked_by", "answered_by")


def retention_runs() -> QuerySet[RetentionRun]:
    return RetentionRun.objects.order_by("-id")


def proof_lines(run: RetentionRun) -> Iterator[str]:
    """One line for each sound deleted in a run, in the order of deletion; the proof is the hash over these lines."""
    for stone in run.tombstones.order_by("id").iterator(chunk_size=2000):
        yield (
            f"{stone.kind} {stone.subject_id} {stone.call_id} {stone.recorded_at.isoformat()} "
            f"{stone.size} {stone.sha256 or '-'} {stone.deleted_at.isoformat()}"
        )


def proof_of(run: RetentionRun) -> str:
    digest = hashlib.sha256()
    for line in proof_lines(run):
        digest.update(line.encode() + b"\n")
    return digest.hexdigest()
