"""acme with a row in every table, a recording in the vault, a prompt, a paper and bills."""

import hashlib
from pathlib import Path

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection

from telephony import paper_store
from telephony.actions.vault_intake import take_in_sounds
from telephony.models import Sound, StoragePlace, Voice
from telephony.sounds import store
from tenants.context import enter
from tenants.contracts.models import Signature
from tenants.desk.models import NumberPaper
from tenants.hooks.models import Endpoint
from tenants.leaving import passphrase
from tenants.leaving.writing import write_archive
from tenants.models import Contract, Domain, Number, Plan, Tenant
from tenants.people.actions import record_audit
from tenants.provisioning import template_schema
from tenants.secrets import seal
from tenants.service.models import Case, CaseEntry, ContactAddress
from tests.leaving.asking import PASSWORD
from tests.telephony.vault.conftest import Shelf
from tests.tenants.planting import plant
from ticketing.panels.models import Panel

SECRET = "a passphrase nobody guesses"
PAPER = b"%PDF-1.4 a licence"
SIGNED = b"%PDF-1.4 what both sides signed"
PROMPT = b"RIFF a prompt"


@pytest.fixture
def shelf(acme, globex, now, settings, tmp_path) -> Shelf:
    """Folders of the test alone."""
    made = Shelf(now, tmp_path)
    folders = {
        "recordings_dir": str(made.recordings),
        "prompts_dir": str(tmp_path / "prompts"),
        "nodes": None,
    }
    settings.SWITCH = settings.SWITCH | folders
    settings.RECORDING_VAULT = str(made.vault)
    settings.RECORDING_KEYS = ("master one",)
    settings.DATA_KEYS = ("data one",)
    settings.RECORDING_MIN_FREE_MB = 1
    return made


@pytest.fixture
def new_schemas(acme, settings, tmp_path, monkeypatch) -> None:
    """A new tenant's tables are copied from globex, which is empty: a template would take longer than the test."""
    settings.RUN_DIR = tmp_path / "run"
    monkeypatch.setattr(template_schema, "TEMPLATE", "globex")
    monkeypatch.setattr(template_schema, "_make_template", lambda: None)
    monkeypatch.setattr(template_schema, "_drop_template", lambda: None)


def commit() -> None:
    """What waits for the commit is done now: links of the audit log, foreign keys."""
    with connection.cursor() as cursor:
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE; SET CONSTRAINTS ALL DEFERRED")


class House:
    """What is in acme, and what must be elsewhere afterwards."""

    prompt = hashlib.sha256(PROMPT).hexdigest()

    def __init__(self, tenant: Tenant, shelf: Shelf) -> None:
        self.tenant, self.shelf, self.moment = tenant, shelf, shelf.now

    def furnish(self) -> None:
        with enter("acme"):
            plant(("people", "hooks", "telephony", "ticketing", "quality", "reporting"))
            self._sounds()
            Endpoint.objects.update(secret=seal("hook secret"), old_secret="")
            Voice.objects.update(secret=seal("voice secret"))
            Panel.objects.update(secret=seal("panel secret"))
            StoragePlace.objects.update(access_key=seal("access"), secret=seal("storage secret"))
            made = {"seconds": 1, "bytes": len(PROMPT), "loudness": -20, "made_at": self.moment}
            Sound.objects.create(sha256=self.prompt, **made)
            store.write_whole(store.path_of("acme", self.prompt), PROMPT)
            record_audit(verb="tested", subject="leaving")
        plan = Plan.objects.create(code="canary-plan", name="Plan", currency="CNY")
        number = Number.objects.create(e164="+8613955099999", country="CN", tenant=self.tenant)
        contract = Contract.objects.create(
            tenant=self.tenant, plan=plan, starts_on=self.moment.date(), seats=7
        )
        floors = ("billing", "closing", "plans", "support", "desk", "contracts", "service")
        plant(floors, given=(self.tenant, plan, number, contract))
        kept = paper_store.keep(SimpleUploadedFile("paper.pdf", PAPER))
        NumberPaper.objects.update(tenant=self.tenant, number=number, **vars(kept))
        kept = paper_store.keep(SimpleUploadedFile("signed.pdf", SIGNED))
        Signature.objects.update(**vars(kept))
        commit()

    def _sounds(self) -> None:
        """One sealed, one the switch has just closed."""
        self.sealed = self.shelf.recording()
        self.shelf.keep()
        self.sound = self.shelf.bytes_of(self.sealed)
        self.waiting = self.shelf.recording()
        take_in_sounds(at=self.shelf.now, is_thorough=True)

    def written(self, folder: Path, *, secret: str = SECRET, name: str = "acme.tar") -> Path:
        salt = passphrase.new_salt()
        key = passphrase.key_of(secret, salt) if secret else None
        path = folder / name
        with path.open("wb") as target:
            write_archive(
                target, self.tenant, key=key, salt=salt, at=self.moment, tell=lambda what, done: None
            )
        return path

    def make_room(self) -> None:
        """What can be there only once in an installation is called otherwise from now on."""
        Number.objects.filter(tenant=self.tenant).update(e164="+8613955088888")
        Domain.objects.filter(tenant=self.tenant).update(domain="old.localhost")
        for rows in (
            Case.objects.filter(tenant=self.tenant),
            CaseEntry.objects.filter(case__tenant=self.tenant),
        ):
            rows.update(mail_id="")
        ContactAddress.objects.filter(tenant=self.tenant).update(address="old@example.com")


@pytest.fixture
def house(acme, shelf) -> House:
    made = House(acme, shelf)
    made.furnish()
    return made


@pytest.fixture
def quick_passwords(settings):
    settings.PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]


@pytest.fixture
def who(acme, member, shelf, quick_passwords):
    """who("owner", "Olga") → somebody of acme with a password and an address."""

    def make(role: str, name: str, tenant=acme, **more):
        made = member(tenant, role, name=name, email=f"{name.lower()}@acme.example", **more)
        with enter(tenant.schema_name):
            made.set_password(PASSWORD)
            made.save()
        return made

    return make


@pytest.fixture
def two(who):
    return who("owner", "Olga"), who("admin", "Adam")
