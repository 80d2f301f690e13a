"""The way a caller goes through a flow, written down step by step as the switch tells it."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from uuid import UUID

from django.db import transaction

from telephony.actions.following import follow_call
from telephony.actions.leg_calls import describe_call, open_call
from telephony.actions.legs import locked_leg
from telephony.actions.secret_steps import follow_secret_steps
from telephony.actions.sitting import save, sitting, together
from telephony.facts import FlowStepped, StepTaken
from telephony.models import Call, FlowStep, FlowVersion, Leg
from telephony.queries.flow_facts import published_node
from telephony.queries.remembered import once

SILENT = frozenset({"hours", "condition", "split", "set", "notice", "lookup"})
"""Kinds a caller may pass without hearing anything."""
ANSWERS = frozenset({"menu", "collect", "language"})


@together
def note_flow_step(*, told: FlowStepped) -> None:
    """Idempotent: each telling is the whole way so far, so that one that was missed is made good by the next."""
    leg = locked_leg(told.leg_id, node=told.node)
    leg.kind, leg.direction = leg.kind or Leg.Kind.CALLER, leg.direction or "inbound"
    leg.created_at = leg.created_at or told.arrived_at
    call = open_call(leg, at=told.arrived_at)
    save(leg)
    describe_call(call, dialled=told.dialled, caller_number=told.caller_number, caller_name=told.caller_name)
    if not FlowVersion.objects.filter(pk=told.version_id).exists():
        return
    _describe(call, told)
    _write(call, told)
    follow_secret_steps(told=told)
    follow_call(call.pk, told.at)


@transaction.atomic
def keep_looked_up(*, call_id: UUID, values: Mapping[str, str]) -> None:
    """What a look-up found. The call may not be known yet: then the switch's own values come with its steps."""
    call = Call.objects.select_for_update(no_key=True).filter(pk=call_id).first()
    if call is None:
        return
    collected = {**call.collected, **values}
    if collected != call.collected:
        Call.objects.filter(pk=call_id).update(collected=collected)


@transaction.atomic
def keep_said(
    *,
    call_id: UUID,
    version_id: int,
    node: str,
    position: int,
    text: str,
    confidence: float,
    name: str = "",
    at: datetime,
) -> None:
    """What a caller was understood to say in a step, of all tries the last; under a name it stands beside the call too.

    Our web may know it before the switch's own news of the step is written down: then the row begins here.
    """
    call = Call.objects.select_for_update(no_key=True).filter(pk=call_id).first()
    if call is None:
        return
    heard = {"said": text[:300], "confidence": confidence}
    new = {"version_id": version_id, "node": node, "kind": "speech", "entered_at": at}
    FlowStep.objects.update_or_create(
        call=call, position=position, defaults=heard, create_defaults={**new, **heard}
    )
    if name:
        keep_looked_up(call_id=call_id, values={f"{name}_said": text[:80]})


def _describe(call: Call, told: FlowStepped) -> None:
    """A caller who was answered by the flow and never waited in a line was served by it. The call's flow is the one it
    came by; an agent may send the caller through another.
    """
    answered = any(step.kind == "answer" and step.exit for step in told.taken)
    if call.answered_at is None or call.flow_version_id is None:
        call.flow_version_id = told.version_id
    call.language = told.language or call.language
    call.collected = {**call.collected, **told.collected}
    _stamp_hours(call, told)
    if told.ended_at:
        call.is_self_served = answered and not _has_waited(call)
    save(call)


def _stamp_hours(call: Call, told: FlowStepped) -> None:
    """What the last hours step on the way said stands: it is what the caller was treated by."""
    asked = [step for step in told.taken if step.kind == "hours" and step.exit]
    if not asked or call.answered_at is not None:
        return
    found = once(
        ("node", told.version_id, asked[-1].node), lambda: published_node(told.version_id, asked[-1].node)
    )
    call.is_within_hours = asked[-1].exit == "open"
    call.hours_id = found[1].settings.get("hours") if found else call.hours_id


def _has_waited(call: Call) -> bool:
    table = sitting()
    return bool(table.stays_of_call(call.pk)) if table else call.stays.exists()


def _write(call: Call, told: FlowStepped) -> None:
    known = {step.position: step for step in FlowStep.objects.select_for_update().filter(call=call)}
    steps = [*told.taken, *([told.current] if told.current else [])]
    new = [_row(call, told, step) for step in steps if step.position not in known]
    FlowStep.objects.bulk_create(new, ignore_conflicts=True)
    waits = _waits(steps)
    late = [row for step in steps if (row := known.get(step.position)) and _is_news(row, step, told, waits)]
    if late:
        FlowStep.objects.bulk_update(late, ["exit", "value", "left_at", "answer_milliseconds"])


def _row(call: Call, told: FlowStepped, step: StepTaken) -> FlowStep:
    row = FlowStep(
        call=call,
        version_id=told.version_id,
        position=step.position,
        node=step.node,
        kind=step.kind,
        entered_at=step.entered_at,
    )
    _is_news(row, step, told, _waits([*told.taken, *([told.current] if told.current else [])]))
    return row


def _is_news(row: FlowStep, step: StepTaken, told: FlowStepped, waits: dict[int, int]) -> bool:
    """Fills what was not known yet; a step that was left stays left."""
    before = (row.exit, row.left_at, row.answer_milliseconds, row.kind)
    row.kind = row.kind or step.kind
    row.exit, row.value = row.exit or step.exit, row.value or step.value
    row.left_at = row.left_at or step.left_at or told.ended_at
    if row.answer_milliseconds is None:
        row.answer_milliseconds = waits.get(step.position)
    return before != (row.exit, row.left_at, row.answer_milliseconds, row.kind)


def _waits(steps: Sequence[StepTaken]) -> dict[int, int]:
    """From the last key of a step to the first sound of a later one, in milliseconds."""
    found: dict[int, int] = {}
    for place, step in enumerate(steps):
        if step.kind not in ANSWERS or not step.value or step.left_at is None:
            continue
        sound = next((after for after in steps[place + 1 :] if after.kind not in SILENT), None)
        if sound is not None:
            found[step.position] = milliseconds_between(step.left_at, sound.entered_at)
    return found


def milliseconds_between(start: datetime, end: datetime) -> int:
    return max(0, round((end - start).total_seconds() * 1000))
