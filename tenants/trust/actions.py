"""Checks of the audit log's chain, written down with who asked and what was found."""

import time
from datetime import datetime

import structlog
from django.db import transaction

from tenants.context import current_schema
from tenants.people.acting import acting_now
from tenants.people.actions import record_audit
from tenants.trust import chain
from tenants.trust.models import AuditCheck, AuditPending

log = structlog.get_logger()
AUDIT_LOG = "trust.auditlink"


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


def note_export(*, form: str, first: int, last: int, head: str) -> None:
    """Asked for before anything is sent, so that the export's own entry is not in it."""
    record_audit(
        verb="exported audit log",
        subject=AUDIT_LOG,
        after={"format": form, "first": first, "last": last, "head": head},
    )
