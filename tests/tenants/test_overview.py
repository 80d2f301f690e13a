"""The operators' first page and their search: figures from the ledger, signs with links, and one box for everything."""

from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from uuid import uuid4

import pytest
from django.utils import timezone

from telephony.models import Call
from tenants.billing.models import Charge, Invoice
from tenants.models import Contract, Number, Plan, ProvisioningStep
from tenants.overview.actions import count_days
from tenants.overview.models import FleetDay
from tenants.overview.queries import busiest_tenants, days_of_fleet
from tenants.people.models import AuditEntry


@pytest.fixture
def charge(acme):
    def make(tenant, at, seconds=60, kind="outbound", **more):
        return Charge.objects.create(
            tenant=tenant, month=at.date().replace(day=1), kind=kind, started_at=at, currency="CNY",
            billable_seconds=seconds, created_at=at, **({"leg_id": uuid4()} | more),
        )  # fmt: skip

    return make


def test_days_are_counted_from_the_ledger_once_on_each_tenants_clock(acme, globex, charge):
    late = datetime(2026, 11, 15, 18, 0, tzinfo=UTC)
    charge(acme, late)
    charge(globex, late, seconds=90)
    charge(acme, late, kind="internal")
    leg = charge(acme, late, seconds=30, state="unpriced", reason="no_price")
    at = late + timedelta(hours=1)
    assert count_days(at=at) > 0
    assert count_days(at=at) == 0
    # Its price comes later: the same leg, another charge, no further call.
    charge(acme, at, seconds=30, leg_id=leg.leg_id, price_version=1)
    charge(acme, at, seconds=7)
    count_days(at=at + timedelta(hours=1))
    charge(acme, at + timedelta(hours=1), seconds=1000)
    assert count_days(at=at + timedelta(hours=1)) == 0
    told = {(row.tenant.schema_name, row.day.day): (row.legs, row.seconds) for row in FleetDay.objects.all()}
    # 18:00 UTC is the 16th in Shanghai and still the 15th in London.
    assert told == {("acme", 16): (3, 97), ("globex", 15): (1, 90)}
    days = days_of_fleet(date(2026, 11, 16))
    assert [(one.legs, one.minutes) for one in days[-2:]] == [(1, 2), (3, 2)]
    assert [tenant.schema_name for tenant, _minutes in busiest_tenants(days[-1].day)] == ["acme", "globex"]


def test_the_first_page_says_what_somebody_should_look_at(operator, member, client_of, acme, globex):
    plan = Plan.objects.create(code="p", name="P", currency="CNY")
    today = timezone.localdate()
    Contract.objects.create(tenant=acme, plan=plan, starts_on=today, ends_on=today + timedelta(days=9))
    ProvisioningStep.objects.create(tenant=globex, position=1, name="schema", state="failed")
    Invoice.objects.create(
        tenant=acme,
        month=today.replace(day=1),
        currency="CNY",
        total=Decimal("1234.50"),
        drafted_at=timezone.now(),
    )
    page = operator.get("/admin/").content.decode()
    assert "The opening of Globex stopped at: Make the schema and its tables" in page
    assert "1 contract ends within 30 days" in page
    assert "1,234.50" in page
    assert "Nobody has had a call with the outside yet." in page
    assert "1 contract ends" in client_of(member(None, "operator_finance")).get("/admin/").content.decode()


def find(client, term: str) -> str:
    return client.get("/admin/find/", {"q": term}).content.decode()


def test_operators_find_tenants_numbers_invoices_and_whose_a_call_is(operator, acme, globex, inside, now):
    Number.objects.create(e164="+442079460777", country="GB", tenant=globex)
    month = date(2026, 10, 1)
    Invoice.objects.create(tenant=acme, month=month, currency="CNY", total=7, drafted_at=now)
    with inside(acme):
        call = Call.objects.create(arrived_at=now, caller_number="+8613812342211")
    assert f"/admin/tenants/tenant/{acme.pk}/change/" in find(operator, "acm")
    assert f"/admin/tenants/tenant/{globex.pk}/change/" in find(operator, "globex.local")
    assert "+44 20 7946 0777" in find(operator, "7946 07")
    assert "2026-10" in find(operator, "acme 2026-10")
    assert "2026-10" not in find(operator, "2026-13")
    whose = find(operator, str(call.pk))
    assert "Acme" in whose
    assert "Globex" not in whose
    # Neither whole nor masked; shorter digits may stand in the call's own random id.
    assert "8123422" not in whose
    assert "138*" not in whose
    assert "Nothing was found." in find(operator, "zzzz")
    typed = operator.get("/admin/search/", {"s": "acm"}).content.decode()
    assert f"/admin/tenants/tenant/{acme.pk}/change/" in typed


def test_whose_mail_address_it_is_is_told_to_the_house_and_to_the_tenant(
    operator, member, client_of, acme, globex, inside
):
    member(acme, "agent", name="Wang Fang", email="Wang@Example.com")
    page = find(operator, "wang@example.com")
    assert "somebody there has this address" in page
    assert "Wang Fang" not in page
    assert "Globex" not in page
    entry = AuditEntry.objects.get(verb="looked up a mail address")
    assert entry.after["at"] == ["acme"]
    assert "wang" not in str(entry.after).lower()
    with inside(acme):
        assert AuditEntry.objects.filter(verb="looked up a mail address").count() == 1
    with inside(globex):
        assert not AuditEntry.objects.filter(verb="looked up a mail address").exists()
    assert "somebody there" not in find(client_of(member(None, "operator_finance")), "wang@example.com")
    # While it is typed nobody's schema is asked.
    assert "somebody there" not in operator.get("/admin/search/", {"s": "wang@example.com"}).content.decode()


def test_a_tenants_search_finds_its_own_people_and_calls_for_those_who_may(
    people, client_of, acme, globex, member, inside, now
):
    with inside(acme):
        call = Call.objects.create(arrived_at=now, caller_number="+8613812342211")
    member(globex, "agent", name="Agent Globex")
    admin = client_of(people["admin"])
    found = find(admin, "agent")
    assert f"/admin/people/member/{people['agent'].pk}/change/" in found
    assert "Agent Globex" not in found
    by_number = find(admin, "+86 138 1234 2211")
    assert f"/admin/telephony/call/{call.pk}/change/" in by_number
    assert "13812342211" not in by_number.replace("+86 138 1234 2211", "")
    inspector = find(client_of(people["inspector"]), "agent")
    assert f"/admin/people/member/{people['agent'].pk}/change/" not in inspector
    stranger = find(client_of(member(globex, "admin")), str(call.pk))
    assert f"/admin/telephony/call/{call.pk}" not in stranger
