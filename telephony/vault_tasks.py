"""Celery shells of the vault: each minute what is due, each night what takes long; tenants travel by tenants.tasks."""

import time
from collections.abc import Callable
from datetime import timedelta

import structlog
from celery import shared_task
from celery.schedules import crontab
from django.utils import timezone
from kombu.exceptions import OperationalError

from telephony.actions.recording_room import measure_room
from telephony.actions.retention import run_retention
from telephony.actions.sealing import keep_due_sounds
from telephony.actions.sound_alarms import prove_sounds
from telephony.actions.storing import forget_leftovers
from telephony.actions.vault_intake import take_in_sounds
from telephony.actions.vault_keys import rewrap_keys
from telephony.actions.vault_works import carry_on
from telephony.queries.custody import proved_chain
from telephony.queries.vault import stalled_work
from telephony.queries.vault_signs import leave_figures, vault_figures
from tenants.context import current_schema
from tenants.people.actions import record_audit
from tenants.tasks import for_every_closed_tenant, for_every_tenant, tenant_task

log = structlog.get_logger()

TURN = 50.0
"""Seconds after which a task of the minute leaves the rest to the next one."""
PROOF_TURN = 30 * 60.0
PROVED_EVERY = timedelta(days=30)
WORK_STALLS_AFTER = 90.0


@tenant_task(name="telephony.keep_vault")
def keep_vault() -> int:
    """What the switch has written is sealed, moved, measured; what no sound needs is deleted."""
    until = _after(TURN)
    rewrap_keys()
    take_in_sounds(at=timezone.now())
    done = keep_due_sounds(at=timezone.now, until=until)
    forget_leftovers(at=timezone.now())
    measure_room(at=timezone.now())
    leave_figures(current_schema(), vault_figures())
    work = stalled_work(timezone.now(), seconds=WORK_STALLS_AFTER)
    if work is not None:
        work_on_vault.delay(work.pk)
    return done


@tenant_task(name="telephony.work_on_vault")
def work_on_vault(work_id: int) -> bool:
    """A part of a long work; it sends itself on. One that was lost is taken up by the task of the minute."""
    is_over = carry_on(work_id=work_id, at=timezone.now, until=_after(TURN))
    if not is_over:
        work_on_vault.apply_async((work_id,), countdown=1)
    return is_over


def work_soon(work_id: int) -> None:
    """Without a broker the task of the minute takes it up."""
    try:
        work_on_vault.delay(work_id)
    except OperationalError:
        log.warning("A work on recordings waits because the task queue is away.")


@tenant_task(name="telephony.prove_vault")
def prove_vault() -> int:
    """Each sound is read whole at least once in thirty days, and the ledger from its first entry each night."""
    take_in_sounds(at=timezone.now(), is_thorough=True)
    proved, alarms = prove_sounds(at=timezone.now(), older_than=PROVED_EVERY, until=_after(PROOF_TURN))
    chain = proved_chain()
    if chain.broken_at is not None:
        record_audit(verb="custody ledger broken", subject="recordings", after={"position": chain.broken_at})
        log.error("The custody ledger was changed.", position=chain.broken_at)
    elif chain.entries:
        # Kept outside the ledger: whoever cuts off its end cannot make this unsaid.
        record_audit(
            verb="proved custody ledger",
            subject="recordings",
            after={"entries": chain.entries, "hash": chain.head},
        )
    log.info("Recorded sounds were proved.", proved=proved, alarms=alarms)
    return alarms


@tenant_task(name="telephony.delete_old_sounds")
def delete_old_sounds() -> int:
    """Of a closed tenant too, whose storages are asked for what they did not delete before."""
    forget_leftovers(at=timezone.now())
    return run_retention(at=timezone.now(), until=_after(PROOF_TURN)).deleted


@shared_task(name="telephony.keep_vaults", expires=60)
def keep_vaults() -> int:
    return for_every_tenant(keep_vault)


@shared_task(name="telephony.prove_vaults")
def prove_vaults() -> int:
    return for_every_tenant(prove_vault)


@shared_task(name="telephony.delete_old_sounds_everywhere")
def delete_old_sounds_everywhere() -> int:
    return for_every_tenant(delete_old_sounds) + for_every_closed_tenant(delete_old_sounds)


def _after(seconds: float) -> Callable[[], bool]:
    end = time.monotonic() + seconds
    return lambda: time.monotonic() >= end


SCHEDULE = {
    "keep vaults": {"task": "telephony.keep_vaults", "schedule": 60.0},
    "prove vaults": {"task": "telephony.prove_vaults", "schedule": crontab(hour=1, minute=20)},
    "delete old sounds": {
        "task": "telephony.delete_old_sounds_everywhere",
        "schedule": crontab(hour=2, minute=40),
    },
}
