"""Celery shells of webhooks. They have a queue of their own, `hooks`: however slow receivers are, other tasks go on."""

from celery import shared_task
from celery.schedules import crontab
from django.db import transaction
from django.utils import timezone

from tenants.context import current_schema, enter, every_tenant
from tenants.hooks import actions, marks, queries, tally
from tenants.hooks.claims import is_anything_due
from tenants.hooks.models import Endpoint
from tenants.hooks.sending import send_due
from tenants.hooks.waking import QUEUE, TASK, send_soon
from tenants.tasks import for_every_tenant, tenant_task


@tenant_task(name=TASK)
def send() -> bool:
    """One turn; when there is more, at the end of the queue again, behind the other tenants."""
    is_more = send_due()
    if is_more:
        send_soon(current_schema())
    return is_more


@shared_task(name="hooks.look")
def look() -> int:
    """Tries that are due again, and words that were lost."""
    count = 0
    for tenant in every_tenant():
        with enter(tenant.schema_name):
            if is_anything_due(timezone.now()):
                send_soon(tenant.schema_name)
                count += 1
    return count


@shared_task(name="hooks.count")
def count_up() -> None:
    """The figures of /metrics, and endpoints for which too much waits."""
    waiting, oldest, stopped = 0, 0.0, 0
    now = timezone.now()
    for tenant in every_tenant():
        with enter(tenant.schema_name):
            _stop_overflowing()
            found = queries.backlog()
        waiting, stopped = waiting + found.waiting, stopped + found.stopped
        if found.oldest_at:
            oldest = max(oldest, (now - found.oldest_at).total_seconds())
    tally.remember(waiting=waiting, oldest_seconds=oldest, stopped=stopped)


@transaction.atomic
def _stop_overflowing() -> None:
    for endpoint in queries.overflowing(actions.MOST_WAITING):
        marks.stop(Endpoint.objects.select_for_update().get(pk=endpoint.pk), "too_many", timezone.now())


@tenant_task(name="hooks.forget_old")
def forget_old() -> int:
    return actions.forget_old(at=timezone.now())


@shared_task(name="hooks.forget_old_everywhere")
def forget_old_everywhere() -> int:
    return for_every_tenant(forget_old)


SCHEDULE = {
    "webhooks: look what is due": {
        "task": "hooks.look",
        "schedule": 5.0,
        "options": {"queue": QUEUE, "expires": 5},
    },
    "webhooks: count": {"task": "hooks.count", "schedule": 60.0},
    "webhooks: forget old deliveries": {
        "task": "hooks.forget_old_everywhere",
        "schedule": crontab(minute="23"),
    },
}
