"""Celery shells of closing. All in the public schema."""

import structlog
from celery import shared_task
from celery.schedules import crontab
from django.utils import timezone
from kombu.exceptions import OperationalError

from tenants.closing.actions.reminders import remind
from tenants.closing.running import left_behind, work_off
from tenants.closing.telling import tell_due
from tenants.context import every_tenant

log = structlog.get_logger()


HANDS = 2
"""Tasks that share a run. More would wait for each other's bill numbers, and other work needs its turn."""
PAUSE_SECONDS = 1
"""Before a hand goes on: what is left may be the one tenant another hand is at."""


@shared_task(name="closing.work_off_run")
def work_off_run(run_id: int) -> None:
    if not work_off(run_id):
        _send_hand(run_id, PAUSE_SECONDS)


def send_run(run_id: int) -> None:
    """Without a broker the run stands in its rows, and `take_up_runs` finds it later."""
    for _hand in range(HANDS):
        _send_hand(run_id)


def _send_hand(run_id: int, in_seconds: int = 0) -> None:
    try:
        work_off_run.apply_async((run_id,), countdown=in_seconds)
    except OperationalError:
        log.warning("A close waits because the task queue is away", run_id=run_id)


@shared_task(name="closing.take_up_runs")
def take_up_runs() -> int:
    """Runs whose worker died or whose task was lost."""
    found = left_behind(timezone.now())
    for run_id in found:
        send_run(run_id)
    return len(found)


@shared_task(name="closing.remind_everybody")
def remind_everybody() -> int:
    """One tenant's trouble is not another's."""
    count = 0
    for tenant in every_tenant():
        try:
            count += len(remind(tenant_id=tenant.pk, at=timezone.now()))
        except Exception:
            log.exception("A tenant could not be reminded", tenant_id=tenant.pk)
    return count


@shared_task(name="closing.tell_receivers")
def tell_receivers() -> int:
    return tell_due()


SCHEDULE = {
    "closing: take up runs": {"task": "closing.take_up_runs", "schedule": 60.0},
    "closing: remind": {"task": "closing.remind_everybody", "schedule": crontab(hour="1", minute="40")},
    "closing: tell receivers": {
        "task": "closing.tell_receivers",
        "schedule": 30.0,
        "options": {"expires": 30},
    },
}
