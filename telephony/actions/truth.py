"""Where our rows and the switch differ: written down when found, closed when it is so again."""

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from django.db import transaction
from django.db.models import DurationField, ExpressionWrapper, F, Window
from django.db.models.functions import RowNumber, TruncDay

from telephony import events
from telephony.models import Difference
from tenants.events import emit

WHOLE_FOR = timedelta(days=7)
"""How long every difference is kept."""
KEPT_FOR = timedelta(days=90)
KEPT_A_DAY = 20
"""Of each kind and day after that: those that took longest to heal."""


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


@transaction.atomic
def thin_differences(*, at: datetime) -> int:
    """Old ones say less each day, and a bad day may have left thousands. What is open stays. The number deleted."""
    healed = Difference.objects.filter(healed_at__isnull=False)
    gone = healed.filter(found_at__lt=at - KEPT_FOR)
    count = gone.order_by().delete()[0]
    took = ExpressionWrapper(F("healed_at") - F("found_at"), DurationField())
    place = Window(
        RowNumber(), partition_by=[F("kind"), TruncDay("found_at")], order_by=[took.desc(), F("pk").asc()]
    )
    ranked = healed.filter(found_at__lt=at - WHOLE_FOR).order_by().annotate(place=place)
    many = list(ranked.filter(place__gt=KEPT_A_DAY).values_list("pk", flat=True))
    return count + Difference.objects.filter(pk__in=many).order_by().delete()[0]
