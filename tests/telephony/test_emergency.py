"""An emergency: one click, the next call, and nothing else changes. acme acts, globex hears nothing."""

from datetime import date, timedelta
from uuid import uuid4

import pytest
from django.utils import timezone

from telephony import actions, facts, queries
from telephony.emergencies import start_drill, switch_plan
from telephony.errors import (
    AlreadySwitchedOn,
    BackupLeadsBack,
    BackupNumberImpossible,
    DrillGoesOn,
    EmergencyPlanExists,
    EmergencyQueueMissing,
    NoOutsideLine,
    PlanIsOn,
    TelephonyUnreachable,
)
from telephony.facts import Direction
from telephony.freeswitch.documents import dialplan_document
from telephony.freeswitch.question import arrival_in
from telephony.freeswitch.test_call import Arrival
from telephony.models import Call, EmergencyPlan, EmergencySwitch, Entry, Leg, Queue
from telephony.queries import Treatment
from telephony.worker.standby import measure
from tenants.billing.demo import prices
from tenants.billing.models import Charge
from tenants.models import Contract, Number, Plan
from tenants.people.models import AuditEntry
from tests.telephony.test_settlement import record_of

Action = EmergencyPlan.Action
BACKUP = "+8613900001111"
SECOND = "+864001234568"


@pytest.fixture(autouse=True)
def outside_line(settings):
    settings.SWITCH = settings.SWITCH | {"gateway": "carrier.example:5060"}


@pytest.fixture
def lines(floor, other_floor):
    """acme has two numbers, globex has one."""
    for e164, owner in ((floor.number, floor), (SECOND, floor), (other_floor.number, other_floor)):
        Number.objects.create(e164=e164, tenant=owner.tenant, country="CN", kind="local", currency="CNY")
    with floor.inside():
        Entry.objects.create(number_e164=SECOND, queue=floor.queue)
    return floor


def prepare(floor, *, number: str = "", action: str = Action.MESSAGE, **more) -> EmergencyPlan:
    with floor.inside():
        entry = Entry.objects.get(number_e164=number).pk if number else None
        return actions.save_emergency_plan(entry_id=entry, action=action, **more)


def switch(floor, plan, *, is_on: bool = True):
    with floor.inside():
        return switch_plan(plan_id=plan.pk, is_on=is_on, by=None, at=timezone.now())


def way(number: str):
    route = queries.inbound_route(number)
    return (route.treatment, route.backup_number or route.queue_id)


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


def switch_asks(number: str) -> Arrival | None:
    """What the switch would be told, in the document it would read."""
    return arrival_in(dialplan_document(queries.inbound_route(number)))


@pytest.mark.parametrize("is_switch_there", [True, False])
def test_a_drill_measures_the_seconds_and_ends_as_if_it_had_not_been(lines, monkeypatch, is_switch_there):
    monkeypatch.setattr("telephony.emergencies.send_order", lambda order, member: "o1")
    usual = way(lines.number)
    plan = prepare(lines, action=Action.BACKUP_LINE, backup_number=BACKUP)
    with lines.inside():
        drill = start_drill(plan_id=plan.pk, by=None, at=timezone.now())
        assert way(lines.number) == (Treatment.BACKUP, BACKUP)
        with pytest.raises(DrillGoesOn):
            start_drill(plan_id=plan.pk, by=None, at=timezone.now())
        measure(drill.pk, switch_asks, switch_asks if is_switch_there else lambda number: None)
        drill.refresh_from_db()
        plan.refresh_from_db()
        assert drill.outcome == ("by_call" if is_switch_there else "by_question")
        assert 0 <= drill.seconds < 30
        assert drill.effective_at >= drill.asked_at
        assert not plan.is_on
        assert queries.last_drill(plan) == drill
    assert way(lines.number) == usual


def test_a_drill_whose_worker_died_is_over_by_itself(lines):
    plan = prepare(lines)
    with lines.inside():
        drill = actions.begin_drill(plan_id=plan.pk, by=None, at=timezone.now())
        assert way(lines.number)[0] == Treatment.EMERGENCY_MESSAGE
        EmergencySwitch.objects.update(asked_at=timezone.now() - timedelta(seconds=31))
        assert way(lines.number) == (Treatment.QUEUE, lines.queue.pk)
        again = actions.begin_drill(plan_id=plan.pk, by=None, at=timezone.now())
        drill.refresh_from_db()
        assert (drill.outcome, again.outcome) == ("not_ended", "running")


def test_a_drill_nobody_can_measure_is_refused_and_leaves_everything_as_it_was(lines, monkeypatch):
    def nobody(order, member):
        raise TelephonyUnreachable

    monkeypatch.setattr("telephony.emergencies.send_order", nobody)
    plan = prepare(lines)
    with lines.inside(), pytest.raises(TelephonyUnreachable):
        start_drill(plan_id=plan.pk, by=None, at=timezone.now())
    assert way(lines.number) == (Treatment.QUEUE, lines.queue.pk)
    made = switch(lines, plan)
    with lines.inside():
        made.refresh_from_db()
        assert made.outcome == "no_worker"
        with pytest.raises(AlreadySwitchedOn):
            start_drill(plan_id=plan.pk, by=None, at=timezone.now())


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


def test_leaders_switch_what_is_prepared_and_agents_do_not(lines, member, client_of, monkeypatch):
    monkeypatch.setattr("telephony.emergencies.send_order", lambda order, member: "o1")
    owner, supervisor, agent = (
        client_of(member(lines.tenant, role)) for role in ("owner", "supervisor", "agent")
    )
    assert agent.get("/emergency/").status_code == 403
    supervisor.post("/emergency/new/", {"action": "message"})
    with lines.inside():
        assert not EmergencyPlan.objects.exists()
    assert owner.post("/emergency/new/", {"action": "message"}).status_code == 302
    with lines.inside():
        plan = EmergencyPlan.objects.get()
    shown = supervisor.get(f"/emergency/{plan.pk}/on/").content.decode()
    assert "2 numbers go another way" in shown
    assert agent.post(f"/emergency/{plan.pk}/on/").status_code == 403
    assert way(lines.number)[0] == Treatment.QUEUE
    assert supervisor.post(f"/emergency/{plan.pk}/on/").status_code == 302
    assert way(lines.number)[0] == Treatment.EMERGENCY_MESSAGE
    assert "An emergency plan is switched on." in supervisor.get("/emergency/").content.decode()


def test_the_form_says_what_is_wrong_beside_the_field(lines, member, client_of):
    owner = client_of(member(lines.tenant, "owner"))
    answer = owner.post("/emergency/new/", {"action": "backup_line", "backup_number": lines.number})
    assert answer.status_code == 400
    assert "callers would go in a circle" in answer.content.decode()


def test_machines_do_the_same_by_the_api(lines, member, client_of, monkeypatch, other_floor):
    monkeypatch.setattr("telephony.emergencies.send_order", lambda order, member: "o1")
    owner, supervisor = (client_of(member(lines.tenant, role)) for role in ("owner", "supervisor"))
    json = {"content_type": "application/json"}
    body = {"action": "backup_line", "backup_number": "139 0000 1111"}
    assert supervisor.post("/api/v1/emergency-plans/", body, **json).status_code == 403
    made = owner.post("/api/v1/emergency-plans/", body, **json)
    assert (made.status_code, made.json()["backup_number"], made.json()["is_on"]) == (201, BACKUP, False)
    address = f"/api/v1/emergency-plans/{made.json()['id']}"
    assert supervisor.post(f"{address}/switch/", {"is_on": True}, **json).status_code == 200
    assert supervisor.post(f"{address}/switch/", {"is_on": True}, **json).status_code == 204
    assert supervisor.post(f"{address}/drill/", **json).json()["code"] == "already_switched_on"
    assert [row["is_on"] for row in supervisor.get(f"{address}/switches/").json()] == [True]
    stranger = client_of(member(other_floor.tenant, "owner"))
    assert stranger.get("/api/v1/emergency-plans/").json() == []
    assert stranger.post(f"{address}/switch/", {"is_on": False}, **json).status_code == 404


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


def test_the_pages_are_in_chinese_too(lines, member, client_of):
    owner = client_of(member(lines.tenant, "owner"))
    owner.cookies["django_language"] = "zh-hans"
    plan = prepare(lines, action=Action.BACKUP_LINE, backup_number=BACKUP)
    assert "来电转到 139 0000 1111。" in owner.get("/emergency/").content.decode()
    assert "从下一个来电起，2 个号码改走新的去向" in owner.get(f"/emergency/{plan.pk}/on/").content.decode()
    assert "不会振铃任何人" in owner.get(f"/emergency/{plan.pk}/drill/").content.decode()
