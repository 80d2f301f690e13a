"""Checks of the audit log's chain, written down with who asked and what was found."""

import time
from datetime import datetime, timedelta

import structlog
from django.db import transaction
from django.utils import timezone

from tenants.context import current_schema
from tenants.people.acting import acting_now
from tenants.people.actions import record_audit
from tenants.people.models import Member
from tenants.trust import chain, proving
from tenants.trust.models import AuditCheck, AuditPending, ProofRun

log = structlog.get_logger()
AUDIT_LOG = "trust.auditlink"
GIVEN_UP_AFTER = timedelta(minutes=15)
"""A proof whose worker died is not waited for."""


@transaction.atomic
def seal_waiting_entries() -> int:
    """Links what waits. Repeating it does nothing."""
    return chain.seal_waiting(current_schema()) if AuditPending.objects.exists() else 0


def check_chain(*, at: datetime) -> AuditCheck:
    """Every entry worked out again. A break is written into the log itself and said in ours."""
    seal_waiting_entries()
    began, who = time.monotonic(), acting_now().member
    found = chain.proved()
    check = AuditCheck.objects.create(
        at=at,
        by_name=str(who)[:120] if who else "",
        seconds=round(time.monotonic() - began, 3),
        **vars(found),
    )
    if not check.is_whole:
        log.error(
            "The chain of the audit log is broken",
            schema=current_schema(),
            problem=check.problem,
            position=check.broken_at,
            entry=check.broken_entry,
        )
        broken = {"problem": check.problem, "position": check.broken_at, "entry": check.broken_entry}
        record_audit(verb="audit log broken", subject=AUDIT_LOG, after=broken)
    return check


@transaction.atomic
def ask_for_proof(*, by: Member, at: datetime) -> ProofRun:
    """The one that waits or runs already, or a new one."""
    running = ProofRun.objects.filter(
        state__in=(ProofRun.State.ASKED, ProofRun.State.RUNNING), asked_at__gt=at - GIVEN_UP_AFTER
    )
    found = running.first()
    if found:
        return found
    run = ProofRun.objects.create(asked_at=at, asked_by=str(by)[:120])
    record_audit(verb="asked for proof", subject=run, actor=by)
    return run


def run_proof(*, run_id: int, owner: Member) -> ProofRun:
    """Asks everything; a minute or so. What could not even begin is said so."""
    run = ProofRun.objects.get(pk=run_id)
    if run.state != ProofRun.State.ASKED:
        return run
    run.state, run.started_at = ProofRun.State.RUNNING, timezone.now()
    run.save(update_fields=["state", "started_at"])
    try:
        run.results = proving.prove(owner)
        run.state = ProofRun.State.DONE
    except Exception:
        # Whatever it was, the owner must not be left to believe that nothing leaked.
        log.exception("A house could not be tried with a canary", schema=current_schema())
        run.state = ProofRun.State.FAILED
    outcomes = [result["outcome"] for result in run.results]
    run.probes, run.ended_at = len(outcomes), timezone.now()
    run.leaks, run.broken = outcomes.count(proving.LEAKED), outcomes.count(proving.BROKEN)
    run.save()
    if run.leaks:
        log.error("A house sees the canary of another", schema=current_schema(), leaks=run.leaks)
    record_audit(
        verb="proved isolation", subject=run, actor=owner, after={"probes": run.probes, "leaks": run.leaks}
    )
    return run


def note_export(*, form: str, first: int, last: int, head: str) -> None:
    """Asked for before anything is sent, so that the export's own entry is not in it."""
    record_audit(
        verb="exported audit log",
        subject=AUDIT_LOG,
        after={"format": form, "first": first, "last": last, "head": head},
    )
