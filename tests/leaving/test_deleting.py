"""A closed tenant deleted for good: two people, a rest, holds, a certificate, and nothing left anywhere."""

import json
from datetime import timedelta

import pytest
import redis
from django.conf import settings as django_settings
from django.core.cache import cache
from django.core.management import CommandError, call_command
from django.db import IntegrityError, connection, transaction
from django.test import Client

from telephony.models import LegalHold
from tenants.actions import close_tenant, suspend_tenant
from tenants.context import enter
from tenants.contracts.models import Signature
from tenants.leaving import errors
from tenants.leaving.actions import deletions, exports
from tenants.leaving.deleting import left_of
from tenants.leaving.erasing_house import why_kept
from tenants.leaving.house import every_house_table
from tenants.leaving.models import Deletion, Export
from tenants.leaving.signing import signer_of
from tenants.models import Domain, Number, Tenant
from tenants.people.models import Member
from tenants.tasks import HEADER
from tests.tenants.planting import CANARY


@pytest.fixture
def operators(member):
    return member(None, "operator", name="Olivia"), member(None, "operator", name="Otto")


def closed(tenant, at) -> Tenant:
    suspend_tenant(tenant_id=tenant.pk, at=at)
    close_tenant(tenant_id=tenant.pk, at=at)
    return Tenant.objects.get(pk=tenant.pk)


def test_it_takes_a_closed_tenant_a_rest_and_another_person(acme, now, operators):
    asker, other = operators
    asked = {"schema_typed": "acme", "reason": "left", "by": asker, "at": now}
    with pytest.raises(errors.NotClosed):
        deletions.ask_deletion(tenant=acme, **asked)
    tenant = closed(acme, now)
    with pytest.raises(errors.NotThisName):
        deletions.ask_deletion(tenant=tenant, **asked | {"schema_typed": "globex"})
    with enter("acme"):
        hold = LegalHold.objects.create(number="+8613812342211", reason="court", placed_by="x", placed_at=now)
    with pytest.raises(errors.IsHeld, match="1 legal holds"):
        deletions.ask_deletion(tenant=tenant, **asked)
    with enter("acme"):
        LegalHold.objects.filter(pk=hold.pk).update(lifted_at=now)
    deletion = deletions.ask_deletion(tenant=tenant, **asked)
    with pytest.raises(errors.DeletionAsked):
        deletions.ask_deletion(tenant=tenant, **asked)
    late = now + deletions.REST + timedelta(minutes=1)
    with pytest.raises(errors.OtherPersonNeeded):
        deletions.confirm_deletion(deletion_id=deletion.pk, by=asker, at=late)
    with pytest.raises(errors.StillRests):
        deletions.confirm_deletion(deletion_id=deletion.pk, by=other, at=now + timedelta(days=29))
    with pytest.raises(IntegrityError), transaction.atomic():
        Deletion.objects.filter(pk=deletion.pk).update(state="running", answered_by_id=asker.pk)
    assert deletions.run_deletion(deletion_id=deletion.pk) == "asked"
    with enter("acme"):
        assert Member.objects.count() == 0
    deletions.withdraw_deletion(deletion_id=deletion.pk, by=asker, at=now)
    assert deletions.confirm_deletion(deletion_id=deletion.pk, by=other, at=late).state == "withdrawn"


def test_nothing_of_a_deleted_tenant_is_left_anywhere(
    house, globex, operators, redis_server, settings, tmp_path, client_of, at_once
):
    asker, other = operators
    store = redis.Redis.from_url(django_settings.REDIS_URL)
    with enter("acme"):
        cache.set("figures", CANARY, 600)
        LegalHold.objects.update(lifted_at=house.moment)
    with enter("globex"):
        cache.set("figures", "theirs", 600)
    for schema in ("acme", "globex"):
        store.rpush(
            "celery",
            json.dumps({"headers": {HEADER: schema, "task": "telephony.keep_vault"}, "body": schema}),
        )
        store.hset("vault:figures", schema, "{}")
    kept = exports.ask_export(tenant=house.tenant, by=None, at=house.moment)
    assert exports.run_export(export_id=kept.pk) == "ready"
    tenant = closed(house.tenant, house.moment)
    deletion = deletions.ask_deletion(
        tenant=tenant, schema_typed="acme", reason="contract ended", by=asker, at=house.moment
    )
    late = house.moment + deletions.REST + timedelta(minutes=1)
    deletions.confirm_deletion(deletion_id=deletion.pk, by=other, at=late)
    assert left_of(tenant) != []
    assert deletions.run_deletion(deletion_id=deletion.pk) == "done"

    assert left_of(tenant) == []
    tenants_own = {table.name: why_kept(table) for table in every_house_table()}
    assert [name for name in canaries_in_database() if "." in name or tenants_own.get(name) == ""] == []
    assert [
        path for path in tmp_path.rglob("*") if path.is_file() and "acme" in str(path.relative_to(tmp_path))
    ] == []
    papers = [path for path in tmp_path.rglob("*") if path.is_file() and "number_papers" in str(path)]
    # What both sides signed is kept with the terms.
    assert [path.name for path in papers] == [Signature.objects.get().stored_as.rpartition("/")[2]]
    assert [key for key in store.scan_iter() if b"acme" in key] == []
    assert store.llen("celery") == 1
    assert store.hexists("vault:figures", "globex")
    with enter("globex"):
        assert cache.get("figures") == "theirs"
    assert not Domain.objects.filter(tenant=tenant).exists()
    assert set(Number.objects.filter(tenant=None).values_list("state", flat=True)) == {"quarantine"}
    assert not Export.objects.filter(tenant=tenant).exists()
    assert Client(SERVER_NAME="acme.localhost", raise_request_exception=False).get("/").status_code == 404
    certificate_says_it(deletion, client_of(other), tmp_path / "certificate.json")


def certificate_says_it(deletion, browser, file) -> None:
    said = Deletion.objects.get(pk=deletion.pk).certificate
    assert said["deleted"]["tables"]["people.member"]["rows"] > 0
    assert said["deleted"]["sounds"]["files"] >= 3
    assert (said["asked"]["by"], said["confirmed"]["by"]) == ("Olivia", "Otto")
    assert {kept["what"] for kept in said["kept"]} >= {"tenants.tenant", "billing.charge"}
    assert len(said["audit_chain"]["head"]) == 64
    assert signer_of(said)
    assert signer_of(said | {"reason": "another"}) == ""
    page = browser.get(f"/leaving/deletions/{deletion.pk}/")
    assert "Certificate of deletion" in page.content.decode()
    file.write_bytes(browser.get(f"/leaving/deletions/{deletion.pk}/certificate.json").content)
    call_command("verify_certificate", str(file))
    file.write_text(file.read_text().replace("contract ended", "never asked"))
    with pytest.raises(CommandError):
        call_command("verify_certificate", str(file))


def canaries_in_database() -> set[str]:
    """Tables of any schema but the empty ones that say the canary of planted rows."""
    found = set()
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT schemaname, tablename FROM pg_tables WHERE schemaname NOT IN ('pg_catalog', 'information_schema')"
        )
        for schema, table in cursor.fetchall():
            cursor.execute(
                f'SELECT 1 FROM "{schema}"."{table}" t WHERE t::text LIKE %s LIMIT 1', [f"%{CANARY}7%"]
            )
            if cursor.fetchone():
                found.add(table if schema == "public" else f"{schema}.{table}")
    return found


def test_a_step_that_fails_is_taken_up_where_it_stopped(
    acme, now, operators, redis_server, shelf, monkeypatch, at_once
):
    asker, other = operators
    tenant = closed(acme, now)
    deletion = deletions.ask_deletion(tenant=tenant, schema_typed="acme", reason="left", by=asker, at=now)
    deletions.confirm_deletion(deletion_id=deletion.pk, by=other, at=now + timedelta(days=31))
    from tenants.leaving import deleting

    real = deleting.STEPS["outside"]

    def fails(tenant, at):
        raise OSError("the disk is away")

    monkeypatch.setitem(deleting.STEPS, "outside", fails)
    assert deletions.run_deletion(deletion_id=deletion.pk) == "running"
    row = Deletion.objects.get(pk=deletion.pk)
    assert row.steps.keys() == {"people", "numbers", "account", "storages", "schema"}
    assert "the disk is away" in row.problem
    monkeypatch.setitem(deleting.STEPS, "outside", real)
    assert deletions.run_deletion(deletion_id=deletion.pk) == "done"
    assert Deletion.objects.get(pk=deletion.pk).problem == ""


def test_a_task_that_was_sent_before_the_tenant_was_deleted_touches_nothing(acme):
    """Without its schema the public tables of the same names would answer it."""
    from contactcenter.celery import app
    from tenants.tasks import tenant_task

    ran = []

    @tenant_task(name="tests.of_a_deleted_tenant", shared=False)
    def task() -> None:
        ran.append(connection.schema_name)

    app.conf.update(task_always_eager=True)
    try:
        for schema in ("acme", "deleted_long_ago"):
            task.apply_async(headers={HEADER: schema})
    finally:
        app.conf.update(task_always_eager=False)
    assert ran == ["acme"]
