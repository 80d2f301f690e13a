"""A tenant ordered with a trade and a direction: its modules, its draft and its checklist; and each step's end."""

from datetime import UTC, date, datetime

import pytest

from telephony.models import Flow
from telephony.openings import draw_first_flow
from tenants.context import enter
from tenants.events import TenantOpened
from tenants.plans.beginning import Beginning, begin_as
from tenants.plans.models import OnboardingStep, Preset, Standing, Trial
from tenants.plans.steps import STEPS


def test_a_shop_in_chinese_begins_with_its_flow_drawn_once(acme, globex, now, inside, monkeypatch, at_once):
    spoken = []
    monkeypatch.setattr("telephony.openings.send_to_be_spoken", spoken.append)
    with enter("public"):
        begin_as(acme, Beginning(trade="shop", direction="inbound"), at=now)
    for _again in (1, 2):
        for tenant in (acme, globex):
            draw_first_flow(TenantOpened(occurred_at=now, tenant_id=tenant.pk))
    with inside(acme):
        flow = Flow.objects.get()
        assert flow.draft["nodes"]
        assert not flow.versions.exists()
    assert len(spoken) == 1
    with inside(globex):
        assert not Flow.objects.exists()
    assert Standing.objects.get(tenant=acme).modules_off == ["dialling"]


def test_who_only_calls_out_has_no_flow_and_no_step_for_one(acme, now, inside):
    begin_as(acme, Beginning(trade="bank", direction="outbound", trial_days=14), at=now)
    begin_as(acme, Beginning(trade="shop", direction="inbound", trial_days=99), at=now)
    draw_first_flow(TenantOpened(occurred_at=now, tenant_id=acme.pk))
    with inside(acme):
        assert not Flow.objects.exists()
    assert set(Standing.objects.get(tenant=acme).modules_off) == {"inbound", "flows"}
    assert "flow" not in OnboardingStep.objects.values_list("key", flat=True)
    assert Preset.objects.get(tenant=acme).trade == "bank"
    assert Trial.objects.get(tenant=acme).ends_on == date(2026, 11, 30)


@pytest.fixture
def begun(acme, globex):
    at = datetime(2026, 1, 5, 9, tzinfo=UTC)
    for tenant in (acme, globex):
        begin_as(tenant, Beginning(), at=at)


def test_both_sides_see_the_checklist_and_each_finishes_what_is_theirs(
    acme, globex, begun, member, client_of
):
    owner, operator = (
        client_of(member(acme, "owner", name="Olga")),
        client_of(member(None, "operator", name="Oleg")),
    )
    steps = {step.key: step for step in OnboardingStep.objects.filter(tenant=acme)}
    assert [step.key for step in sorted(steps.values(), key=lambda one: one.position)] == [
        one.key for one in STEPS
    ]
    page = owner.get("/plan/start/").content.decode()
    assert "Late: 9" in page
    assert "Phone checks of the agents: 0 passed, 0 failed, 0 not done yet." in page
    assert owner.post(f"/plan/start/{steps['people'].pk}/done/").status_code == 302
    assert owner.post(f"/plan/start/{steps['numbers'].pk}/done/").status_code == 404
    theirs = OnboardingStep.objects.get(tenant=globex, key="people")
    assert owner.post(f"/plan/start/{theirs.pk}/done/").status_code == 404
    changed = {"step": steps["numbers"].pk, "owner": "Wang Fang", "due_on": "2027-02-01"}
    operator.post("/plans/acme/plan/", changed)
    operator.post("/plans/acme/done/", {"step": steps["numbers"].pk})
    operator.post("/plans/acme/done/", {"step": theirs.pk})
    page = owner.get("/plan/start/").content.decode()
    assert "Wang Fang" in page
    assert "2 of 9 steps done." in page
    done = OnboardingStep.objects.exclude(done_at=None).values_list("tenant", "key", "done_by")
    assert sorted(done) == sorted([(acme.pk, "people", "Olga"), (acme.pk, "numbers", "Oleg")])
    assert "Olga" in operator.get("/plans/acme/").content.decode()
    operator.post("/plans/acme/reopen/", {"step": steps["numbers"].pk})
    assert "1 of 9 steps done." in owner.get("/plan/start/").content.decode()


def test_the_operator_sees_every_tenant_and_switches_modules_with_a_reason(
    acme, globex, begun, member, client_of
):
    operator = client_of(member(None, "operator_finance", name="Fay"))
    page = operator.get("/plans/").content.decode()
    assert "Acme" in page
    assert "Globex" in page
    operator.post("/plans/acme/switch/", {"module": "surveys", "to": "off", "reason": "never used"})
    page = operator.get("/plans/acme/").content.decode()
    assert "never used" in page
    assert "Fay" in page
    assert Standing.objects.get(tenant=acme).modules_off == ["surveys"]
    assert Standing.objects.get(tenant=globex).modules_off == []
    assert operator.post("/plans/acme/made-up/", {}).status_code == 404
    operator.post("/plans/acme/switch/", {"module": "made-up", "to": "off"})
    assert Standing.objects.get(tenant=acme).modules_off == ["surveys"]
