"""Scripts and styles go out compressed to whoever can unpack them, and as they are to everybody else."""

import gzip

import pytest
from django.conf import settings
from django.test import Client

SCRIPT = "js/workspace.js"


@pytest.fixture
def ask(db):
    def get(path: str, **headers: str):
        return Client(HTTP_HOST="acme.localhost").get(f"/static/{path}", headers=headers)

    return get


def body(answer) -> bytes:
    return b"".join(answer.streaming_content) if answer.streaming else answer.content


def on_disk(path: str) -> bytes:
    return (settings.BASE_DIR / "static" / path).read_bytes()


def test_a_script_is_packed_for_those_who_unpack(ask):
    packed = ask(SCRIPT, accept_encoding="gzip, deflate")
    assert packed.headers["Content-Encoding"] == "gzip"
    assert gzip.decompress(body(packed)) == on_disk(SCRIPT)
    assert int(packed.headers["Content-Length"]) == len(packed.content) < len(on_disk(SCRIPT)) / 2
    assert packed.headers["Content-Type"].startswith("text/javascript")
    assert "Accept-Encoding" in packed.headers["Vary"]
    again = ask(SCRIPT, accept_encoding="gzip", if_none_match=packed.headers["ETag"])
    assert (again.status_code, body(again)) == (304, b"")


def test_who_cannot_unpack_or_wants_a_part_gets_it_as_it_is(ask):
    plain = ask(SCRIPT)
    assert ("Content-Encoding" in plain.headers, body(plain)) == (False, on_disk(SCRIPT))
    assert "Accept-Encoding" in plain.headers["Vary"]
    part = ask(SCRIPT, accept_encoding="gzip", range="bytes=0-9")
    assert (part.status_code, body(part)) == (206, on_disk(SCRIPT)[:10])


def test_what_is_small_or_packed_already_is_left_alone(ask):
    small = "js/workspace/supervised.js"
    assert body(ask(small, accept_encoding="gzip")) == on_disk(small)
    assert ask("no-such.js", accept_encoding="gzip").status_code == 404
