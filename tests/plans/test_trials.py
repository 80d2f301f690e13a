"""A trial ends by itself: told before, suspended, closed when its data was kept long enough; or it goes on."""

from datetime import UTC, date, datetime, timedelta

import pytest

from tenants.context import enter
from tenants.models import Contract, Tenant
from tenants.people.models import AuditEntry
from tenants.plans.actions.trials import end_due_trials, prolong_trial, start_trial, turn_into_contract
from tenants.plans.errors import NoContractYet, TrialIsOver
from tenants.plans.models import Standing, Trial

LAST_DAY = date(2026, 11, 20)
DAY = timedelta(days=1)
IN_SHANGHAI = datetime(2026, 11, 20, 15, 59, tzinfo=UTC)
"""A minute before midnight of the last day, where acme is."""
AFTER = IN_SHANGHAI + timedelta(minutes=2)


@pytest.fixture
def trial(acme, now) -> Trial:
    return start_trial(tenant=acme, ends_on=LAST_DAY, keep_days=10, at=now)


def state_of(tenant) -> tuple[str, str]:
    return Tenant.objects.get(pk=tenant.pk).state, Trial.objects.get(tenant=tenant).state


def test_a_trial_ends_after_its_last_day_where_the_tenant_is_and_nobody_else_notices(
    acme, globex, trial, published
):
    assert end_due_trials(at=IN_SHANGHAI) == 0
    assert state_of(acme) == ("active", "running")
    assert end_due_trials(at=AFTER) == 1
    assert state_of(acme) == ("suspended", "ended")
    assert end_due_trials(at=AFTER) == 0
    assert Tenant.objects.get(pk=globex.pk).state == "active"
    assert {news.schema for news in published} == {"acme"}


def test_the_data_is_kept_for_its_days_and_then_the_tenant_is_closed(acme, trial):
    end_due_trials(at=AFTER)
    end_due_trials(at=AFTER + 9 * DAY)
    assert state_of(acme) == ("suspended", "ended")
    end_due_trials(at=AFTER + 10 * DAY)
    assert state_of(acme) == ("closed", "closed")
    with pytest.raises(TrialIsOver):
        prolong_trial(tenant_id=acme.pk, ends_on=date(2027, 1, 1), at=AFTER + 11 * DAY)


def test_a_prolonged_trial_goes_on_where_it_was_suspended(acme, trial):
    end_due_trials(at=AFTER)
    prolong_trial(tenant_id=acme.pk, ends_on=LAST_DAY + 7 * DAY, at=AFTER)
    assert state_of(acme) == ("active", "running")
    assert Standing.objects.get(tenant=acme).trial_ends_on == LAST_DAY + 7 * DAY
    assert end_due_trials(at=AFTER) == 0


def test_a_trial_becomes_a_contract_only_where_one_stands(acme, trial):
    Contract.objects.filter(tenant=acme).delete()
    end_due_trials(at=AFTER)
    with pytest.raises(NoContractYet):
        turn_into_contract(tenant_id=acme.pk, at=AFTER)
    assert state_of(acme) == ("suspended", "ended")
    from tenants.models import Plan

    plan = Plan.objects.create(code="bought", name="Bought", currency="CNY")
    Contract.objects.create(tenant=acme, plan=plan, starts_on=LAST_DAY + DAY, seats=3)
    turn_into_contract(tenant_id=acme.pk, at=AFTER)
    assert state_of(acme) == ("active", "converted")
    assert end_due_trials(at=AFTER + 100 * DAY) == 0
    with enter("public"):
        assert AuditEntry.objects.filter(verb="turned the trial into a contract").count() == 1


def test_its_end_stands_on_the_pages_of_those_who_can_act(acme, globex, member, client_of, now):
    from django.utils import timezone

    soon = timezone.localdate() + 5 * DAY
    start_trial(tenant=acme, ends_on=soon, keep_days=10, at=now)
    owner, agent, other = (
        client_of(member(tenant, role))
        for tenant, role in ((acme, "owner"), (acme, "agent"), (globex, "owner"))
    )
    assert "Trial: " in owner.get("/calls/").content.decode()
    assert f"Its last day is {soon}" in owner.get("/plan/").content.decode()
    assert "Trial: " not in agent.get("/calls/").content.decode()
    assert "Trial: " not in other.get("/calls/").content.decode()


def test_the_operator_prolongs_it_on_the_page_and_a_bad_day_is_refused(acme, member, client_of, now):
    from django.utils import timezone

    today = timezone.localdate()
    start_trial(tenant=acme, ends_on=today, keep_days=10, at=now)
    operator = client_of(member(None, "operator"))
    operator.post("/plans/acme/prolong/", {"ends_on": "2020-01-01"})
    assert Trial.objects.get(tenant=acme).ends_on == today
    operator.post("/plans/acme/prolong/", {"ends_on": str(today + 9 * DAY)})
    assert Trial.objects.get(tenant=acme).ends_on == today + 9 * DAY
    assert "Prolong the trial" in operator.get("/plans/acme/").content.decode()
    assert operator.post("/plans/globex/prolong/", {"ends_on": "2027-01-01"}).status_code == 404
