"""Opening a tenant: step by step, again after a failure, never half."""

import pytest
from django.db import connection
from django.test import Client

from tenants.context import enter
from tenants.errors import BadInput
from tenants.models import Contract, Domain, ProvisioningStep, Tenant
from tenants.people.models import AuditEntry, Member
from tenants.provisioning import opening
from tenants.provisioning.opening import provision


def steps_of(tenant: Tenant) -> dict[str, str]:
    return dict(tenant.provisioning_steps.values_list("name", "state"))


def test_an_opened_tenant_has_its_tables_its_owner_and_its_doors_open(schema_text, order):
    tenant = order()
    assert provision(tenant.pk)
    tenant.refresh_from_db()
    assert tenant.state == "active"
    assert set(steps_of(tenant).values()) == {"done"}
    assert Contract.objects.get(tenant=tenant).seats == 7
    with enter("initech"):
        owner = Member.objects.get()
        assert (owner.username, owner.name, owner.roles) == ("bill", "Bill L", ["owner", "admin"])
        assert not owner.has_usable_password()
    assert Client(SERVER_NAME="initech.localhost").get("/sign-in/").status_code == 200


def test_the_replayed_schema_is_the_migrated_one(schema_text, order):
    provision(order().pk)
    for catalogue in (
        "SELECT table_name, column_name, data_type, is_nullable FROM information_schema.columns"
        " WHERE table_schema = %s",
        "SELECT replace(pg_get_constraintdef(c.oid), %s || '.', ''), c.conname FROM pg_constraint c"
        " JOIN pg_namespace n ON n.oid = c.connamespace WHERE n.nspname = %s",
        "SELECT tgname FROM pg_trigger t JOIN pg_class c ON c.oid = tgrelid JOIN pg_namespace n ON"
        " n.oid = c.relnamespace WHERE n.nspname = %s AND NOT tgisinternal",
    ):
        found = []
        for schema in ("acme", "initech"):
            with connection.cursor() as cursor:
                cursor.execute(catalogue, [schema] * catalogue.count("%s"))
                found.append(sorted(cursor.fetchall()))
        assert found[0] == found[1] != []


def test_a_failed_step_leaves_the_doors_shut_and_is_taken_up_again(schema_text, order, monkeypatch):
    tenant = order()

    def broken(_tenant, _step):
        raise RuntimeError("disk full\nand more")

    monkeypatch.setitem(opening.WORK, "admin", broken)
    assert not provision(tenant.pk)
    tenant.refresh_from_db()
    assert tenant.state == "provisioning"
    assert steps_of(tenant) == {
        "schema": "done",
        "admin": "failed",
        "defaults": "waiting",
        "domain": "waiting",
        "open": "waiting",
    }
    assert ProvisioningStep.objects.get(tenant=tenant, name="admin").error == "RuntimeError: disk full"
    assert Client(SERVER_NAME="initech.localhost").get("/sign-in/").status_code == 404

    monkeypatch.setitem(opening.WORK, "admin", opening._create_admin)
    assert provision(tenant.pk)
    tries = dict(tenant.provisioning_steps.values_list("name", "tries"))
    assert tries == {"schema": 1, "admin": 2, "defaults": 1, "domain": 1, "open": 1}
    assert Client(SERVER_NAME="initech.localhost").get("/sign-in/").status_code == 200


def test_a_schema_whose_making_broke_is_not_there_at_all(schema_text, order, monkeypatch):
    tenant = order()
    monkeypatch.setattr(
        "tenants.provisioning.schemas.schema_sql", lambda name: f'CREATE SCHEMA "{name}"; SELECT 1/0;'
    )
    assert not provision(tenant.pk)
    with connection.cursor() as cursor:
        cursor.execute("SELECT count(*) FROM pg_namespace WHERE nspname = 'initech'")
        assert cursor.fetchone() == (0,)


def test_running_the_steps_twice_changes_nothing(schema_text, order):
    tenant = order()
    provision(tenant.pk)
    before = list(tenant.provisioning_steps.values())
    assert provision(tenant.pk)
    assert list(tenant.provisioning_steps.values()) == before
    with enter("initech"):
        assert Member.objects.count() == 1
        assert AuditEntry.objects.filter(verb="opened").count() == 1


def test_the_same_order_twice_is_one_tenant(order):
    assert order().pk == order().pk
    assert ProvisioningStep.objects.count() == 5


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"schema_name": "Robert'); DROP"}, "schema_name"),
        ({"schema_name": "pg_catalog"}, "schema_name"),
        ({"schema_name": "public"}, "schema_name"),
        ({"schema_name": "tenant_template"}, "schema_name"),
        ({"domain": "not a host"}, "domain"),
        ({"domain": "globex.localhost"}, "domain"),
    ],
)
def test_a_name_that_will_not_do_opens_nothing(order, globex, changes, field):
    before = (Tenant.objects.count(), Domain.objects.count())
    with pytest.raises(BadInput) as refusal:
        order(**changes)
    assert refusal.value.field == field
    assert (Tenant.objects.count(), Domain.objects.count()) == before


def test_only_one_worker_opens_a_tenant_at_a_time(schema_text, order):
    from tenants.provisioning.turns import OPENING, try_turn

    tenant = order()
    with try_turn(OPENING, tenant.pk):
        assert not provision(tenant.pk)
    assert set(steps_of(tenant).values()) == {"waiting"}
    assert provision(tenant.pk)


def test_an_order_taken_while_the_queue_is_away_is_opened_later(schema_text, order, monkeypatch):
    from kombu.exceptions import OperationalError

    from tenants.tasks import take_up_openings

    def away(_tenant_id):
        raise OperationalError("no broker")

    monkeypatch.setattr("tenants.tasks.provision_tenant.delay", away)
    tenant = order()
    assert set(steps_of(tenant).values()) == {"waiting"}
    assert take_up_openings() == 1
    assert set(steps_of(tenant).values()) == {"done"}
    assert take_up_openings() == 0


def test_a_failed_opening_waits_for_an_operator(schema_text, order, monkeypatch):
    from tenants.tasks import take_up_openings

    tenant = order()
    monkeypatch.setitem(opening.WORK, "schema", lambda *_step: 1 / 0)
    provision(tenant.pk)
    assert take_up_openings() == 0
    assert steps_of(tenant)["schema"] == "failed"
