"""The pages of leaving: an owner's archive from asking to downloading, what stands in the way, and who may do what."""

import io
import tarfile
from collections import namedtuple

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client

from tenants.context import enter
from tenants.leaving import shelf as leaving_shelf
from tenants.leaving import tasks
from tenants.leaving.actions import exports, imports
from tenants.leaving.models import Export, Import
from tenants.models import Tenant
from tenants.people.models import AuditEntry

Usage = namedtuple("Usage", "free")


@pytest.fixture
def sent(monkeypatch) -> list:
    """Works that were given to a worker."""
    told: list = []
    monkeypatch.setattr(tasks, "send", lambda task, pk: told.append((task.name, pk)))
    return told


def test_an_owner_asks_for_everything_and_downloads_it(acme, globex, member, client_of, shelf, sent, at_once):
    owner = client_of(member(acme, "owner", name="Olga"))
    assert "No archive yet" in owner.get("/leaving/").content.decode()
    assert owner.post("/leaving/", {"secret": "short"}).status_code == 422
    assert owner.post("/leaving/", {"secret": "long enough words"}).status_code == 302
    export = Export.objects.get()
    assert sent == [("leaving.export", export.pk)]
    assert "Waits" in owner.get("/leaving/").content.decode()
    assert owner.post("/leaving/", {}).status_code == 422
    assert owner.get(f"/leaving/{export.pk}/archive.tar").status_code == 410
    assert exports.run_export(export_id=export.pk) == "ready"
    export.refresh_from_db()
    assert (export.secrets_key, export.percent) == ("", 100)
    assert export.sha256 in owner.get("/leaving/").content.decode()
    lying = leaving_shelf.path_of(export.file_name).read_bytes()
    assert b"manifest.json" not in lying

    answer = owner.get(f"/leaving/{export.pk}/archive.tar")
    content = b"".join(answer.streaming_content)
    assert len(content) == export.size == int(answer["Content-Length"])
    with tarfile.open(fileobj=io.BytesIO(content)) as tar:
        assert tar.getnames()[-1] == "manifest.json"
    with enter("acme"):
        verbs = list(AuditEntry.objects.order_by("pk").values_list("verb", flat=True))
    assert verbs == [
        "asked for an export of everything",
        "wrote an export of everything",
        "downloaded an export of everything",
    ]
    stranger = client_of(member(globex, "owner"))
    assert stranger.get(f"/leaving/{export.pk}/archive.tar").status_code == 404
    assert stranger.post(f"/leaving/{export.pk}/drop/").status_code == 404
    leaving_shelf.path_of(export.file_name).write_bytes(
        lying[:-1] + b"x" if lying[-1:] != b"x" else lying[:-1] + b"y"
    )
    broken = owner.get(f"/leaving/{export.pk}/archive.tar")
    assert "not the one that was written" in broken.content.decode()
    assert owner.post(f"/leaving/{export.pk}/drop/").status_code == 302
    export.refresh_from_db()
    assert (export.state, export.key) == ("expired", "")
    assert not leaving_shelf.path_of(export.file_name).exists()


def test_an_export_is_cancelled_refused_for_want_of_room_and_taken_up_after_a_crash(
    acme, member, client_of, shelf, sent, monkeypatch, now, at_once
):
    owner = client_of(member(acme, "owner"))
    monkeypatch.setattr("shutil.disk_usage", lambda place: Usage(free=2 * 10**6))
    page = owner.post("/leaving/", {})
    assert (page.status_code, "GB are free on the disk" in page.content.decode()) == (422, True)
    assert sent == []
    monkeypatch.undo()
    export = exports.ask_export(tenant=acme, by=None, at=now)
    monkeypatch.setattr(exports, "BEAT_SECONDS", 0.0)
    real = exports.shelf.begun

    def begun(name):
        exports.cancel_export(export=Export.objects.get(), by=None, at=now)
        return real(name)

    monkeypatch.setattr(exports.shelf, "begun", begun)
    assert exports.run_export(export_id=export.pk) == "cancelled"
    assert list(leaving_shelf.shelf().iterdir()) == []
    monkeypatch.setattr(exports.shelf, "begun", real)
    again = exports.ask_export(tenant=acme, by=None, at=now)
    # A worker began it and died with half a file.
    Export.objects.filter(pk=again.pk).update(state="running", tries=1, beat_at=now, file_name="acme-0.box")
    told = []
    monkeypatch.setattr(tasks.export, "delay", told.append)
    tasks.take_up()
    assert told == [again.pk]
    assert exports.run_export(export_id=again.pk) == "ready"


def test_an_operator_brings_an_archive_in_or_reads_why_not(
    acme, member, client_of, shelf, sent, new_schemas, now, at_once
):
    operator = client_of(member(None, "operator"))
    export = exports.ask_export(tenant=acme, by=None, at=now)
    exports.run_export(export_id=export.pk)
    content = b"".join(operator.get(f"/leaving/{export.pk}/archive.tar").streaming_content)
    given = {"schema_name": "newhome", "host": "newhome.localhost", "secret": ""}
    for data, said in ((b"no tar", "failed"), (content, "done")):
        file = SimpleUploadedFile("acme.tar", data)
        assert operator.post("/leaving/imports/", given | {"archive": file}).status_code == 302
        row = Import.objects.order_by("-pk").first()
        assert imports.run_import(import_id=row.pk) == said
        assert not leaving_shelf.path_of(row.file_name).exists()
    page = operator.get("/leaving/imports/").content.decode()
    assert "This is not an archive of a tenant" in page
    assert "✓" in page
    taken = operator.post("/leaving/imports/", given | {"archive": SimpleUploadedFile("a.tar", content)})
    assert "There is a tenant or a schema with this name already." in taken.content.decode()
    assert Tenant.objects.get(schema_name="newhome").host == "newhome.localhost"
    assert Client(SERVER_NAME="newhome.localhost").get("/sign-in/").status_code == 200


@pytest.mark.parametrize(
    "where", ["/leaving/", "/leaving/imports/", "/leaving/deletions/", "/leaving/deletions/1/"]
)
def test_only_operators_open_leaving_at_the_operators(where, member, client_of):
    finance = client_of(member(None, "operator_finance"))
    assert finance.get(where).status_code == 403
    assert finance.post(where, {}).status_code in (403, 405)
