"""What the canary found on its way through a number, written down; old rounds are forgotten."""

import json
import time
from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any

import redis
import structlog
from django.conf import settings
from django.db import transaction

from telephony.events import NumberBroke, NumberMended
from telephony.models import FlowCheck, FlowVersion
from telephony.queries.canary import KEY, STALE
from tenants.events import emit

log = structlog.get_logger()

FAULTS_KEPT = timedelta(days=14)
REST_KEPT = timedelta(days=1)
Outcome = FlowCheck.Outcome


@transaction.atomic
def keep_check(
    *,
    number: str,
    version: FlowVersion | None,
    steps: Sequence[dict[str, Any]],
    started_at: datetime,
    ended_at: datetime,
) -> FlowCheck:
    """`steps`: [{"step", "is_ok", "problem"}] in the order they were tried; the first that is not names the fault.

    Who listens is told of a change alone: a number that stays broken breaks once.
    """
    broken = next((step for step in steps if not step["is_ok"]), None)
    before = FlowCheck.objects.filter(number=number).order_by("-started_at").values_list("outcome", flat=True)
    was_broken = before.first() == Outcome.FAILED
    _forget(number, started_at)
    check = FlowCheck.objects.create(
        number=number,
        version=version,
        started_at=started_at,
        ended_at=ended_at,
        outcome=Outcome.FAILED if broken else Outcome.PASSED,
        step=broken["step"][:80] if broken else "",
        problem=broken["problem"][:200] if broken else "",
        steps=list(steps),
    )
    if broken and not was_broken:
        log.error(
            "The canary found a number broken.",
            check=check.pk,
            step=broken["step"].partition(":")[0],
            problem=broken["problem"],
        )
        emit(NumberBroke(occurred_at=ended_at, check_id=check.pk))
    elif was_broken and not broken:
        emit(NumberMended(occurred_at=ended_at, check_id=check.pk))
    return check


def _forget(number: str, now: datetime) -> None:
    old = FlowCheck.objects.filter(number=number)
    old.filter(started_at__lt=now - REST_KEPT).exclude(outcome=Outcome.FAILED).delete()
    old.filter(started_at__lt=now - FAULTS_KEPT).delete()


def show_round(*, checked: int, broken: int, seconds: float) -> None:
    """Leaves a whole round's figures for /metrics; a missing Redis costs the figures and nothing else."""
    said = {"at": time.time(), "checked": checked, "broken": broken, "seconds": round(seconds, 1)}
    store = redis.Redis.from_url(settings.REDIS_URL, socket_timeout=0.5, socket_connect_timeout=0.5)
    try:
        store.set(KEY, json.dumps(said), ex=int(STALE.total_seconds()))
    except (redis.RedisError, OSError):
        log.warning("What the canary found could not be left in Redis.")
    finally:
        store.close()
