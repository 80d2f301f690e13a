"""The status pages: of everybody, of a tenant; outage notes; the watch while parts are away."""

import base64
import json
import socket
import threading
from datetime import timedelta

import pytest
from django.db import DatabaseError, connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from contactcenter import watching
from tenants.service import status
from tenants.service.actions.watch import note_round
from tenants.service.models import OutageNote, PartSpan, ToldTenant, WatchClock
from tests.service.conftest import UP

NOTE = {
    "title": "Calls fail", "title_zh": "呼叫失败", "text": "We look at it.", "text_zh": "正在处理。",
    "began_at": "2026-11-10T10:00",
}  # fmt: skip


@pytest.fixture
def console(member, client_of):
    return client_of(member(None, "operator", name="Olivia"))


@pytest.fixture
def seen(watch):
    """Looked at until now; a switch of globex's cell has been down for five minutes."""
    now = timezone.now()
    watch.round(now - timedelta(minutes=5), switch_north="down")
    watch.round(now)
    return PartSpan.objects.get(state="down")


def public(**more) -> tuple[int, str]:
    answer = Client(SERVER_NAME="localhost", raise_request_exception=False).get("/status/", more)
    return answer.status_code, answer.content.decode()


def test_the_public_page_needs_nobody_and_names_no_tenant_and_no_cell(seen, django_assert_num_queries):
    status.keep(status.picture(timezone.now()))
    with django_assert_num_queries(0):
        code, page = public()
    assert code == 200
    assert "There is an outage" in page
    assert page.count("<svg") == 6
    assert page.count("<rect") == 6 * 90
    assert "north" not in page
    assert "Globex" not in page
    assert "有故障" in public(lang="zh-hans")[1]
    answer = Client(SERVER_NAME="localhost").get("/status/")
    assert answer.headers["Cache-Control"] == "public, max-age=10"
    assert "sessionid" not in answer.cookies


def test_the_public_page_is_there_while_the_database_is_not(seen, monkeypatch):
    now = timezone.now()
    told = status.picture(now)

    def away(*_given):
        raise DatabaseError

    monkeypatch.setattr(status, "picture", away)
    status.keep(
        told
        | {
            "made_at": (now - timedelta(hours=1)).isoformat(),
            "looked_at": (now - timedelta(hours=1)).isoformat(),
        }
    )
    code, page = public()
    assert code == 200
    assert "this is the last picture" in page
    assert "Nobody is looking at the moment" in page
    status.path().write_text("{half")
    code, page = public()
    assert code == 200
    assert "Nothing is known yet" in page


def test_a_tenants_page_shows_its_own_cell_and_its_own_notes(seen, acme, globex, member, client_of, console):
    agent, other = client_of(member(acme, "agent")), client_of(member(globex, "owner", name="Gail"))
    assert "Everything works" in agent.get("/status/").content.decode()
    assert "There is an outage" in other.get("/status/").content.decode()
    console.post(f"/service/outages/{seen.pk}/", {"cause": "A power supply"})
    assert "A power supply" in other.get("/status/").content.decode()
    assert "A power supply" not in agent.get("/status/").content.decode()
    drafted = console.post(f"/service/notes/?outage={seen.pk}", NOTE | {"is_public": "on"})
    assert drafted.status_code == 302
    note = OutageNote.objects.get()
    assert "Calls fail" not in other.get("/status/").content.decode() + public()[1]
    console.post(f"/service/notes/{note.pk}/publish/")
    assert [told.tenant for told in ToldTenant.objects.all()] == [globex]
    page = other.get("/status/").content.decode()
    assert "Calls fail" in page
    assert "Calls fail" not in agent.get("/status/").content.decode()
    assert "Calls fail" in public()[1]
    other.post(f"/status/notes/{note.pk}/read/")
    client_of(member(acme, "owner")).post(f"/status/notes/{note.pk}/read/")
    assert ToldTenant.objects.get().read_by == "Gail"
    console.post(f"/service/notes/{note.pk}/update/", {"text": "Found.", "text_zh": "已定位。"})
    assert ToldTenant.objects.get().read_at is None
    console.post(f"/service/notes/{note.pk}/end/", {"text": "", "text_zh": ""})
    note.refresh_from_db()
    assert note.state == "published"
    console.post(f"/service/notes/{note.pk}/end/", {"text": "Over.", "text_zh": "已恢复。"})
    assert "已恢复。" in public(lang="zh-hans")[1]
    note.refresh_from_db()
    assert (note.state, note.updates.count()) == ("resolved", 3)


def test_operators_see_every_part_with_its_history_and_whom_it_touched(seen, console, globex):
    page = console.get("/service/parts/").content.decode()
    assert page.count("<svg") == 8
    assert "There is an outage" in page
    assert "Everything works" not in page
    assert f"/service/outages/{seen.pk}/" in page
    outage = console.get(f"/service/outages/{seen.pk}/").content.decode()
    assert globex.name in outage
    assert "0:05:00" in outage or "5:0" in outage
    for path in ("/service/months/", "/service/months/export.csv", "/service/roster/", "/service/notes/"):
        assert console.get(path).status_code == 200, path
    assert console.get("/service/outages/99999999/").status_code == 404
    assert console.get("/service/months/?month=never").status_code == 400


def test_a_look_that_cannot_be_written_waits_and_the_page_says_what_was_found(watch, monkeypatch):
    """The database goes away for three looks: the page has them at once, the rows when it is back, at their times."""
    now = timezone.now()
    watch.round(now)
    status.keep(status.picture(now))
    down = dict(UP) | {("database", ""): ("down", "OperationalError")}
    looks = iter([down, down, down, UP])
    monkeypatch.setattr(watching, "look", lambda _at: next(looks))

    def away(**_given):
        raise DatabaseError

    turns, begun = watching.Watch(), [now + timedelta(seconds=10 * n) for n in range(1, 5)]
    with monkeypatch.context() as gone:
        gone.setattr(watching, "note_round", away)
        gone.setattr(watching.connection, "close", lambda: None)
        for at in begun[:3]:
            turns.turn(at)
    told = json.loads(status.path().read_text())
    assert {one["part"]: one["state"] for one in told["parts"]}["database"] == "down"
    monkeypatch.setattr(watching, "close_old_connections", lambda: None)
    turns.turn(begun[3])
    span = PartSpan.objects.get(part="database", state="down")
    assert (span.began_at, span.ended_at) == (begun[0], begun[3])
    assert WatchClock.objects.get().last_at == begun[3]


def test_a_look_tells_each_part(db, monkeypatch, settings):
    """Nothing listens where the web should be, and no cell was ever opened."""
    settings.WATCH_URL = "http://127.0.0.1:1"
    monkeypatch.setattr(watching.health, "measure", lambda: {
        "database": {"state": "up"}, "cache": {"state": "down", "problem": "ConnectionError"},
        "celery": {"state": "unknown"}, "recording": {"state": "stopped"},
    })  # fmt: skip
    monkeypatch.setattr(watching, "last_round", lambda: {"checked": 3, "broken": 3})
    found = watching.look(timezone.now())
    assert {part: state for (part, _cell), (state, _said) in found.items()} == {
        "database": "up", "cache": "down", "celery": "unknown", "recording": "down", "web": "down",
        "socket": "down", "calls": "down",
    }  # fmt: skip
    note_round(at=timezone.now(), found=found)
    assert PartSpan.objects.count() == 7


def test_a_handshake_is_one_that_a_server_takes(settings):
    """The first line of the product's own server for it, and for a server that takes none."""
    for first, state in (
        (b"HTTP/1.1 101 Switching Protocols\r\n\r\n", "up"),
        (b"HTTP/1.1 400 bad\r\n\r\n", "down"),
    ):
        with socket.create_server(("127.0.0.1", 0)) as server:
            settings.WATCH_URL = f"http://127.0.0.1:{server.getsockname()[1]}"
            asked = []

            def answer(line=server, first=first, asked=asked) -> None:
                taken, _from = line.accept()
                with taken:
                    asked.append(taken.recv(2000).decode())
                    taken.sendall(first)

            other = threading.Thread(target=answer)
            other.start()
            assert watching._asked(watching._ask_socket)[0] == state
            other.join(5)
        key = asked[0].split("Sec-WebSocket-Key: ")[1].split("\r\n")[0]
        assert len(base64.b64decode(key, validate=True)) == 16
        assert "Upgrade: websocket" in asked[0]


def test_a_tenants_own_page_asks_for_the_parts_once_and_shows_its_own_cell_alone(
    seen, acme, globex, member, client_of
):
    for tenant, title in ((acme, "Everything works"), (globex, "There is an outage")):
        client = client_of(member(tenant, "owner"))
        with CaptureQueriesContext(connection) as asked:
            page = client.get("/status/").content.decode()
        assert title in page
        assert sum('FROM "service_outsidewatcher"' in one["sql"] for one in asked) == 1
