"""The tenant's rule of how long sounds are kept, and the run that carries it out."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime

import structlog
from django.db import transaction

from telephony.actions.deletion import OnHold, delete_sound
from telephony.models import RetentionPolicy, RetentionRun
from telephony.queries.retention import (
    KINDS,
    days_of_queues,
    due_sounds,
    limits_of_law,
    newest_retention,
    proof_of,
    retention_terms,
)
from telephony.vault.retention import Limit
from tenants.errors import BadInput
from tenants.people.acting import acting_now
from tenants.people.actions import record_audit

log = structlog.get_logger()

LONGEST_DAYS = 36_525


class OutsideTheLaw(BadInput):
    "The law demands between %(floor)s and %(ceiling)s days here (%(law)s)."


class DaysImpossible(BadInput):
    "Give a whole number of days from 1 to 36525, or nothing to keep for good."


@dataclass(frozen=True, kw_only=True)
class RetentionChoice:
    """Days by kind, None for good; queues that differ by id, kinds left out as the tenant's."""

    days: Mapping[str, int | None]
    queues: Mapping[int, Mapping[str, int]] = field(default_factory=dict)


@transaction.atomic
def save_retention(*, choice: RetentionChoice, at: datetime) -> RetentionPolicy:
    """A new version. Raises OutsideTheLaw, DaysImpossible."""
    limits = limits_of_law()
    for kind in KINDS:
        _check(kind, choice.days.get(kind), limits)
        for own in choice.queues.values():
            if kind in own:
                _check(kind, own[kind], limits)
    before = RetentionPolicy.objects.select_for_update().order_by("-version").first()
    policy = RetentionPolicy.objects.create(
        version=before.version + 1 if before else 1,
        queues={str(queue): dict(own) for queue, own in choice.queues.items() if own},
        made_by=str(acting_now().member or "")[:120],
        made_at=at,
        **{f"{kind}_days": choice.days.get(kind) for kind in KINDS},
    )
    record_audit(
        verb="changed retention of recordings",
        subject=policy,
        before=_told(before) if before else None,
        after=_told(policy),
    )
    return policy


def keep_recordings_at_least(*, days: int, at: datetime) -> RetentionPolicy | None:
    """A new version wherever the rule would delete recordings sooner, up to what the law allows; None: it does not.

    What is kept for good stays so.
    """
    policy, limit = newest_retention(), limits_of_law().get("recording", Limit())
    if policy is None:
        return None
    wanted = days if limit.ceiling is None else min(days, limit.ceiling)
    own = policy.recording_days
    queues = days_of_queues(policy)
    longer = {
        queue: kinds | ({"recording": max(kinds["recording"], wanted)} if "recording" in kinds else {})
        for queue, kinds in queues.items()
    }
    if (own is None or own >= wanted) and longer == queues:
        return None
    theirs = {"voicemail": policy.voicemail_days, "comment": policy.comment_days}
    recordings = None if own is None else max(own, wanted)
    return save_retention(
        choice=RetentionChoice(days=theirs | {"recording": recordings}, queues=longer), at=at
    )


def run_retention(*, at: datetime, until: Callable[[], bool] = lambda: False) -> RetentionRun:
    """Delete what is due and not held; the run tells how many, and its proof is the hash over their tombstones."""
    terms = retention_terms(at)
    due = list(due_sounds(terms, at).values_list("pk", "kind", "queue_id", "is_held"))
    run = RetentionRun.objects.create(started_at=at, policy_version=terms.version, due=len(due))
    for pk, kind, queue_id, is_held in due:
        if until():
            break
        if is_held:
            run.held += 1
            continue
        try:
            days = terms.days_of(kind, queue_id)
            is_gone = delete_sound(
                sound_id=pk, why="retention", at=at, policy_version=terms.version, days=days, run=run
            )
        except OnHold:
            run.held += 1
            continue
        run.deleted += 1
        run.failed += not is_gone
    run.ended_at, run.proof = at, proof_of(run)
    run.save()
    if run.due:
        record_audit(
            verb="ran retention of recordings",
            subject=run,
            after={
                "deleted": run.deleted,
                "held": run.held,
                "policy": run.policy_version,
                "proof": run.proof,
            },
        )
    log.info("A retention run is over.", deleted=run.deleted, held=run.held, failed=run.failed)
    return run


def _check(kind: str, days: int | None, limits: Mapping[str, Limit]) -> None:
    if days is not None and not 1 <= days <= LONGEST_DAYS:
        raise DaysImpossible(field=kind)
    limit = limits.get(kind, Limit())
    is_too_short = days is not None and days < limit.floor
    is_too_long = limit.ceiling is not None and (days is None or days > limit.ceiling)
    if is_too_short or is_too_long:
        ceiling = "∞" if limit.ceiling is None else limit.ceiling
        raise OutsideTheLaw(field=kind, floor=limit.floor, ceiling=ceiling, law=limit.law or "–")


def _told(policy: RetentionPolicy) -> dict[str, object]:
    days = {kind: getattr(policy, f"{kind}_days") for kind in KINDS}
    return {"version": policy.version, "days": days, "queues": policy.queues}
