"""A deletion: one operator asks, the tenant rests, another confirms; then a worker does it and certifies it."""

from datetime import datetime, timedelta

import structlog
from django.db import IntegrityError, transaction
from django.utils import timezone

from tenants.context import enter, enter_public
from tenants.leaving import deleting, errors
from tenants.leaving.actions.certificates import send_certificate
from tenants.leaving.models import Deletion
from tenants.leaving.registry import guards
from tenants.models import Tenant
from tenants.people.actions import record_audit
from tenants.people.models import Member
from tenants.provisioning.turns import try_turn

log = structlog.get_logger()

REST = timedelta(days=30)
"""Between closing and deleting: who closed the wrong one finds out in time."""
DELETING = 7_206
State = Deletion.State


def rests_until(tenant: Tenant) -> datetime:
    return tenant.state_since + REST


def refuse_while_kept(tenant: Tenant) -> None:
    """Raises IsHeld: what is on hold, or what the law keeps for longer."""
    with enter(tenant.schema_name):
        held = [sentence for guard in guards() for sentence in guard(tenant.schema_name)]
    if held:
        raise errors.IsHeld(holds=" · ".join(held)[:300])


def ask_deletion(*, tenant: Tenant, schema_typed: str, reason: str, by: Member, at: datetime) -> Deletion:
    """Raises NotClosed, NotThisName, IsHeld, DeletionAsked. Asking is possible at once, confirming after the rest."""
    if tenant.state != Tenant.State.CLOSED:
        raise errors.NotClosed
    if schema_typed.strip() != tenant.schema_name:
        raise errors.NotThisName(field="schema_typed")
    refuse_while_kept(tenant)
    if Deletion.objects.filter(tenant=tenant, state=State.DONE).exists():
        raise errors.DeletionAsked
    try:
        with enter_public(), transaction.atomic():
            deletion = Deletion.objects.create(
                tenant=tenant, reason=reason, asked_by_id=by.pk, asked_by=str(by)[:120], asked_at=at
            )
    except IntegrityError:
        raise errors.DeletionAsked from None
    record_audit(verb="asked for a deletion", subject=tenant, actor=by, reason=reason)
    return deletion


@transaction.atomic
def withdraw_deletion(*, deletion_id: int, by: Member, at: datetime) -> None:
    """Either of the two, as long as nobody has confirmed."""
    deletion = _locked(deletion_id)
    if deletion.state != State.ASKED:
        return
    deletion.state, deletion.answered_at, deletion.answered_by = State.WITHDRAWN, at, str(by)[:120]
    deletion.answered_by_id = by.pk
    deletion.save()
    record_audit(verb="withdrew a deletion", subject=deletion.tenant, actor=by)


@transaction.atomic
def confirm_deletion(*, deletion_id: int, by: Member, at: datetime) -> Deletion:
    """The second person's word. Raises OtherPersonNeeded, StillRests, IsHeld. From here on there is no way back."""
    deletion = _locked(deletion_id)
    if deletion.state != State.ASKED:
        return deletion
    if deletion.asked_by_id == by.pk:
        raise errors.OtherPersonNeeded
    if at < (until := rests_until(deletion.tenant)):
        raise errors.StillRests(until=f"{until:%Y-%m-%d %H:%M}")
    refuse_while_kept(deletion.tenant)
    deletion.state, deletion.answered_at = State.RUNNING, at
    deletion.answered_by_id, deletion.answered_by = by.pk, str(by)[:120]
    deletion.save()
    record_audit(verb="confirmed a deletion", subject=deletion.tenant, actor=by, reason=deletion.reason)
    return deletion


def run_deletion(*, deletion_id: int) -> str:
    """The steps that are not done yet. What fails is kept as words and tried again by beat."""
    with enter_public(), try_turn(DELETING, deletion_id) as is_ours:
        deletion = Deletion.objects.select_related("tenant", "house_ask").filter(pk=deletion_id).first()
        if not is_ours or deletion is None or deletion.state != State.RUNNING:
            return deletion.state if deletion else ""
        for name, step in deleting.STEPS.items():
            if name in deletion.steps:
                continue
            _keep(deletion, beat_at=timezone.now())
            try:
                counts = step(deletion.tenant, timezone.now())
            except Exception as problem:
                # The row is where operators look; the rest is tried again in a minute or two.
                log.exception(
                    "A step of deleting a tenant failed", step=name, schema=deletion.tenant.schema_name
                )
                _keep(deletion, problem=f"{name}: {type(problem).__name__} {problem}"[:500])
                return deletion.state
            _keep(deletion, steps=deletion.steps | {name: counts}, problem="")
        return _done(deletion)


@transaction.atomic
def _done(deletion: Deletion) -> str:
    at = timezone.now()
    _keep(deletion, state=State.DONE, ended_at=at, certificate=deleting.certificate(deletion, at))
    record_audit(
        verb="deleted",
        subject=deletion.tenant,
        after={"certificate": deletion.pk, "signature": deletion.certificate["signature"]},
        reason=deletion.reason,
    )
    send_certificate(deletion=deletion, at=at)
    return deletion.state


def _keep(deletion: Deletion, **values: object) -> None:
    for name, value in values.items():
        setattr(deletion, name, value)
    deletion.save(update_fields=list(values))


def _locked(deletion_id: int) -> Deletion:
    found = Deletion.objects.select_for_update(of=("self",)).select_related("tenant")
    deletion = found.filter(pk=deletion_id).first()
    if deletion is None:
        raise errors.DeletionNotFound
    return deletion
