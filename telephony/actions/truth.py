"""Where our rows and the switch differ: written down when found, closed when it is so again."""

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any
from uuid import UUID

from django.db import transaction

from telephony import events
from telephony.models import Difference
from tenants.events import emit


@dataclass(frozen=True, kw_only=True)
class Finding:
    """One thing that is not so. `subject` is the id of what it is about, with `kind` unique while open."""

    kind: str
    subject: str
    agent_id: int | None = None
    call_id: UUID | None = None
    node: str = ""
    ours: dict[str, Any] = field(default_factory=dict)
    theirs: dict[str, Any] = field(default_factory=dict)


@transaction.atomic
def note_difference(finding: Finding, *, cause: str, at: datetime) -> bool:
    """Open a difference. False when the same one is open already: it stays as it was first found."""
    _difference, is_new = Difference.objects.get_or_create(
        kind=finding.kind,
        subject=finding.subject[:80],
        healed_at=None,
        defaults={
            "agent_id": finding.agent_id,
            "call_id": finding.call_id,
            "node": finding.node,
            "ours": finding.ours,
            "theirs": finding.theirs,
            "cause": cause,
            "found_at": at,
        },
    )
    if is_new:
        emit(events.DifferenceFound(occurred_at=at, kind=finding.kind, subject=finding.subject))
    return is_new


@transaction.atomic
def heal_difference(*, kind: str, subject: str, remedy: str, at: datetime) -> float | None:
    """It is so again. Seconds since it was found; None when nothing of the kind was open."""
    open_one = Difference.objects.select_for_update().filter(kind=kind, subject=subject[:80], healed_at=None)
    difference = open_one.first()
    if difference is None:
        return None
    difference.healed_at, difference.remedy = max(at, difference.found_at), remedy
    difference.save(update_fields=["healed_at", "remedy"])
    emit(events.DifferenceHealed(occurred_at=at, kind=kind, subject=subject))
    return difference.seconds


@transaction.atomic
def note_healed(findings: Iterable[tuple[Finding, str]], *, cause: str, at: datetime) -> int:
    """What a resync found and made right in one step: (finding, remedy) of each. The number written."""
    rows = [
        Difference(
            kind=finding.kind,
            subject=finding.subject[:80],
            agent_id=finding.agent_id,
            call_id=finding.call_id,
            node=finding.node,
            ours=finding.ours,
            theirs=finding.theirs,
            cause=cause,
            remedy=remedy,
            found_at=at,
            healed_at=at,
        )
        for finding, remedy in findings
    ]
    return len(Difference.objects.bulk_create(rows, batch_size=500))
