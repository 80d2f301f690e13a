"""What if so many agents more served a queue: the line as it is now, played on. Reads only."""

from collections.abc import Iterable
from datetime import datetime, timedelta

from django.utils import timezone

from telephony.models import Queue, QueueStay
from telephony.queries.expected_wait import pace_of
from telephony.queries.queue_alerts import Paces, standings
from telephony.routing.staffing import Line, Prospect, prospect

AHEAD = timedelta(minutes=30)
"""How far it is played: further on nobody knows who comes."""
MEASURED = timedelta(minutes=30)
"""The calls of so long say how many will come."""


def line_now(queue: Queue, *, at: datetime) -> Line:
    """With the day's pace, and as many calls an hour as came lately."""
    midnight = timezone.localtime(at).replace(hour=0, minute=0, second=0, microsecond=0)
    standing = standings([queue.pk], at=at, paces=Paces())[0]
    pace = pace_of(queue.pk, midnight)
    came = QueueStay.objects.filter(queue=queue, entered_at__gt=at - MEASURED, entered_at__lte=at).count()
    return Line(
        waited_seconds=standing.line.waited_seconds,
        free=standing.line.free,
        working=standing.line.working,
        handle_seconds=pace.handle,
        patience_seconds=pace.patience,
        calls_per_hour=came * 3600 / MEASURED.total_seconds(),
    )


def prospects(queue: Queue, line: Line, more: Iterable[int]) -> list[Prospect]:
    """For each number of agents more, in that order; a line cannot lose more than it has."""
    wanted = [added for added in more if line.working + added >= 0]
    return [
        prospect(line, added=added, ahead_seconds=AHEAD.total_seconds(), sl_seconds=float(queue.sl_seconds))
        for added in wanted
    ]
