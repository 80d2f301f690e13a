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


@shared_task(name="closing.work_off_run")
def work_off_run(run_id: int) -> None:
    if not work_off(run_id):
        send_run(run_id)


def send_run(run_id: int) -> None:
    """Without a broker the run stands in its rows, and `take_up_runs` finds it later."""
    try:
        work_off_run.delay(run_id)
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
