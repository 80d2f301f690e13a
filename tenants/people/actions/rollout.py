"""The plan of the rollout: steps added, done by whoever answers for them, accepted by the project manager."""

from datetime import date, datetime

from django.db import transaction

from tenants.people.actions import record_audit
from tenants.people.errors import NotDoneYet, NotTheirStep
from tenants.people.models import Member, RolloutStep
from tenants.people.policies import can_run_rollout


@transaction.atomic
def add_step(*, title: str, note: str, responsible: Member | None, due_on: date | None) -> RolloutStep:
    step = RolloutStep.objects.create(title=title, note=note, responsible=responsible, due_on=due_on)
    record_audit(verb="added", subject=step, after={"due_on": due_on, "responsible": str(responsible or "")})
    return step


@transaction.atomic
def note_done(*, step_id: int, by: Member, at: datetime) -> None:
    """Raises NotTheirStep."""
    step = RolloutStep.objects.select_for_update().get(pk=step_id)
    if step.responsible_id != by.pk and not can_run_rollout(by):
        raise NotTheirStep
    if step.done_at is None:
        step.done_at = at
        step.save(update_fields=["done_at"])
        record_audit(verb="finished", subject=step)


@transaction.atomic
def accept_step(*, step_id: int, by: Member, at: datetime) -> None:
    """Raises NotDoneYet."""
    step = RolloutStep.objects.select_for_update().get(pk=step_id)
    if step.done_at is None:
        raise NotDoneYet
    if step.accepted_at is None:
        step.accepted_at, step.accepted_by = at, by
        step.save(update_fields=["accepted_at", "accepted_by"])
        record_audit(verb="accepted", subject=step)


@transaction.atomic
def reopen_step(*, step_id: int) -> None:
    """Not good enough: open again, with nobody's acceptance."""
    step = RolloutStep.objects.select_for_update().get(pk=step_id)
    if step.done_at is not None:
        step.done_at = step.accepted_at = step.accepted_by = None
        step.save(update_fields=["done_at", "accepted_at", "accepted_by"])
        record_audit(verb="reopened", subject=step)


@transaction.atomic
def drop_step(*, step_id: int) -> None:
    step = RolloutStep.objects.filter(pk=step_id).first()
    if step is not None:
        record_audit(verb="deleted", subject=step)
        step.delete()
