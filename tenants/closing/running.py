"""Works off a run: whoever is told to, one tenant after the other, until nothing waits or its turn is over."""

import time
from datetime import datetime, timedelta

import structlog
from django.db import InterfaceError, OperationalError
from django.utils import timezone

from tenants.closing.actions.closes import close_step, fail_step, finish_run, note_life
from tenants.closing.models import Close, CloseRun

log = structlog.get_logger()

TURN_SECONDS = 50.0
"""How long one task works before it makes room."""
DEAD_AFTER = timedelta(minutes=2)
"""A run that gave no sign of life for so long has nobody who works at it."""


def work_off(run_id: int) -> bool:
    """True when the run is over, False when more is to be done. Two at once share the work."""
    until = time.monotonic() + TURN_SECONDS
    waiting = Close.objects.filter(run=run_id, run__state=CloseRun.State.RUNNING, state=Close.State.WAITING)
    for close_id in waiting.order_by("tenant__name", "pk").values_list("pk", flat=True):
        if time.monotonic() >= until:
            return False
        note_life(run_id=run_id, at=timezone.now())
        _step(close_id)
    return finish_run(run_id=run_id, at=timezone.now())


def _step(close_id: int) -> None:
    try:
        close_step(close_id=close_id, at=timezone.now())
    except (OperationalError, InterfaceError):
        # The database is away: nothing was done, and the run is taken up again.
        raise
    except Exception:
        log.exception("A month could not be closed", close_id=close_id)
        fail_step(close_id=close_id)


def left_behind(at: datetime) -> list[int]:
    """Runs whose worker died, or whose task was lost."""
    rows = CloseRun.objects.filter(state=CloseRun.State.RUNNING).values_list("pk", "alive_at", "asked_at")
    return [pk for pk, alive_at, asked_at in rows if (alive_at or asked_at) < at - DEAD_AFTER]
