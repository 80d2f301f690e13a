"""An outage of what counts opens an urgent case by itself, and whoever is on call is called; what only watchers outside
do not reach opens one that wakes nobody, unless it counts.
"""

from datetime import datetime, timedelta

from tenants.context import enter_public
from tenants.service.actions.cases import open_case
from tenants.service.models import Case, PartSpan
from tenants.service.models.cases import Severity
from tenants.service.parts import COUNTED, NAMES, OUTSIDE

LASTS = timedelta(seconds=30)
"""Three looks: what is over by then was a restart."""
LASTS_OUTSIDE = timedelta(seconds=60)
"""What lies between a watcher and us stumbles more often than we do."""
TOLD_LATE = timedelta(days=1)
"""What could not be delivered while it lasted makes a case afterwards, if not too long afterwards."""


def follow_outages(*, at: datetime) -> int:
    """One case for what is down together; how many were opened."""
    with enter_public():
        down = PartSpan.objects.filter(state=PartSpan.State.DOWN, ended_at=None, part__in=COUNTED)
        lasting = list(down.filter(began_at__lte=at - LASTS).order_by("began_at", "pk"))
        known = Case.objects.filter(
            channel=Case.Channel.WATCH, state__in=(Case.State.OPEN, Case.State.WAITING)
        ).exclude(outage__part__in=OUTSIDE)
        if not lasting or known.exists():
            return 0
        first = lasting[0]
        if Case.objects.filter(outage=first, channel=Case.Channel.WATCH).exists():
            return 0
        _open(lasting, Severity.URGENT, at)
    return 1


def follow_outside(*, at: datetime) -> int:
    """One case for what watchers outside do not reach; the next one when that is solved. How many were opened."""
    with enter_public():
        of_watchers = Case.objects.filter(channel=Case.Channel.WATCH, outage__part__in=OUTSIDE)
        if of_watchers.filter(state__in=(Case.State.OPEN, Case.State.WAITING)).exists():
            return 0
        last = of_watchers.order_by("-pk").first()
        since = max(at - TOLD_LATE, (last.resolved_at or last.opened_at) if last else at - TOLD_LATE)
        down = PartSpan.objects.filter(state=PartSpan.State.DOWN, part__in=OUTSIDE, began_at__gt=since)
        rows = [row for row in down.order_by("began_at", "pk") if row.end(at) - row.began_at >= LASTS_OUTSIDE]
        if not rows:
            return 0
        is_urgent = any(row.is_counted and row.ended_at is None for row in rows)
        _open(rows, Severity.URGENT if is_urgent else Severity.NORMAL, at)
    return 1


def _open(rows: list[PartSpan], severity: str, at: datetime) -> None:
    what = ", ".join(dict.fromkeys(f"{NAMES[row.part]} {row.place}".strip() for row in rows))
    said = [f"{row.began_at:%Y-%m-%d %H:%M:%S} UTC {row.part} {row.place} {row.said}" for row in rows]
    open_case(
        tenant=None, channel=Case.Channel.WATCH, severity=severity, subject=what, at=at, text="\n".join(said),
        outage=rows[0],
    )  # fmt: skip
