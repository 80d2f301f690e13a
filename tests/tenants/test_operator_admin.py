"""The operators' console: opening, suspending, terms, and who may do which."""

from datetime import date

import pytest
from django.test import Client

from tenants.models import Contract, Plan, ProvisioningStep, Tenant
from tenants.people.models import AuditEntry, Member

TENANTS = "/admin/tenants/tenant/"


@pytest.fixture
def finance(member, client_of):
    return client_of(member(None, "operator_finance"))


@pytest.fixture
def plan(db):
    return Plan.objects.create(code="test", name="Test", currency="GBP")


def order(plan: Plan, **changes) -> dict:
    return {
        "name": "Initech",
        "schema_name": "initech",
        "domain": "initech.localhost",
        "language": "en",
        "country": "GB",
        "time_zone": "Europe/London",
        "currency": "GBP",
        "plan": plan.pk,
        "sla": "",
        "starts_on": "2026-11-01",
        "ends_on": "",
        "seats": "7",
        "reference": "C-1",
        "admin_name": "Bill",
        "admin_username": "bill",
        "admin_email": "",
    } | changes


def test_the_form_orders_a_tenant_and_a_task_opens_it(operator, plan, at_once, monkeypatch):
    sent = []
    monkeypatch.setattr("tenants.tasks.provision_tenant.delay", sent.append)
    answer = operator.post(TENANTS + "add/", order(plan), follow=True)
    tenant = Tenant.objects.get(schema_name="initech")
    assert sent == [tenant.pk]
    assert (tenant.state, tenant.host) == ("provisioning", "initech.localhost")
    contract = Contract.objects.get(tenant=tenant)
    assert (contract.seats, contract.starts_on, contract.reference) == (7, date(2026, 11, 1), "C-1")
    page = answer.content.decode()
    assert "Steps of opening" in page
    assert "Waiting" in page
    assert "0 of 5" in operator.get(TENANTS).content.decode()
    assert AuditEntry.objects.filter(verb="ordered", actor_name="Olivia").count() == 1


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        ({"schema_name": "acme"}, "This short name is taken."),
        ({"schema_name": "Bad Name"}, "Small letters, digits and _ only"),
        ({"domain": "globex.localhost"}, "This host name belongs to another tenant."),
        ({"domain": "nonsense"}, "A host name such as"),
        ({"ends_on": "2026-10-01"}, "The contract ends before it begins."),
        ({"time_zone": "Mars/Olympus"}, "There is no such time zone."),
        ({"seats": "0"}, "greater than or equal to 1"),
    ],
)
def test_a_form_that_will_not_do_opens_nothing_and_says_why(operator, plan, acme, globex, changes, said):
    answer = operator.post(TENANTS + "add/", order(plan, **changes))
    assert answer.status_code == 200
    assert said in answer.content.decode()
    assert Tenant.objects.count() == 2
    assert not ProvisioningStep.objects.exists()


def test_suspending_asks_first_and_tells_the_effect(operator, acme, member, published):
    member(acme, "agent")
    page = operator.get(f"{TENANTS}{acme.pk}/suspend/").content.decode()
    assert "Suspend Acme?" in page
    assert "1 people lose access" in page
    assert Tenant.objects.get(pk=acme.pk).state == "active"
    operator.post(f"{TENANTS}{acme.pk}/suspend/", {"reason": "unpaid"})
    acme.refresh_from_db()
    assert (acme.state, acme.state_reason) == ("suspended", "unpaid")
    entry = AuditEntry.objects.get(verb="suspended")
    assert (entry.actor_name, entry.reason) == ("Olivia", "unpaid")
    operator.post(f"{TENANTS}{acme.pk}/resume/")
    assert Tenant.objects.get(pk=acme.pk).state == "active"


def test_a_tenant_is_closed_for_good_only_after_it_was_suspended(operator, acme, published):
    assert operator.post(f"{TENANTS}{acme.pk}/close/").status_code == 403
    operator.post(f"{TENANTS}{acme.pk}/suspend/")
    assert "This cannot be undone." in operator.get(f"{TENANTS}{acme.pk}/close/").content.decode()
    operator.post(f"{TENANTS}{acme.pk}/close/", {"reason": "contract ended"})
    assert Tenant.objects.get(pk=acme.pk).state == "closed"
    assert Client(SERVER_NAME="acme.localhost").get("/sign-in/").status_code == 404


def test_finance_reads_tenants_and_keeps_the_terms(finance, plan, acme, published):
    assert finance.get(TENANTS).status_code == 200
    for act in ("suspend", "close", "resume", "open-again", "invite-owner"):
        assert finance.post(f"{TENANTS}{acme.pk}/{act}/").status_code == 403
    assert finance.get(TENANTS + "add/").status_code == 403
    assert finance.get("/admin/tenants/number/add/").status_code == 403
    assert finance.get("/admin/people/member/").status_code == 403
    assert finance.get("/admin/people/auditentry/").status_code == 403
    finance.post(
        f"/admin/tenants/plan/{plan.pk}/change/",
        {
            "code": "test",
            "name": "Renamed",
            "currency": "GBP",
            "included_seats": "3",
            "deletion_days": "7",
            "is_offered": "on",
        },
    )
    plan.refresh_from_db()
    assert (plan.name, plan.included_seats) == ("Renamed", 3)
    entry = AuditEntry.objects.get(verb="changed", subject=f"tenants.plan:{plan.pk}")
    assert (entry.before, entry.after) == (
        {"included_seats": 0, "name": "Test"},
        {"included_seats": 3, "name": "Renamed"},
    )
    assert Tenant.objects.get(pk=acme.pk).state == "active"


def test_a_member_of_a_tenant_is_nobody_here(acme, member, client_of, operator):
    owner = client_of(member(acme, "owner"))
    thief = Client(SERVER_NAME="localhost")
    thief.cookies["sessionid"] = owner.cookies["sessionid"].value
    assert thief.get(TENANTS, follow=True).redirect_chain[-1][0].startswith("/sign-in/")


def test_a_tenant_role_in_the_public_schema_opens_nothing(member, client_of):
    assert client_of(member(None, "owner", "admin")).get("/admin/", follow=True).status_code == 403


def test_an_operator_role_in_a_tenant_opens_nothing(acme, member, client_of):
    assert client_of(member(acme, "operator")).get("/admin/", follow=True).status_code == 403


def test_the_first_administrator_gets_a_link_until_a_password_is_chosen(operator, acme, member, inside):
    owner = member(acme, "owner")
    answer = operator.post(f"{TENANTS}{acme.pk}/invite-owner/", follow=True)
    said = " ".join(str(message) for message in answer.context["messages"])
    assert "http://acme.localhost/invitation/" in said
    with inside(acme):
        kept = Member.objects.get(pk=owner.pk)
        kept.set_password("a password of the owner")
        kept.save()
    answer = operator.post(f"{TENANTS}{acme.pk}/invite-owner/", follow=True)
    said = " ".join(str(message) for message in answer.context["messages"])
    assert "/invitation/" not in said
    assert "has chosen a password already" in said


def tenant_form(tenant: Tenant, contracts: list[dict], domains: list[dict]) -> dict:
    """The tenant's page as a browser sends it, with its rows of contracts and domains."""
    data = {name: getattr(tenant, name) for name in ("name", "language", "country", "time_zone", "currency")}
    for prefix, rows in (("provisioning_steps", []), ("contracts", contracts), ("domains", domains)):
        kept = sum("id" in row for row in rows)
        data |= {f"{prefix}-TOTAL_FORMS": len(rows), f"{prefix}-INITIAL_FORMS": kept}
        for position, row in enumerate(rows):
            data |= {f"{prefix}-{position}-{name}": value for name, value in row.items()}
            data[f"{prefix}-{position}-tenant"] = tenant.pk
    return data


def test_a_change_of_the_contract_is_written_down(operator, acme, plan):
    kept = Contract.objects.create(tenant=acme, plan=plan, starts_on=date(2026, 1, 1), seats=5)
    row = {"id": kept.pk, "plan": plan.pk, "sla": "", "starts_on": "2026-01-01", "ends_on": "", "seats": "9",
           "reference": ""}  # fmt: skip
    host = {"id": acme.domains.get().pk, "domain": "acme.localhost", "is_primary": "on"}
    operator.post(f"{TENANTS}{acme.pk}/change/", tenant_form(acme, [row], [host]))
    kept.refresh_from_db()
    assert kept.seats == 9
    entry = AuditEntry.objects.get(verb="changed", subject=f"tenants.contract:{kept.pk}")
    assert (entry.actor_name, entry.after) == ("Olivia", {"seats": 9})


def test_two_contracts_never_hold_on_one_day(operator, acme, plan):
    Contract.objects.create(tenant=acme, plan=plan, starts_on=date(2026, 1, 1), seats=5)
    form = {"tenant": acme.pk, "plan": plan.pk, "sla": "", "starts_on": "2026-06-01", "ends_on": "", "seats": "5",
            "reference": ""}  # fmt: skip
    answer = operator.post("/admin/tenants/contract/add/", form)
    assert "Another contract holds on these days." in answer.content.decode()
    assert Contract.objects.count() == 1


def test_a_malformed_host_name_is_refused_on_the_tenants_page(operator, acme):
    host = {"id": acme.domains.get().pk, "domain": "not a host", "is_primary": "on"}
    answer = operator.post(f"{TENANTS}{acme.pk}/change/", tenant_form(acme, [], [host]))
    assert "A host name such as" in answer.content.decode()
    assert acme.domains.get().domain == "acme.localhost"


def test_the_last_operator_cannot_lock_the_console(member, client_of):
    olivia = member(None, "operator", name="Olivia")
    answer = client_of(olivia).post(f"/admin/people/member/{olivia.pk}/change/", {
        "name": "Olivia", "username": olivia.username, "email": "", "language": "", "roles": ["operator"]})  # fmt: skip
    assert "The console needs an operator." in answer.content.decode()
    assert Member.objects.get(pk=olivia.pk).is_active


def test_the_menu_shows_only_what_the_reader_may_open(operator, finance):
    for client, sees in ((operator, True), (finance, False)):
        page = client.get("/admin/").content.decode()
        assert [f'"{link}"' in page for link in ("/capacity/", "/availability/", "/emergency/")] == [sees] * 3
