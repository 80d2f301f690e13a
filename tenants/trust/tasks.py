"""Celery shells of proof: chains are looked at each night, and entries that wait are linked every ten minutes."""

import structlog
from celery import shared_task
from celery.schedules import crontab
from django.utils import timezone

from tenants.context import enter, enter_public, every_tenant
from tenants.people.models import Member
from tenants.tasks import for_every_tenant, tenant_task
from tenants.trust import actions

log = structlog.get_logger()


@tenant_task(name="trust.check_chain")
def check_chain() -> bool:
    return actions.check_chain(at=timezone.now()).is_whole


@tenant_task(name="trust.prove", expires=600)
def prove(run_id: int, member_id: int) -> int:
    return actions.run_proof(run_id=run_id, owner=Member.objects.get(pk=member_id)).leaks


@shared_task(name="trust.check_chains")
def check_chains() -> int:
    """The operators' own log as well."""
    with enter_public():
        check_chain.delay()
    return for_every_tenant(check_chain)


@shared_task(name="trust.seal_waiting", expires=590)
def seal_waiting() -> int:
    """One short read each; only where two wrote at the same moment and nobody since is there anything to do."""
    sealed = 0
    with enter_public():
        sealed += actions.seal_waiting_entries()
    for tenant in every_tenant():
        try:
            with enter(tenant.schema_name):
                sealed += actions.seal_waiting_entries()
        except Exception:
            # One tenant's trouble must not leave the others' entries unlinked.
            log.exception("Entries of an audit log could not be linked", schema=tenant.schema_name)
    return sealed


SCHEDULE = {
    "trust: check the audit logs": {"task": "trust.check_chains", "schedule": crontab(hour="2", minute="41")},
    "trust: link what waits": {"task": "trust.seal_waiting", "schedule": 600.0},
}
