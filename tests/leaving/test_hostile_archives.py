"""Archives nobody of ours wrote: refused in words, and nothing of them is left."""

import gzip
import io
import json
import tarfile

import pytest
from django.db import connection

from tenants.errors import BadInput
from tenants.leaving.actions.imports import import_file
from tenants.leaving.archive import HEADER, MANIFEST
from tenants.leaving.reading import verified
from tenants.leaving.signing import signed
from tenants.leaving.writing import write_archive
from tenants.models import Tenant


@pytest.fixture
def plain(acme, shelf, tmp_path, new_schemas):
    """(name, content) of an empty tenant's archive, and a way to write such a list as a file."""
    path = tmp_path / "acme.tar"
    with path.open("wb") as target:
        write_archive(target, acme, key=None, salt="", at=shelf.now, tell=lambda what, done: None)
    with tarfile.open(path) as tar:
        return [(one.name, tar.extractfile(one).read()) for one in tar.getmembers()]


def packed(path, members):
    with tarfile.open(path, "w", format=tarfile.GNU_FORMAT) as tar:
        for one in members:
            if isinstance(one, tarfile.TarInfo):
                tar.addfile(one)
                continue
            head = tarfile.TarInfo(one[0])
            head.size = len(one[1])
            tar.addfile(head, io.BytesIO(one[1]))
    return path


def changed(members, name, content):
    return [(one, content if one == name else said) for one, said in members]


def with_manifest(members, **changes):
    said = json.loads(dict(members)[MANIFEST])
    said = {key: value for key, value in said.items() if key not in ("signature", "signer")} | changes
    return changed(members, MANIFEST, json.dumps(signed(said)).encode())


def refused(path, words):
    with pytest.raises(BadInput) as refusal:
        import_file(path, schema="evil", host="evil.localhost")
    assert words in refusal.value.message
    assert not Tenant.objects.filter(schema_name="evil").exists()
    with connection.cursor() as cursor:
        cursor.execute("SELECT 1 FROM pg_namespace WHERE nspname = 'evil'")
        assert cursor.fetchone() is None


def link() -> tarfile.TarInfo:
    head = tarfile.TarInfo("tables/people.member/000001.ndjson.gz")
    head.type, head.linkname = tarfile.SYMTYPE, "/etc/passwd"
    return head


PART = "tables/contenttypes.contenttype/000001.ndjson.gz"


def test_what_is_no_archive_or_was_changed_is_refused_before_anything_is_made(plain, tmp_path):
    header = json.loads(dict(plain)[HEADER])
    bomb = gzip.compress(b"x" * (60 * 2**20))
    cases = [
        ([("a.txt", b"x")], "does not begin with our header"),
        ([(HEADER, b"[1]")], "is not what we write"),
        ([(HEADER, b"[" * 100_000)], "is not what we write"),
        ([(HEADER, json.dumps(header | {"format": 9}).encode())], "not one we know"),
        ([(HEADER, json.dumps(header | {"version": "other"}).encode()), *plain[1:]], "another version"),
        (plain[:-1], "no manifest"),
        ([plain[0], link(), *plain[1:]], "something else than plain files"),
        ([plain[0], ("../../etc/cron.d/x", b"x"), *plain[1:]], "a name that no file of ours has"),
        ([plain[0], ("files/sounds/../x.wav", b"x"), *plain[1:]], "a name that no file of ours has"),
        (changed(plain, PART, bomb), "far larger"),
        (changed(plain, PART, b"no gzip"), "cannot be unpacked"),
        (changed(plain, PART, gzip.compress(b'{"id":1}\n')), "is not what its manifest says"),
        ([one for one in plain if one[0] != PART], "is not what its manifest says"),
        ([*plain, ("files/x", b"x")], "comes after its manifest"),
        (changed(plain, MANIFEST, b'{"tables": 1}'), "not signed"),
        (with_manifest(plain, tables=3), "is not what we write"),
        ([*plain[:-1], ("files/sounds/abc.wav", b"x"), plain[-1]], "in no list"),
    ]
    for number, (members, words) in enumerate(cases):
        refused(packed(tmp_path / f"{number}.tar", members), words)
    cut = (tmp_path / "acme.tar").read_bytes()
    (tmp_path / "cut.tar").write_bytes(cut[: len(cut) // 2 - 100])
    refused(tmp_path / "cut.tar", "This is not an archive")


def forged(plain, label, lines):
    """An archive whose hashes fit, by somebody who can sign: what is in it must be refused for itself."""
    import hashlib

    content = b"".join(json.dumps(line).encode() + b"\n" for line in lines)
    name = f"{label}/000001.ndjson.gz"
    place, table = label.split("/")
    said = json.loads(dict(plain)[MANIFEST])
    part = {"rows": len(lines), "parts": 1, "sha256": hashlib.sha256(content).hexdigest()}
    members = [one for one in plain if one[0] != name]
    members.insert(-1 if place == "house" else 1, (name, gzip.compress(content)))
    return with_manifest(members, **{place: said[place] | {table: part}})


def row_of(plain, label):
    found = dict(plain).get(f"{label}/000001.ndjson.gz")
    return json.loads(gzip.decompress(found).split(b"\n")[0]) if found else {}


def test_an_archive_that_fits_its_own_hashes_is_still_held_against_the_tables(plain, tmp_path):
    member = {
        "id": 1, "password": "", "username": "eve", "email": "", "name": "Eve", "roles": ["operator"],
        "is_active": True, "language": "en", "seat": "own", "seat_firm": "", "session_epoch": 0,
        "created_at": "2026-11-16T09:00:00+00:00", "last_login": None, "team_id": None, "site_id": None,
        "mentor_id": None, "seat_ends_at": None,
    }  # fmt: skip
    label = "tables/people.member"
    cases = [
        ([member], "roles that a tenant's people cannot have"),
        ([member | {"roles": ["agent"], "id": "seven"}], "of the wrong kind"),
        ([member | {"roles": ["agent"], "is_god": True}], "is not what the archive says"),
    ]
    for number, (lines, words) in enumerate(cases):
        refused(packed(tmp_path / f"forged{number}.tar", forged(plain, label, lines)), words)
    domain = row_of(plain, "house/tenants.domain")
    stranger = forged(
        plain, "house/tenants.domain", [domain, domain | {"domain": "globex.localhost", "is_primary": False}]
    )
    refused(packed(tmp_path / "stranger.tar", stranger), "globex.localhost")


def test_the_archive_says_who_signed_it(plain, tmp_path, settings):
    ours = verified(tmp_path / "acme.tar").signer
    settings.DATA_KEYS = ("another installation",)
    assert verified(packed(tmp_path / "theirs.tar", with_manifest(plain))).signer != ours
