"""Out as one archive, in again elsewhere: the same rows, the same sounds, the same hashes."""

import hashlib
import tarfile

from django.db import connection

from telephony import actions as telephony_actions
from telephony.models import KeptSound, Recording, StoragePlace, VaultKey, Voice
from telephony.paper_store import read as read_paper
from telephony.sounds import store
from tenants.billing.models import Charge
from tenants.closing.models import Bill
from tenants.context import enter
from tenants.contracts.models import Signature
from tenants.desk.models import NumberPaper
from tenants.hooks.models import Endpoint
from tenants.leaving.actions.imports import import_file
from tenants.leaving.catalog import LEFT_OUT, tenant_tables
from tenants.models import Contract, Number, NumberAssignment, Tenant
from tenants.people.models import Member
from tenants.provisioning.keeping import keep_ready
from tenants.secrets import unseal
from tenants.service.models import Case
from tenants.trust import chain
from tests.leaving.conftest import PAPER, SECRET, SIGNED, commit
from ticketing.panels.models import Panel


def test_a_tenant_that_leaves_is_elsewhere_what_it_was(house, new_schemas, tmp_path):
    """Into a house that stood ready; the test below makes one for it."""
    path = house.written(tmp_path)
    house.make_room()
    assert keep_ready() == 2
    found = import_file(path, schema="newhome", host="newhome.localhost", secret=SECRET)
    commit()
    assert keep_ready() == 1
    assert found.differs == ["tenants.domain"]
    assert found.files == 5
    moved = Tenant.objects.get(schema_name="newhome")
    assert (moved.state, moved.name, moved.host) == ("active", "Acme", "newhome.localhost")
    assert Contract.objects.get(tenant=moved, seats=7).plan.code == "canary-plan"
    with enter("acme"):
        people = list(Member.objects.order_by("pk").values_list("pk", "username", "roles"))
    with enter("newhome"):
        assert list(Member.objects.order_by("pk").values_list("pk", "username", "roles")) == people
        assert Member.objects.create(username="new", name="New").pk > max(pk for pk, _name, _roles in people)
        assert unseal(Endpoint.objects.get().secret) == "hook secret"
        assert unseal(Panel.objects.get().secret) == "panel secret"
        assert unseal(Voice.objects.get().secret) == "voice secret"
        assert unseal(StoragePlace.objects.get().secret) == "storage secret"
        sealed = Recording.objects.get(pk=house.sealed.pk)
        sound = telephony_actions.open_sound(sealed)
        sound.prove()
        assert b"".join(sound.read(0, sound.size)) == house.sound
        assert KeptSound.objects.get(subject_id=str(sealed.pk)).name.startswith("newhome/")
        waiting = Recording.objects.get(pk=house.waiting.pk)
        assert waiting.path.startswith("newhome/")
        assert (house.shelf.recordings / waiting.path).read_bytes() == house.shelf.plain_of(
            house.waiting
        ).read_bytes()
        assert store.path_of("newhome", house.prompt).read_bytes() == b"RIFF a prompt"
        assert chain.proved().problem == ""
    paper = NumberPaper.objects.get(tenant=moved)
    assert read_paper(paper) == PAPER
    signed = Signature.objects.get(agreement__tenant=moved)
    assert read_paper(signed) == SIGNED
    theirs = Signature.objects.get(agreement__tenant=house.tenant)
    assert signed.stored_as != theirs.stored_as
    assert Case.objects.get(tenant=moved).subject == Case.objects.get(tenant=house.tenant).subject
    # Bills bear the numbers of who issued them: to be read in the archive, and nobody's here.
    assert not Bill.objects.filter(tenant=moved).exists()
    with tarfile.open(path) as tar:
        assert any(name.startswith("house/closing.bill/") for name in tar.getnames())
    assert (
        Charge.objects.filter(tenant=moved).count() == Charge.objects.filter(tenant=house.tenant).count() > 0
    )


def test_no_secret_is_in_the_archive_and_without_the_passphrase_none_comes_in(house, new_schemas, tmp_path):
    sealed = house.written(tmp_path).read_bytes()
    for clear in (b"hook secret", b"voice secret", b"storage secret"):
        assert clear not in sealed
    path = house.written(tmp_path, secret="", name="bare.tar")
    house.make_room()
    import_file(path, schema="bare", host="bare.localhost")
    with enter("bare"):
        assert Voice.objects.get().secret == ""
        assert len(unseal(Endpoint.objects.get().secret)) > 20
        assert unseal(Panel.objects.get().secret).startswith("panel_")
        sound = telephony_actions.open_sound(Recording.objects.get(pk=house.sealed.pk))
        assert hashlib.sha256(b"".join(sound.read(0, sound.size))).hexdigest() == house.sealed.sha256
        assert VaultKey.objects.exclude(wrapped="").exists()


def test_every_table_and_column_of_a_tenant_is_in_the_archive(acme):
    tables = {table.name: set(table.columns) for table in tenant_tables()}
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT table_name, column_name FROM information_schema.columns WHERE table_schema = 'acme'"
        )
        there: dict[str, set[str]] = {}
        for table, column in cursor.fetchall():
            there.setdefault(table, set()).add(column)
    from django.apps import apps

    from tenants.leaving.registry import local_of

    left_out = {apps.get_model(label)._meta.db_table for label in LEFT_OUT} | {"django_migrations"}
    assert there.keys() - tables.keys() == left_out
    for name, columns in tables.items():
        assert there[name] - columns == local_of(name), name


def test_what_went_back_before_keeps_nobody_from_leaving(house, new_schemas, tmp_path):
    """A number that was the tenant's once: its assignment names a row of the house that does not go along."""
    lent = Number.objects.get(tenant=house.tenant)
    NumberAssignment.objects.create(number=lent, tenant=house.tenant, assigned_at=house.moment)
    former = Number.objects.create(e164="+8613955077777", country="CN")
    NumberAssignment.objects.create(
        number=former, tenant=house.tenant, assigned_at=house.moment, returned_at=house.moment
    )
    path = house.written(tmp_path)
    house.make_room()
    found = import_file(path, schema="former", host="former.localhost", secret=SECRET)
    kept = NumberAssignment.objects.filter(tenant=found.tenant).values_list("number__e164", flat=True)
    assert list(kept) == [lent.e164]
    assert not Number.objects.filter(pk=former.pk).exclude(tenant=None).exists()
