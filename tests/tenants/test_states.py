"""Suspending, resuming and closing a tenant; lending numbers."""

from datetime import date, timedelta

import pytest
from django.contrib.sessions.models import Session

from tenants.actions import TenantNotOpen, TenantStillOpen, close_tenant, resume_tenant, suspend_tenant
from tenants.context import every_active_tenant, every_tenant
from tenants.effects import effects_on
from tenants.lending import NumberRests, NumberTaken, assign_number, take_number_back
from tenants.models import Contract, Number, NumberAssignment, Plan, Tenant
from tenants.people.models import AuditEntry
from tenants.queries import tenant_of_number


def test_suspending_shows_everybody_of_that_tenant_out(
    acme, globex, member, client_of, inside, published, now
):
    ours, theirs = client_of(member(acme, "owner")), client_of(member(globex, "owner"))
    assert ours.get("/admin/").status_code == 200
    suspend_tenant(tenant_id=acme.pk, at=now, reason="unpaid")
    answer = ours.get("/admin/")
    assert answer.status_code == 403
    assert "suspended" in answer.content.decode().lower()
    assert theirs.get("/admin/").status_code == 200
    assert published == [("acme", "everyone", {"type": "signed_out", "reason": "suspended"})]
    with inside(acme):
        assert Session.objects.count() == 0
    with inside(globex):
        assert Session.objects.count() == 1
    entry = AuditEntry.objects.get(verb="suspended")
    assert (entry.before, entry.after, entry.reason) == (
        {"state": "active"},
        {"state": "suspended"},
        "unpaid",
    )


def test_a_resumed_tenant_opens_its_doors_but_not_the_old_sessions(acme, member, client_of, published, now):
    client = client_of(member(acme, "owner"))
    suspend_tenant(tenant_id=acme.pk, at=now)
    resume_tenant(tenant_id=acme.pk, at=now)
    answer = client.get("/admin/")
    assert (answer.status_code, answer["Location"].split("?")[0]) == (302, "/admin/login/")
    assert client.get("/sign-in/").status_code == 200


def test_suspending_twice_is_suspending_once(acme, published, now):
    suspend_tenant(tenant_id=acme.pk, at=now)
    suspend_tenant(tenant_id=acme.pk, at=now)
    assert len(published) == 1
    assert AuditEntry.objects.filter(verb="suspended").count() == 1


def test_a_closed_tenant_cannot_be_suspended(acme, now):
    Tenant.objects.filter(pk=acme.pk).update(state="closed")
    with pytest.raises(TenantNotOpen):
        suspend_tenant(tenant_id=acme.pk, at=now)
    assert Tenant.objects.get(pk=acme.pk).state == "closed"


def test_an_open_tenant_cannot_be_closed(acme, now):
    with pytest.raises(TenantStillOpen):
        close_tenant(tenant_id=acme.pk, at=now)
    assert Tenant.objects.get(pk=acme.pk).state == "active"


def test_closing_gives_the_numbers_back(acme, globex, published, now):
    number = Number.objects.create(e164="+442079460777", country="GB")
    assign_number(number_id=number.pk, tenant_id=acme.pk, at=now)
    suspend_tenant(tenant_id=acme.pk, at=now)
    close_tenant(tenant_id=acme.pk, at=now)
    number.refresh_from_db()
    assert (number.tenant, number.state) == (None, "quarantine")
    assert NumberAssignment.objects.get().returned_at == now
    assert [tenant.schema_name for tenant in every_tenant()] == ["globex"]


def test_a_contract_ends_on_the_tenants_own_day(acme, globex, now):
    """Half past midnight of the 17th in Shanghai is the 16th by London's clock."""
    plan = Plan.objects.create(code="p", name="P", currency="CNY")
    ours, theirs, later = (
        Contract.objects.create(tenant=tenant, plan=plan, starts_on=day, seats=1)
        for tenant, day in ((acme, date(2026, 1, 1)), (globex, date(2026, 1, 1)), (acme, date(2026, 11, 18)))
    )
    night = now.replace(hour=16, minute=30)
    suspend_tenant(tenant_id=acme.pk, at=night)
    close_tenant(tenant_id=acme.pk, at=night)
    for contract, ends_on in ((ours, date(2026, 11, 17)), (theirs, None), (later, None)):
        contract.refresh_from_db()
        assert contract.ends_on == ends_on


def test_a_suspended_tenant_still_owes_its_records(acme, globex, now):
    suspend_tenant(tenant_id=acme.pk, at=now)
    assert [tenant.schema_name for tenant in every_active_tenant()] == ["globex"]
    assert [tenant.schema_name for tenant in every_tenant()] == ["acme", "globex"]


def test_the_effect_of_suspending_is_told_in_numbers(acme, member, client_of, now):
    client_of(member(acme, "agent"))
    client_of(member(acme, "agent"))
    Number.objects.create(e164="+442079460777", country="GB", tenant=acme)
    assert effects_on(acme, now) == [
        "2 people lose access",
        "2 sessions end now",
        "0 live calls go on to their end",
        "Callers of 1 numbers hear a notice",
    ]


@pytest.mark.parametrize("dialled", ["+442079460777", "442079460777", "00442079460777", "020 7946 0777"])
def test_a_number_is_found_in_every_spelling_a_carrier_sends(acme, dialled):
    Number.objects.create(e164="+442079460777", country="GB", tenant=acme)
    assert tenant_of_number(dialled) == acme


@pytest.mark.parametrize("dialled", ["", "+442079460778", "'; DROP TABLE", "1" * 3000, "\n"])
def test_a_number_of_nobody_has_no_tenant(acme, dialled):
    Number.objects.create(e164="+442079460777", country="GB", tenant=acme)
    Number.objects.create(e164="+442079460778", country="GB")
    assert tenant_of_number(dialled) is None


def test_a_lent_number_is_not_lent_again(acme, globex, now):
    number = Number.objects.create(e164="4005550100", country="CN")
    assign_number(number_id=number.pk, tenant_id=acme.pk, at=now)
    assign_number(number_id=number.pk, tenant_id=acme.pk, at=now)
    with pytest.raises(NumberTaken):
        assign_number(number_id=number.pk, tenant_id=globex.pk, at=now)
    assert tenant_of_number("4005550100") == acme
    take_number_back(number_id=number.pk, at=now, rest_days=90)
    with pytest.raises(NumberRests):
        assign_number(number_id=number.pk, tenant_id=globex.pk, at=now + timedelta(days=89))
    assert tenant_of_number("4005550100") is None
    assign_number(number_id=number.pk, tenant_id=globex.pk, at=now + timedelta(days=90))
    assert tenant_of_number("4005550100") == globex
    assert NumberAssignment.objects.count() == 2
