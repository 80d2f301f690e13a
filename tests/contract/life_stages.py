"""One installation in a process of its own, told stage by stage what its operators and tenants do.

`python -m tests.contract.life_stages` reads a line of JSON for each, `["stage", {…}]`, and answers with one. Two of
them have nothing in common but the archive that one writes and the other reads.
"""

from __future__ import annotations

import hashlib
import json
import os
import sys
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import django

LEAVER, STAYER, PASSPHRASE = "initech", "acme", "a passphrase nobody guesses"
NUMBERS = {LEAVER: "+862155500001", STAYER: "+862155500002"}
PASSWORD, EXTENSION = "phone-secret", "1001"
MEMBERS = "username,name,email,roles,language,is_active\nzhao,赵钢,zhao@initech.example,agent,zh-hans,1\n"
CUSTOMERS = "name,level,language,numbers\n王芳,standard,zh-hans,138 1234 2211\n李雷,vip,en,139 0000 1111\n"
PROMPT = b"RIFF what callers of this house hear"


def opened() -> dict[str, Any]:
    """The tenant is ordered and opened step by step; beside it stands another that was there before."""
    from django.utils import timezone

    from tenants.actions import FirstAdmin, Terms, open_tenant
    from tenants.billing.demo import prices
    from tenants.models import Plan, Tenant
    from tenants.provisioning.opening import provision

    plan = Plan.objects.create(code="team", name="Team", currency="CNY")
    prices()
    tenant = open_tenant(
        name="Initech", schema_name=LEAVER, domain=f"{LEAVER}.localhost", country="CN", time_zone="Asia/Shanghai",
        currency="CNY", admin=FirstAdmin("olga", "Olga Owner"), terms=Terms(plan, date(2026, 1, 1), seats=5),
        begin=False,
    )  # fmt: skip
    assert provision(tenant.pk)
    floors = {
        one.schema_name: _floor(one, timezone.now()) for one in Tenant.objects.filter(schema_name__in=NUMBERS)
    }
    return {"agents": floors}


def _floor(tenant: Any, at: Any) -> int:
    """The agent's id. Members and customers come by sheets through the pages, a line, a phone and a prompt beside."""
    from telephony.actions import a1_hash
    from telephony.models import Agent, Device, Entry, Queue, QueueAgent, Sound
    from telephony.sounds import store
    from tenants.context import enter
    from tenants.lending import lend_number
    from tenants.models import Number
    from tenants.people.models import Member

    schema = tenant.schema_name
    number = Number.objects.create(e164=NUMBERS[schema], country="CN", currency="CNY")
    lend_number(number_id=number.pk, tenant_id=tenant.pk, at=at)
    with enter(schema):
        owner = Member.objects.filter(username="olga").first() or Member.objects.create(
            username="olga", name="Olga", roles=["owner", "admin"]
        )
        _take_in(schema, owner, "people/member", MEMBERS.replace(LEAVER, schema))
        _take_in(schema, owner, "ticketing/customer", CUSTOMERS)
        zhao = Member.objects.get(username="zhao")
        agent = Agent.objects.create(member=zhao, name=zhao.name, extension=EXTENSION)
        hashed = a1_hash(EXTENSION, f"{schema}.localhost", PASSWORD)
        Device.objects.create(agent=agent, sip_username=EXTENSION, a1_hash=hashed)
        queue = Queue.objects.create(name="Sales", wrap_up_seconds=0, offer_seconds=15, max_wait_seconds=600)
        Entry.objects.create(number_e164=NUMBERS[schema], queue=queue)
        QueueAgent.objects.create(queue=queue, agent=agent)
        name = hashlib.sha256(PROMPT).hexdigest()
        Sound.objects.create(sha256=name, seconds=1, bytes=len(PROMPT), loudness=-20, made_at=at)
        store.write_whole(store.path_of(schema, name), PROMPT)
    return agent.pk


def _take_in(schema: str, by: Any, place: str, sheet: str) -> None:
    from django.core.files.uploadedfile import SimpleUploadedFile
    from django.test import Client

    client = Client(SERVER_NAME=f"{schema}.localhost")
    client.force_login(by)
    file = SimpleUploadedFile("sheet.csv", sheet.encode())
    page = client.post(
        f"/admin/{place}/import/", {"format": "0", "resource": "0", "import_file": file}, follow=True
    )
    hidden = page.context["confirm_form"].initial
    answer = client.post(f"/admin/{place}/process_import/", hidden)
    assert answer.status_code == 302, answer.content.decode()[-2000:]


def sealed() -> dict[str, Any]:
    """What the switch recorded goes into the vault, a little later than the file was closed."""
    from django.utils import timezone

    from telephony.actions.sealing import keep_due_sounds
    from telephony.actions.vault_intake import take_in_sounds
    from tenants.context import enter

    later = timezone.now() + timedelta(minutes=5)
    with enter(LEAVER):
        take_in_sounds(at=later)
        return {"sounds": keep_due_sounds(at=lambda: later, until=lambda: False)}


def exported(file: str) -> dict[str, Any]:
    """Asked for by the owner, written, downloaded; what was in the house when it was written."""
    from django.utils import timezone

    from tenants.context import enter
    from tenants.leaving.actions.exports import ask_export, hand_out, run_export
    from tenants.leaving.models import Export
    from tenants.models import Tenant
    from tenants.people.models import Member

    tenant = Tenant.objects.get(schema_name=LEAVER)
    with enter(LEAVER):
        owner = Member.objects.get(username="olga")
        export = ask_export(tenant=tenant, by=owner, secret=PASSPHRASE, at=timezone.now())
    assert run_export(export_id=export.pk) == "ready"
    export = Export.objects.select_related("tenant").get(pk=export.pk)
    with enter(LEAVER), Path(file).open("wb") as target:
        target.writelines(hand_out(export=export, by=owner, at=timezone.now()))
    return {"tables": _tables(LEAVER), "missing": export.missing, "sha256": export.sha256}


def brought(file: str) -> dict[str, Any]:
    """The archive becomes a tenant of this installation, which has none of that name."""
    from telephony import actions
    from telephony.models import Recording
    from tenants.context import enter
    from tenants.leaving.actions.imports import import_file
    from tenants.models import Tenant
    from tenants.trust import chain

    assert not Tenant.objects.filter(schema_name=LEAVER).exists()
    found = import_file(Path(file), schema=LEAVER, secret=PASSPHRASE, by="an operator")
    with enter(LEAVER):
        sound = actions.open_sound(Recording.objects.get())
        sound.prove()
        heard = hashlib.sha256(b"".join(sound.read(0, sound.size))).hexdigest()
        return {
            "tables": _tables(LEAVER), "sound": heard, "chain": chain.proved().problem, "files": found.files,
            "differs": found.differs,
        }  # fmt: skip


def counted() -> dict[str, Any]:
    """Rows and hash of every table of the one that stays."""
    return {"tables": _tables(STAYER)}


def deleted() -> dict[str, Any]:
    """Closed, rested, asked for by one operator, confirmed by another. The certificate."""
    from django.utils import timezone

    from tenants.actions import close_tenant, suspend_tenant
    from tenants.leaving.actions import deletions
    from tenants.leaving.models import Deletion
    from tenants.leaving.signing import signer_of
    from tenants.models import Tenant
    from tenants.people.models import Member

    now, tenant = timezone.now(), Tenant.objects.get(schema_name=LEAVER)
    otto, vera = (
        Member.objects.create(username=name, name=name, roles=["operator"]) for name in ("otto", "vera")
    )
    suspend_tenant(tenant_id=tenant.pk, at=now, reason="leaves")
    close_tenant(tenant_id=tenant.pk, at=now, reason="leaves")
    tenant.refresh_from_db()
    asked = deletions.ask_deletion(
        tenant=tenant, schema_typed=LEAVER, reason="contract ended", by=otto, at=now
    )
    late = now + deletions.REST + timedelta(minutes=1)
    deletions.confirm_deletion(deletion_id=asked.pk, by=vera, at=late)
    state = deletions.run_deletion(deletion_id=asked.pk)
    done = Deletion.objects.get(pk=asked.pk)
    return {
        "state": state, "problem": done.problem, "certificate": done.certificate,
        "signer": signer_of(done.certificate) if done.certificate else "",
    }  # fmt: skip


def _tables(schema: str) -> dict[str, tuple[int, str]]:
    """Label → rows and SHA-256 of a table's rows, without what this installation alone can read."""
    from tenants.context import enter_public
    from tenants.leaving.catalog import tenant_tables
    from tenants.leaving.lines import lines_of, snapshot

    found = {}
    with enter_public(), snapshot() as own:
        for table in tenant_tables():
            lines = list(lines_of(own, table, schema, key=None))
            found[table.label] = (len(lines), hashlib.sha256("\n".join(lines).encode()).hexdigest())
    return found


STAGES = {one.__name__: one for one in (opened, sealed, exported, brought, counted, deleted)}


def main() -> int:
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "contactcenter.settings")
    django.setup()
    from django.test.utils import setup_test_environment

    from tenants.context import enter_public

    # So that the pages of an import tell what they show.
    setup_test_environment()
    # Answers have a road of their own: what anything else prints is no answer.
    answers = os.fdopen(os.dup(1), "w")
    os.dup2(2, 1)
    for line in sys.stdin:
        name, given = json.loads(line)
        with enter_public():
            answers.write(json.dumps(STAGES[name](**given)) + "\n")
        answers.flush()
    return 0


if __name__ == "__main__":
    sys.exit(main())
