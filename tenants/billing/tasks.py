"""Drafts follow the ledger by themselves: every night the running month, and the last one while late records
come.
"""

from datetime import timedelta

from celery import shared_task
from celery.schedules import crontab
from django.utils import timezone

from tenants.billing import months
from tenants.billing.actions import draft_invoice, fold_days
from tenants.context import every_tenant

DAYS_OF_LATE_RECORDS = timedelta(days=5)
SCHEDULE = {
    "billing: draft invoices": {
        "task": "tenants.billing.tasks.draft_invoices",
        "schedule": crontab(hour="3", minute="10"),
    }
}


@shared_task
def draft_invoices() -> None:
    """For every tenant, in the public schema."""
    now = timezone.now()
    for tenant in every_tenant():
        running = months.month_of(now, tenant.time_zone)
        late = months.month_of(now - DAYS_OF_LATE_RECORDS, tenant.time_zone)
        for month in sorted({running, late}):
            draft_invoice(tenant=tenant, month=month, at=now)
            fold_days(tenant=tenant, month=month)
