"""Every write about people: the audit log, members, sessions and tokens."""

from django.db import models
from django.utils import timezone

from tenants.context import current_schema
from tenants.people.acting import acting_now
from tenants.people.audit import plain, subject_of
from tenants.people.models import AuditEntry, Member


def record_audit(
    *,
    verb: str,
    subject: models.Model | str,
    actor: Member | None = None,
    before: dict | None = None,
    after: dict | None = None,
    address: str | None = None,
    reason: str = "",
) -> AuditEntry:
    """Write down a change of consequence in the current schema. Actor and address default to the request's."""
    now = acting_now()
    who = actor if actor is not None else now.member
    key, name = subject_of(subject)
    return AuditEntry.objects.create(
        at=timezone.now(),
        actor=who if who is not None and who.home_schema == current_schema() else None,
        actor_name=_name_of(who),
        address=address or now.address,
        verb=verb[:60],
        subject=key,
        subject_name=name,
        before=plain(before) if before is not None else None,
        after=plain(after) if after is not None else None,
        reason=reason[:300],
    )


def _name_of(who: Member | None) -> str:
    """An operator inside a tenant is named as such; his id would mean somebody else there."""
    if who is None:
        return ""
    return str(who) if who.home_schema == current_schema() else f"{who} · operator"


