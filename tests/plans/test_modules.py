"""A module that is off: hidden in menus, refused with words, no longer paid from the next month; and nobody else's."""

from datetime import UTC, date, datetime

import pytest

from tenants.billing.actions import rate_seats
from tenants.billing.models import Charge, ModulePrice
from tenants.billing.queries import usage
from tenants.context import enter
from tenants.people.doors import patterns
from tenants.people.models import AuditEntry
from tenants.plans.actions import settle
from tenants.plans.doors import refuse_order
from tenants.plans.errors import ModuleOff
from tenants.plans.models import ModuleChange, ModuleUse, PlanTerms, Standing
from tenants.plans.modules import EVERY, ORDERS, module_of
from tenants.plans.queries import modules_of, unused_modules
from tests.billing.conftest import price_list

OCTOBER, NOVEMBER, DECEMBER = date(2026, 10, 1), date(2026, 11, 1), date(2026, 12, 1)


def test_every_address_is_given_to_a_module_or_said_to_be_always_there():
    unsaid = [pattern for pattern, _one in patterns() if module_of(pattern) is None]
    assert unsaid == [], "say in tenants/plans/modules.py which module each belongs to, or ALWAYS"
    assert set(EVERY) - {"api"} <= {module_of(pattern) for pattern, _one in patterns()}


def test_an_address_nobody_has_thought_of_is_found():
    assert module_of("made-up/<int:pk>/") is None
    assert module_of("api/v1/^made-up/$") is None
    assert module_of("admin/telephony/madeup/") is None
    assert module_of("quality/anything/new/") == "quality"


def test_every_order_that_is_named_is_one():
    from telephony.orders import KINDS

    assert set(ORDERS) <= set(KINDS)


PAGES = {
    "quality": ["/quality/", "/quality/scorecards/", "/api/v1/evaluations/", "/admin/quality/scorecard/"],
    "tickets": ["/tickets/", "/api/v1/tickets/", "/admin/ticketing/ticket/"],
    "reports": ["/reports/", "/api/v1/reports/calls/"],
    "recordings": ["/recordings/", "/recordings/storage/", "/api/v1/recordings/"],
    "flows": ["/flows/", "/prompts/", "/api/v1/flows/"],
    "surveys": ["/reports/satisfaction/", "/admin/telephony/survey/"],
    "inbound": ["/waiting/", "/callbacks/", "/voicemails/", "/api/v1/waiting/"],
    "webhooks": ["/webhooks/", "/api/v1/webhooks/"],
}


@pytest.mark.parametrize("module", PAGES)
def test_off_its_pages_and_api_are_refused_with_words_and_its_menu_entry_is_gone(
    module, acme, globex, plan, switch, member, client_of
):
    here, there = (client_of(member(tenant, "owner", name="Olga")) for tenant in (acme, globex))
    assert {here.get(page).status_code for page in PAGES[module]} == {200}
    assert switch(acme, module, False)
    for page in PAGES[module]:
        answer = here.get(page)
        assert answer.status_code == 403, page
        if page.startswith("/api/"):
            assert answer.json()["code"] == "module_off"
            assert "is not part of your plan" in answer.json()["message"]
        else:
            assert "is not part of your plan" in answer.content.decode()
            assert "Ask Olga" in answer.content.decode()
        assert there.get(page).status_code == 200
    menu = here.get("/plan/").content.decode()
    assert f'href="{PAGES[module][0]}"' not in menu
    assert "Not part of the plan" in menu
    assert switch(acme, module, True)
    assert {here.get(page).status_code for page in PAGES[module]} == {200}


def test_the_settings_list_only_what_is_there(acme, plan, switch, member, client_of):
    owner = client_of(member(acme, "owner"))
    assert "/admin/ticketing/ticket/" in owner.get("/admin/").content.decode()
    switch(acme, "tickets", False)
    page = owner.get("/admin/").content.decode()
    assert "/admin/ticketing/ticket/" not in page
    assert "/admin/ticketing/customer/" in page


def test_who_is_not_signed_in_learns_nothing_of_the_plan(acme, plan, switch, client):
    switch(acme, "quality", False)
    answer = client.get("/quality/", headers={"host": "acme.localhost"})
    assert (answer.status_code, answer["Location"]) == (302, "/sign-in/?next=/quality/")


def test_programs_with_keys_are_a_module_of_their_own(acme, globex, plan, switch, member, client, key_of):
    keys = {tenant: key_of(member(tenant, "owner")) for tenant in (acme, globex)}

    def ask(tenant, where):
        return client.get(where, SERVER_NAME=tenant.host, **keys[tenant])

    assert ask(acme, "/api/v1/me/").status_code == 200
    switch(acme, "quality", False)
    assert ask(acme, "/api/v1/evaluations/").json()["code"] == "module_off"
    assert ask(acme, "/api/v1/me/").status_code == 200
    switch(acme, "api", False)
    answer = ask(acme, "/api/v1/me/")
    assert (answer.status_code, answer.json()["code"]) == (403, "module_off")
    assert ask(globex, "/api/v1/evaluations/").status_code == 200


def test_an_open_page_begins_nothing_of_a_module_that_is_off_but_ends_what_it_began(
    acme, globex, plan, switch
):
    with enter("acme"):
        refuse_order(acme, "listen")
        switch(acme, "supervision", False)
        with pytest.raises(ModuleOff):
            refuse_order(acme, "listen")
        for message in ("hang_up", "hold", "transfer_to_agent", "stop_listening", "mask_recording"):
            refuse_order(acme, message)
    with enter("globex"):
        refuse_order(globex, "listen")


def test_a_switch_stands_in_both_logs_and_a_second_one_changes_nothing(acme, plan, switch):
    assert switch(acme, "quality", False)
    assert not switch(acme, "quality", False)
    assert ModuleChange.objects.count() == 1
    for schema in ("public", "acme"):
        with enter(schema):
            assert AuditEntry.objects.filter(verb="switched a module").count() == 1
    with enter("globex"):
        assert not AuditEntry.objects.exists()


def test_a_plan_says_what_its_tenants_have_and_a_switch_adds_to_it(acme, globex, plan, switch, now):
    PlanTerms.objects.create(plan=plan, modules=["inbound", "api"], requests_per_day=9)
    settle(tenant=acme, at=now)
    assert modules_of(acme, now) == {"inbound", "api"}
    switch(acme, "quality", True)
    standing = Standing.objects.get(tenant=acme)
    assert set(EVERY) - set(standing.modules_off) == {"inbound", "api", "quality"}
    assert standing.requests_per_day == 9
    assert not Standing.objects.filter(tenant=globex).exists()


# --- what it costs ---


@pytest.fixture
def priced(plan):
    prices = price_list(plan, plan_fee="300.00")
    ModulePrice.objects.create(price_list=prices, module="quality", label="Quality", monthly_fee="60.00")
    return prices


def fees(tenant, month: date) -> list[tuple[str, str]]:
    rate_seats(tenant=tenant, month=month)
    with enter("public"):
        return [
            (row.label, str(row.amount))
            for row in usage(tenant, month)
            if row.kind == "module" and row.amount
        ]


def test_off_within_a_month_it_is_paid_to_its_end_and_then_no_more(acme, globex, priced, switch):
    switch(acme, "quality", False, datetime(2026, 11, 10, 12, tzinfo=UTC))
    assert fees(acme, OCTOBER) == [("Quality 2026-10-01/2026-10-31", "60.000000")]
    assert fees(acme, NOVEMBER) == [("Quality 2026-11-01/2026-11-30", "60.000000")]
    assert fees(acme, DECEMBER) == []
    assert fees(globex, DECEMBER) == [("Quality 2026-12-01/2026-12-31", "60.000000")]


def test_on_again_it_is_paid_from_that_day(acme, priced, switch):
    switch(acme, "quality", False, datetime(2026, 10, 10, tzinfo=UTC))
    assert fees(acme, NOVEMBER) == []
    switch(acme, "quality", True, datetime(2026, 11, 16, 1, tzinfo=UTC))
    assert fees(acme, NOVEMBER) == [("Quality 2026-11-16/2026-11-30", "30.000000")]
    assert Charge.objects.filter(kind="module").count() == 1


# --- what is not used ---


def test_a_module_nobody_uses_is_found_with_what_it_costs(acme, globex, priced, member, client_of):
    owner = client_of(member(acme, "owner"))
    owner.get("/reports/")
    owner.get("/tickets/")
    assert set(ModuleUse.objects.values_list("tenant", "module")) == {
        (acme.pk, "reports"),
        (acme.pk, "tickets"),
    }
    from django.utils import timezone

    names = {one.module for one in unused_modules(acme, days=30, at=timezone.now())}
    assert names == set(EVERY) - {"reports", "tickets"}
    page = owner.get("/plan/").content.decode()
    assert "9 modules were not used in the last 30 days" in page
    assert "60.00 CNY" in page


def test_a_call_is_a_trace_though_nobody_opened_a_page(acme, plan, inside):
    from django.utils import timezone

    from telephony.models import Call

    now = timezone.now()
    with inside(acme):
        Call.objects.create(
            direction="inbound", number="+862155500001", caller_number="+8613812342211", arrived_at=now
        )
    assert "inbound" not in {one.module for one in unused_modules(acme, days=30, at=now)}
