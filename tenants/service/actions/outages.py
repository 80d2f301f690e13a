"""An outage of what counts opens an urgent case by itself, and whoever is on call is called."""

from datetime import datetime, timedelta

from tenants.context import enter_public
from tenants.service.actions.cases import open_case
from tenants.service.models import Case, PartSpan
from tenants.service.models.cases import Severity
from tenants.service.parts import COUNTED, NAMES

LASTS = timedelta(seconds=30)
"""Three looks: what is over by then was a restart."""


def follow_outages(*, at: datetime) -> int:
    """One case for what is down together; how many were opened."""
    with enter_public():
        down = PartSpan.objects.filter(state=PartSpan.State.DOWN, ended_at=None, part__in=COUNTED)
        lasting = list(down.filter(began_at__lte=at - LASTS).order_by("began_at", "pk"))
        known = Case.objects.filter(
            channel=Case.Channel.WATCH, state__in=(Case.State.OPEN, Case.State.WAITING)
        )
        if not lasting or known.exists():
            return 0
        first = lasting[0]
        if Case.objects.filter(outage=first, channel=Case.Channel.WATCH).exists():
            return 0
        what = ", ".join(f"{NAMES[row.part]} {row.place}".strip() for row in lasting)
        said = [f"{row.began_at:%Y-%m-%d %H:%M:%S} UTC {row.part} {row.place} {row.said}" for row in lasting]
        open_case(
            tenant=None, channel=Case.Channel.WATCH, severity=Severity.URGENT, subject=what, at=at,
            text="\n".join(said), outage=first,
        )  # fmt: skip
    return 1
