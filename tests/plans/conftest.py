"""Two tenants on plans: acme's may be changed by a test, globex's must not notice."""

from datetime import date

import pytest

from tenants.context import enter
from tenants.models import Contract, Plan, Tenant
from tenants.people.models import ApiToken, Member
from tenants.plans import use
from tenants.plans.actions import switch_module
from tenants.plans.queries import warnings


@pytest.fixture(autouse=True)
def _nothing_is_remembered() -> None:
    use.forget()
    warnings.forget()


@pytest.fixture
def plan(acme, globex) -> Plan:
    """Both are on it, with three seats each."""
    made = Plan.objects.create(code="both", name="Both", currency="CNY")
    for tenant in (acme, globex):
        Contract.objects.filter(tenant=tenant).delete()
        Contract.objects.create(tenant=tenant, plan=made, starts_on=date(2026, 1, 1), seats=3)
    return made


@pytest.fixture
def switch(now):
    """switch(acme, "quality", False)"""

    def do(tenant: Tenant, module: str, is_on: bool, at=now) -> bool:
        return switch_module(tenant_id=tenant.pk, module=module, is_on=is_on, at=at, by_name="Olivia")

    return do


@pytest.fixture
def key_of():
    """key_of(member) → the headers of a program with a key of theirs."""
    from tenants.people.actions import create_token

    def make(member: Member) -> dict[str, str]:
        with enter(member.home_schema):
            token, text = create_token(member=member, name="test")
            assert isinstance(token, ApiToken)
        return {"HTTP_AUTHORIZATION": f"Bearer {text}"}

    return make
