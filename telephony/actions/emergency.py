"""Emergency plans: prepared, switched on and off with one click, drilled.

In effect for the next call at once: each call asks anew. The worker is told to write the switch's own list of numbers
again, for the times when our web does not answer.
"""

from datetime import datetime
from typing import Any

from django.db import transaction

from telephony.actions.setup import floor_changed
from telephony.errors import (
    AlreadySwitchedOn,
    BackupLeadsBack,
    BackupNumberImpossible,
    DrillGoesOn,
    EmergencyPlanExists,
    EmergencyQueueMissing,
    NoEmergencyPlan,
    NoOutsideLine,
    PlanIsOn,
)
from telephony.models import EmergencyPlan, EmergencySwitch, Entry, Queue
from telephony.queries.emergency import DRILL_LIMIT, RUNNING, has_outside_line
from tenants import queries as tenant_queries
from tenants.context import current_tenant, enter_public
from tenants.numbers import to_e164
from tenants.people.actions import record_audit
from tenants.people.policies import Member

Action = EmergencyPlan.Action
STALE = "not_ended"


@transaction.atomic
def save_emergency_plan(
    *,
    plan_id: int | None = None,
    entry_id: int | None,
    action: str,
    backup_number: str = "",
    queue_id: int | None = None,
) -> EmergencyPlan:
    """Make or change a plan; `entry_id` None: for every number. What the action does not need is emptied.

    Raises BadInput for an action that could not be carried out, and PlanIsOn while callers go by it.
    """
    plan = _locked(plan_id) if plan_id else EmergencyPlan()
    if plan.is_on:
        raise PlanIsOn
    before = _values(plan) if plan_id else None
    plan.entry_id, plan.action = _known_entry(entry_id), Action(action)
    plan.backup_number = _outside(backup_number) if action == Action.BACKUP_LINE else ""
    plan.queue_id = _known_queue(queue_id) if action == Action.QUEUE else None
    if EmergencyPlan.objects.filter(entry_id=plan.entry_id).exclude(pk=plan.pk).exists():
        raise EmergencyPlanExists
    plan.save()
    record_audit(verb="changed" if plan_id else "added", subject=plan, before=before, after=_values(plan))
    return plan


@transaction.atomic
def delete_emergency_plan(*, plan_id: int) -> None:
    plan = _locked(plan_id)
    if plan.is_on:
        raise PlanIsOn
    record_audit(verb="deleted", subject=plan, before=_values(plan))
    plan.delete()


@transaction.atomic
def switch_emergency(
    *, plan_id: int, is_on: bool, by: Member | None, at: datetime, reason: str = ""
) -> EmergencySwitch | None:
    """On or off, from the next call on; calls that are here stay as they are. None when it was so already.

    `by` None: an operator, whom the audit log names.
    """
    plan = _locked(plan_id)
    if plan.is_on == is_on:
        return None
    if is_on:
        _refuse_impossible(plan)
    plan.is_on, plan.switched_at = is_on, at
    plan.save(update_fields=["is_on", "switched_at"])
    _end_drills(plan, at)
    made = EmergencySwitch.objects.create(plan=plan, is_on=is_on, asked_at=at, by=by)
    verb = "emergency switched on" if is_on else "emergency switched off"
    record_audit(verb=verb, subject=plan, after=_values(plan), reason=reason)
    floor_changed()
    return made


@transaction.atomic
def begin_drill(*, plan_id: int, by: Member | None, at: datetime) -> EmergencySwitch:
    """From now on calls go the plan's way, until end_drill, and DRILL_LIMIT at most whatever happens to us."""
    plan = _locked(plan_id)
    if plan.is_on:
        raise AlreadySwitchedOn
    _refuse_impossible(plan)
    running = plan.switches.filter(is_drill=True, outcome=RUNNING)
    if running.filter(asked_at__gt=at - DRILL_LIMIT).exists():
        raise DrillGoesOn
    _end_drills(plan, at)
    made = EmergencySwitch.objects.create(
        plan=plan, is_on=True, is_drill=True, asked_at=at, outcome=RUNNING, by=by
    )
    record_audit(verb="emergency drilled", subject=plan, after=_values(plan))
    return made


@transaction.atomic
def end_drill(*, switch_id: int, effective_at: datetime | None, seconds: float | None, outcome: str) -> None:
    """Callers go their usual way again. Once only: a drill that was ended keeps what it found."""
    drill = EmergencySwitch.objects.select_for_update(no_key=True).get(pk=switch_id)
    if drill.outcome != RUNNING:
        return
    drill.effective_at, drill.seconds, drill.outcome = effective_at, seconds, outcome[:80]
    drill.save(update_fields=["effective_at", "seconds", "outcome"])


@transaction.atomic
def note_switch_effect(
    *, switch_id: int, effective_at: datetime | None, seconds: float | None, outcome: str
) -> None:
    """How long it took until the switch was told the new way."""
    EmergencySwitch.objects.filter(pk=switch_id, is_drill=False).update(
        effective_at=effective_at, seconds=seconds, outcome=outcome[:80]
    )


def _locked(plan_id: int) -> EmergencyPlan:
    plan = EmergencyPlan.objects.select_for_update(no_key=True).filter(pk=plan_id).first()
    if plan is None:
        raise NoEmergencyPlan
    return plan


def _values(plan: EmergencyPlan) -> dict[str, Any]:
    return {
        "number": plan.entry.number_e164 if plan.entry else "*",
        "action": str(plan.action),
        "backup_number": plan.backup_number,
        "queue": plan.queue.name if plan.queue else "",
        "is_on": plan.is_on,
    }


def _known_entry(entry_id: int | None) -> int | None:
    if entry_id is not None and not Entry.objects.filter(pk=entry_id).exists():
        raise NoEmergencyPlan
    return entry_id


def _known_queue(queue_id: int | None) -> int:
    queue = Queue.objects.filter(pk=queue_id).first() if queue_id else None
    if queue is None:
        raise EmergencyQueueMissing(field="queue")
    return queue.pk


def _outside(typed: str) -> str:
    """The backup number as it is dialled. Refused when it is none, or answered by this installation: a loop."""
    if not has_outside_line():
        raise NoOutsideLine(field="action")
    number = to_e164(typed, str(current_tenant().country))
    if number is None:
        raise BackupNumberImpossible(field="backup_number")
    with enter_public():
        owner = tenant_queries.tenant_of_number(number)
    if owner is not None or Entry.objects.filter(number_e164=number).exists():
        raise BackupLeadsBack(field="backup_number")
    return number


def _refuse_impossible(plan: EmergencyPlan) -> None:
    """What was possible when the plan was made may not be any more."""
    if plan.action == Action.BACKUP_LINE:
        _outside(plan.backup_number)
    if plan.action == Action.QUEUE and plan.queue and plan.queue.state != Queue.State.OPEN:
        raise EmergencyQueueMissing(field="queue")


def _end_drills(plan: EmergencyPlan, at: datetime) -> None:
    plan.switches.filter(is_drill=True, outcome=RUNNING).update(outcome=STALE)
