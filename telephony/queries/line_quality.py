"""Reads of how well lines were heard."""

from collections.abc import Iterable
from datetime import datetime
from uuid import UUID

from django.db.models import Count, F, Q, QuerySet, Sum

from telephony.models import LineQuality, QualityTerms

POOR = Q(mos__lt=F("least_mos"))
LINE_COUNTS = {
    "lines": Count("pk"),
    "poor_lines": Count("pk", filter=POOR),
    "sum_mos": Sum("mos"),
    "sum_loss": Sum("loss_percent"),
    "sum_jitter": Sum("jitter_ms"),
    "delays": Count("delay_ms"),
    "sum_delay": Sum("delay_ms"),
}
"""What a period adds up to: of these all figures of lines are made."""


def terms() -> QualityTerms:
    """The tenant's; the defaults where nobody has said anything."""
    return QualityTerms.objects.order_by("pk").first() or QualityTerms()


def line_qualities(start: datetime, end: datetime) -> QuerySet[LineQuality]:
    """Of legs that ended within [start, end)."""
    found = LineQuality.objects.filter(ended_at__gte=start, ended_at__lt=end)
    return found.select_related("agent", "leg", "leg__call", "leg__call__queue")


def quality_of_legs(leg_ids: Iterable[UUID]) -> dict[UUID, LineQuality]:
    return LineQuality.objects.in_bulk(list(leg_ids))
