"""acme with a canary in every row, and browsers that report a broken page instead of raising."""

from datetime import date

import pytest
from django.test import Client

from tenants.actions import FirstAdmin, Terms, open_tenant
from tenants.context import enter
from tenants.models import Contract, Number, Plan
from tenants.plans.models import Standing
from tenants.provisioning import template_schema
from tests.tenants.planting import NUMBER, Garden, plant


@pytest.fixture
def inner_garden(acme) -> Garden:
    """What is in acme's own schema: nobody outside may see any of it."""
    with enter("acme"):
        return plant()


@pytest.fixture
def garden(acme, inner_garden) -> Garden:
    """And acme's bills, plan, numbers and papers, which stand in the public schema."""
    plan = Plan.objects.create(code="canary-plan", name="Plan", currency="CNY")
    number = Number.objects.create(e164=f"{NUMBER}99999", country="CN", tenant=acme)
    contract = Contract.objects.create(
        tenant=acme, plan=plan, starts_on=date(2020, 1, 1), ends_on=date(2020, 1, 31)
    )
    apps = ("billing", "plans", "support", "desk", "contracts", "service", "leaving", "closing", "mails")
    bills = plant(apps, given=(acme, plan, number, contract))
    # Its look is for everybody who comes to its door, like its name.
    Standing.objects.update(product_name="", accent="", logo="")
    return Garden(inner_garden.ids | bills.ids, inner_garden.rows | bills.rows)


@pytest.fixture
def someone(member, client_of):
    """someone(globex, "agent") → a signed-in browser that reports a broken page as 500 instead of raising."""

    def make(tenant, *roles: str) -> Client:
        client = client_of(member(tenant, *roles))
        client.raise_request_exception = False
        return client

    return make


@pytest.fixture
def people(acme, member):
    return {
        role: member(acme, role, name=role.title())
        for role in ("owner", "admin", "supervisor", "agent", "inspector", "finance")
    }


@pytest.fixture
def operator(member, client_of):
    return client_of(member(None, "operator", name="Olivia"))


@pytest.fixture
def schema_text(acme, settings, tmp_path, monkeypatch):
    """The template is acme's own empty schema: migrating one anew would take longer than all these tests."""
    settings.RUN_DIR = tmp_path
    monkeypatch.setattr(template_schema, "TEMPLATE", "acme")
    monkeypatch.setattr(template_schema, "_make_template", lambda: None)
    monkeypatch.setattr(template_schema, "_drop_template", lambda: None)


@pytest.fixture
def order(db, at_once, monkeypatch):
    """order(...) takes the order only; the test runs the steps itself."""
    monkeypatch.setattr("tenants.tasks.provision_tenant.delay", lambda tenant_id: None)
    plan = Plan.objects.create(code="test", name="Test", currency="GBP")

    def take(**changes):
        terms = Terms(plan, date(2026, 11, 1), seats=7)
        given = {
            "name": "Initech",
            "schema_name": "initech",
            "domain": "initech.localhost",
            "admin": FirstAdmin("bill", "Bill L"),
            "terms": terms,
        }
        return open_tenant(**given | changes)

    return take
