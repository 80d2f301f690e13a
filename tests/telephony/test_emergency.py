"""An emergency: one click, the next call, and nothing else changes. acme acts, globex hears nothing."""

from datetime import date
from uuid import uuid4

import pytest

from telephony import actions, facts, queries
from telephony.errors import (
    BackupLeadsBack,
    BackupNumberImpossible,
    EmergencyPlanExists,
    EmergencyQueueMissing,
    NoOutsideLine,
    PlanIsOn,
)
from telephony.facts import Direction
from telephony.models import Call, EmergencyPlan, EmergencySwitch, Leg, Queue
from telephony.queries import Treatment
from tenants.billing.demo import prices
from tenants.billing.models import Charge
from tenants.models import Contract, Plan
from tenants.people.models import AuditEntry
from tests.telephony.prepared import BACKUP, SECOND, Action, prepare, switch, way
from tests.telephony.test_settlement import record_of


def test_a_plan_changes_nothing_until_it_is_switched_on_and_then_the_next_call(lines, other_floor):
    usual = way(lines.number)
    plan = prepare(lines)
    assert way(lines.number) == usual
    switch(lines, plan)
    assert way(lines.number) == (Treatment.EMERGENCY_MESSAGE, None)
    assert way(SECOND) == (Treatment.EMERGENCY_MESSAGE, None)
    assert way(other_floor.number) == (Treatment.QUEUE, other_floor.queue.pk)
    switch(lines, plan, is_on=False)
    assert way(lines.number) == usual


def test_a_numbers_own_plan_comes_before_the_one_of_every_number(lines):
    switch(lines, prepare(lines))
    switch(lines, prepare(lines, number=SECOND, action=Action.BACKUP_LINE, backup_number=BACKUP))
    assert way(SECOND) == (Treatment.BACKUP, BACKUP)
    assert way(lines.number) == (Treatment.EMERGENCY_MESSAGE, None)


def test_callers_wait_in_the_other_queue_and_a_closed_one_is_refused(lines):
    with lines.inside():
        other = Queue.objects.create(name="Night")
    plan = prepare(lines, action=Action.QUEUE, queue_id=other.pk)
    switch(lines, plan)
    assert way(lines.number) == (Treatment.QUEUE, other.pk)
    switch(lines, plan, is_on=False)
    with lines.inside():
        Queue.objects.filter(pk=other.pk).update(state=Queue.State.CLOSED)
    with pytest.raises(EmergencyQueueMissing):
        switch(lines, plan)
    assert way(lines.number) == (Treatment.QUEUE, lines.queue.pk)


@pytest.mark.parametrize(
    ("typed", "refusal"),
    [("hello", BackupNumberImpossible), ("", BackupNumberImpossible), ("+86 400 123 4568", BackupLeadsBack),
     (SECOND, BackupLeadsBack), ("+44 20 7946 0000", BackupLeadsBack)],
)  # fmt: skip
def test_a_backup_number_that_is_none_or_leads_back_is_refused(lines, typed, refusal):
    with pytest.raises(refusal):
        prepare(lines, action=Action.BACKUP_LINE, backup_number=typed)
    with lines.inside():
        assert not EmergencyPlan.objects.exists()
        assert not AuditEntry.objects.exists()


def test_without_an_outside_line_a_backup_number_is_refused_and_a_message_is_not(lines, settings):
    settings.SWITCH = settings.SWITCH | {"gateway": ""}
    with pytest.raises(NoOutsideLine):
        prepare(lines, action=Action.BACKUP_LINE, backup_number=BACKUP)
    assert prepare(lines).action == Action.MESSAGE


def test_a_plan_that_is_on_is_neither_changed_nor_deleted_and_there_is_one_for_each(lines):
    plan = prepare(lines)
    with pytest.raises(EmergencyPlanExists):
        prepare(lines)
    switch(lines, plan)
    with lines.inside():
        for act in (
            lambda: actions.save_emergency_plan(plan_id=plan.pk, entry_id=None, action=Action.MESSAGE),
            lambda: actions.delete_emergency_plan(plan_id=plan.pk),
        ):
            with pytest.raises(PlanIsOn):
                act()
        assert EmergencyPlan.objects.count() == 1


def test_the_effect_is_told_in_numbers_and_live_calls_stay(lines):
    lines.caller()
    plan = prepare(lines)
    with lines.inside():
        effect = queries.effect_of(plan)
    assert (effect.numbers, effect.live_calls, effect.waiting_calls) == ((lines.number, SECOND), 1, 1)
    switch(lines, plan)
    with lines.inside():
        assert queries.live_calls().count() == 1
        own = prepare(lines, number=SECOND)
        assert (queries.effect_of(own).numbers, queries.effect_of(own).live_calls) == ((SECOND,), 0)


def test_every_switch_is_in_the_audit_log_and_a_second_click_changes_nothing(lines, other_floor):
    plan = prepare(lines)
    assert switch(lines, plan) is not None
    assert switch(lines, plan) is None
    switch(lines, plan, is_on=False)
    with lines.inside():
        verbs = list(AuditEntry.objects.order_by("id").values_list("verb", flat=True))
        assert verbs == ["added", "emergency switched on", "emergency switched off"]
        assert EmergencySwitch.objects.count() == 2
    with other_floor.inside():
        assert not AuditEntry.objects.exists()


def test_the_switchs_own_list_of_numbers_goes_the_new_way_too(lines, settings, tmp_path):
    from telephony.worker.snapshot import write_snapshot

    (tmp_path / "conf").mkdir()
    known = settings.SWITCH | {"directory": str(tmp_path), "cell": lines.tenant.cell}
    plan = prepare(lines, action=Action.BACKUP_LINE, backup_number=BACKUP)
    assert write_snapshot(known)
    assert "cc_backup" not in (tmp_path / "conf" / "numbers.xml").read_text()
    switch(lines, plan)
    assert write_snapshot(known)
    assert (tmp_path / "conf" / "numbers.xml").read_text().count("cc_backup=8613900001111") == 2


def test_the_callers_leg_and_the_one_to_the_backup_line_are_both_charged(lines):
    plan = Plan.objects.create(code="team", name="Team", currency="CNY")
    Contract.objects.create(tenant=lines.tenant, plan=plan, starts_on=date(2026, 1, 1), seats=5)
    prices()
    caller, outside = uuid4(), uuid4()
    begun = {"tenant": "acme", "dialled": lines.number, "caller_number": "+8613812342211", "caller_name": ""}
    lines.switch.tell(facts.LegCreated, leg_id=caller, direction=Direction.INBOUND, **begun)
    out = begun | {"dialled": BACKUP.removeprefix("+"), "caller_number": lines.number}
    lines.switch.tell(facts.LegCreated, leg_id=outside, direction=Direction.OUTBOUND, call_id=caller, **out)
    lines.switch.tell(facts.LegsBridged, tenant="acme", leg_id=caller, other_leg_id=outside)
    lines.listen()
    spoken = {"queue_id": None, "other_leg_id": outside, "bridged_at": lines.now}
    with lines.inside():
        actions.settle_leg(record=record_of(lines, caller, **spoken), at=lines.now)
        theirs = {"direction": Direction.OUTBOUND, "call_id": caller, "other_leg_id": caller} | out
        record = record_of(lines, outside, **(spoken | theirs))
        for _twice in range(2):
            actions.settle_leg(record=record, at=lines.now)
        legs = dict(Leg.objects.values_list("kind", "call_id"))
        assert legs == {Leg.Kind.CALLER: caller, Leg.Kind.EXTERNAL: caller}
        assert Call.objects.get().number == lines.number
    charged = Charge.objects.order_by("kind").values_list("kind", "leg_id", "number", "other_number", "state")
    assert list(charged) == [
        ("inbound", caller, lines.number, "+8613812342211", "priced"),
        ("outbound", outside, lines.number, "+8613900001111", "priced"),
    ]
