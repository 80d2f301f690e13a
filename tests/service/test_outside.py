"""Watchers on other machines: what they see is shown beside our own looks, and counts where an operator says so."""

import http.server
import importlib.util
import json
import socket
import threading
import time
from datetime import timedelta

import pytest
from django.test import Client
from django.utils import timezone

from contactcenter.environment import PROJECT
from contactcenter.metrics import Outside
from tenants.context import enter_public
from tenants.service import errors, status
from tenants.service.actions.outages import follow_outages, follow_outside
from tenants.service.actions.outside import Look, add_watcher, count_watcher, revoke_watcher, take_looks
from tenants.service.actions.watch import settle_gap
from tenants.service.models import Case, OutsideWatcher, PartSpan
from tenants.service.parts import OUTSIDE_SIP, OUTSIDE_WEB
from tenants.service.queries.availability import measure, tenants_touched
from tenants.service.queries.watch import outages, parts_now

SECOND, MINUTE = timedelta(seconds=1), timedelta(minutes=1)
UP, DOWN = ("up", ""), ("down", "no answer")


@pytest.fixture
def begun(watch):
    """Both tenants have been watched from inside for an hour, and all was well."""
    now = timezone.now().replace(microsecond=0)
    watch.round(now - timedelta(hours=1))
    watch.round(now)
    return now - timedelta(minutes=30)


@pytest.fixture
def hongkong(begun):
    """It asks the switch of globex's cell, and counts."""
    row, key = add_watcher(name="hongkong", cell="north", is_counted=True, at=begun)
    row.key = key
    return row


def report(row, start, *states, every=10 * SECOND):
    """One look each ten seconds: (web, sip)."""
    looks = [
        Look(start + n * every, {OUTSIDE_WEB: web, OUTSIDE_SIP: sip}) for n, (web, sip) in enumerate(states)
    ]
    OutsideWatcher.objects.update(last_report_at=None)
    return take_looks(watcher_id=row.pk, looks=looks, at=timezone.now())


def spans(part=OUTSIDE_SIP):
    return [
        (row.state, row.began_at, row.ended_at)
        for row in PartSpan.objects.filter(part=part).order_by("began_at", "pk")
    ]


def counted(tenant, begun) -> int:
    return measure(tenant, begun - MINUTE, timezone.now(), timezone.now()).down


# --- what a report becomes ---


def test_a_switch_not_reached_touches_who_lives_there_and_counts_once(hongkong, begun, acme, globex):
    states = [(UP, UP)] * 3 + [(UP, DOWN)] * 12 + [(UP, UP)] * 3
    until = report(hongkong, begun, *states)
    assert until == begun + 170 * SECOND
    began, ended = begun + 30 * SECOND, begun + 150 * SECOND
    assert spans() == [("up", begun, began), ("down", began, ended), ("up", ended, None)]
    assert (counted(globex, begun), counted(acme, begun)) == (120, 0)
    down = PartSpan.objects.get(state="down")
    assert [(tenant.schema_name, gone) for tenant, gone in tenants_touched(down, timezone.now())] == [
        ("globex", 120)
    ]
    assert down in outages(cells={"north"})
    assert down not in outages(cells={"main"})
    # Delivered twice, and out of order, it is the same.
    report(hongkong, begun, *reversed(states))
    assert len(spans()) == 3


def test_it_counts_only_where_the_operator_said_so_and_only_from_then_on(hongkong, begun, globex, acme):
    count_watcher(watcher_id=hongkong.pk, is_counted=False)
    report(hongkong, begun, *[(DOWN, DOWN)] * 10, (UP, UP))
    assert (counted(globex, begun), counted(acme, begun)) == (0, 0)
    count_watcher(watcher_id=hongkong.pk, is_counted=True)
    assert counted(globex, begun) == 0
    report(hongkong, begun + 110 * SECOND, *[(DOWN, UP)] * 6, (UP, UP))
    # Pages are everybody's.
    assert (counted(globex, begun), counted(acme, begun)) == (60, 60)
    count_watcher(watcher_id=hongkong.pk, is_counted=False)
    assert counted(acme, begun) == 60


def test_a_silent_watcher_is_told_as_such_and_is_nobodys_outage(hongkong, begun, globex, acme):
    report(hongkong, begun, (UP, UP), (UP, DOWN))
    now = timezone.now()
    told = {one.part: (one.state, one.said) for one in parts_now(now) if "@" in one.place}
    assert told == {OUTSIDE_WEB: ("unknown", "silent"), OUTSIDE_SIP: ("unknown", "silent")}
    # Down in its last look: for the moment of that look, not for the silence after it.
    assert counted(globex, begun) == 0
    # Heard again: the time between is not known, and no part of a figure.
    report(hongkong, begun + 10 * MINUTE, (UP, UP))
    gap = PartSpan.objects.get(part=OUTSIDE_SIP, state="unknown")
    assert (gap.began_at, gap.ended_at) == (begun + 10 * SECOND, begun + 10 * MINUTE)
    found = measure(globex, begun, now, now)
    assert (found.down, found.unknown) == (0, 0)
    with pytest.raises(errors.WasSeen):
        settle_gap(span_id=gap.pk, as_state="down", because="x", by_name="Olivia", at=now)


def test_our_own_watch_and_one_outside_close_nothing_of_each_other(hongkong, begun, watch):
    report(hongkong, begun, (UP, DOWN))
    own = PartSpan.objects.filter(ended_at=None).exclude(part__in=(OUTSIDE_WEB, OUTSIDE_SIP)).count()
    watch.round(timezone.now() + MINUTE)
    assert PartSpan.objects.filter(part=OUTSIDE_SIP, state="down", ended_at=None).count() == 1
    report(hongkong, begun + 10 * SECOND, (UP, UP))
    now_open = PartSpan.objects.filter(ended_at=None).exclude(part__in=(OUTSIDE_WEB, OUTSIDE_SIP))
    assert now_open.count() == own


def test_days_are_drawn_also_of_what_comes_late(hongkong, watch):
    day = timezone.now().replace(hour=0, minute=0, second=0, microsecond=0) - timedelta(days=2)
    report(hongkong, day, *[(UP, DOWN)] * 6, (UP, UP))
    sip = next(one for one in parts_now(timezone.now()) if one.part == OUTSIDE_SIP)
    bar = next(one for one in sip.days if one.day == day.date().isoformat())
    assert (bar.down, bar.seen, bar.kind) == (60, 60, "down")


def test_what_another_watcher_reaches_is_reachable(hongkong, begun):
    other, _key = add_watcher(name="london", cell="north", is_counted=False, at=begun)
    now = timezone.now()
    report(hongkong, now - 20 * SECOND, (DOWN, DOWN), (DOWN, DOWN))
    report(other, now - 20 * SECOND, (UP, DOWN), (UP, DOWN))
    told = {one.part: one.state for one in status.from_outside(parts_now(now))}
    assert told == {OUTSIDE_WEB: "up", OUTSIDE_SIP: "down"}
    assert [one.part for one in status.from_outside(parts_now(now), "main")] == [OUTSIDE_WEB]
    revoke_watcher(watcher_id=other.pk, at=now)
    assert {one.part: one.state for one in status.from_outside(parts_now(now))}[OUTSIDE_WEB] == "down"


# --- cases ---


def test_what_lasts_a_minute_is_one_case_that_wakes_nobody_unless_it_counts(hongkong, begun):
    count_watcher(watcher_id=hongkong.pk, is_counted=False)
    report(hongkong, begun, *[(DOWN, UP)] * 5, (UP, UP))
    assert follow_outside(at=timezone.now()) == 0
    # Over before it could be delivered: a case all the same.
    report(hongkong, begun + 60 * SECOND, *[(DOWN, UP)] * 7, (UP, UP))
    assert follow_outside(at=timezone.now()) == 1
    assert follow_outside(at=timezone.now()) == 0
    case = Case.objects.get()
    assert (case.channel, case.severity, case.tenant) == ("watch", "normal", None)
    assert "@hongkong" in case.subject


def test_a_case_of_a_watcher_keeps_no_outage_of_ours_from_calling(hongkong, begun, watch):
    report(hongkong, begun, *[(DOWN, UP)] * 8)
    assert follow_outside(at=timezone.now()) == 1
    later = timezone.now() + MINUTE
    watch.round(later, web="down")
    assert follow_outages(at=later + MINUTE) == 1
    assert list(Case.objects.order_by("pk").values_list("severity", flat=True)) == ["urgent", "urgent"]


# --- the door ---


def post(body, key="", **more):
    told = body if isinstance(body, str | bytes) else json.dumps(body)
    return Client(SERVER_NAME="localhost").post(
        "/api/v1/outside/looks",
        told,
        content_type="application/json",
        headers={"Authorization": f"Bearer {key}"},
        **more,
    )


def test_a_key_opens_the_door_of_reports_and_no_other_and_is_kept_as_a_hash(hongkong, begun, acme, client_of):
    body = {"looks": [{"at": begun.timestamp(), "found": {"web": ["up", ""], "sip": ["up", "200"]}}]}
    for wrong in ("", "x", "cco_" + "a" * 43, "cct_" + "a" * 43, hongkong.key[:-1], "cco_" + "a" * 5000):
        assert post(body, wrong).status_code == 401
    assert not PartSpan.objects.filter(part=OUTSIDE_WEB).exists()
    answer = post(body, hongkong.key)
    assert (answer.status_code, answer.json()["taken_until"]) == (200, begun.timestamp())
    assert post(body, hongkong.key).status_code == 429
    with enter_public():
        assert hongkong.key not in json.dumps(list(OutsideWatcher.objects.values()), default=str)
    key = {"Authorization": f"Bearer {hongkong.key}"}
    assert Client(SERVER_NAME="acme.localhost").post("/api/v1/outside/looks", headers=key).status_code == 404
    assert Client(SERVER_NAME="acme.localhost").get("/api/v1/calls/", headers=key).status_code in (401, 403)
    revoke_watcher(watcher_id=hongkong.pk, at=timezone.now())
    assert post(body, hongkong.key).status_code == 401


WRONG = [
    "", "{", "[]", {}, {"looks": 1}, {"looks": [1]}, {"looks": [{}]},
    {"looks": [{"at": "x", "found": {"web": ["up", ""]}}]},
    {"looks": [{"at": True, "found": {"web": ["up", ""]}}]}, {"looks": [{"at": 1e300, "found": {"web": ["up", ""]}}]},
    '{"looks": [{"at": NaN, "found": {"web": ["up", ""]}}]}', {"looks": [{"at": 1, "found": {}}]},
    {"looks": [{"at": 1, "found": {"database": ["down", ""]}}]},
    {"looks": [{"at": 1, "found": {"web": ["unknown", ""]}}]},
    {"looks": [{"at": 1, "found": {"web": ["up"]}}]}, {"looks": [{"at": 1, "found": {"web": ["up", 1]}}]},
    {"looks": [{"at": 1, "found": {"web": [[], ""]}}]}, {"looks": [{"at": 1}] * 1001},
]  # fmt: skip


@pytest.mark.parametrize("body", WRONG, ids=range(len(WRONG)))
def test_what_is_no_report_is_refused_and_leaves_nothing(hongkong, body):
    assert post(body, hongkong.key).status_code == 400
    assert not PartSpan.objects.filter(part=OUTSIDE_WEB).exists()
    assert OutsideWatcher.objects.get().last_report_at is None


def test_a_wrong_clock_is_left_out_and_what_is_said_is_one_line(hongkong, begun):
    now = timezone.now()
    looks = [{"at": (now + shift).timestamp(), "found": {"web": ["down", "a\n\0b" + "c" * 200]}}
             for shift in (timedelta(days=-15), 5 * MINUTE, timedelta(0))]  # fmt: skip
    assert post({"looks": looks}, hongkong.key).status_code == 200
    row = PartSpan.objects.get(part=OUTSIDE_WEB)
    assert (row.began_at.timestamp(), len(row.said)) == (pytest.approx(now.timestamp()), 80)
    assert row.said.startswith("a b")


# --- pages ---


def test_operators_make_a_key_see_it_once_and_see_each_watcher(begun, acme, member, client_of):
    console = client_of(member(None, "operator"))
    page = console.post("/service/outside/", {"name": "hongkong", "cell": "north"})
    key = page.content.decode().split("cco_")[1].split("<")[0]
    assert (
        post(
            {"looks": [{"at": timezone.now().timestamp(), "found": {"web": ["down", "x"]}}]}, "cco_" + key
        ).status_code
        == 200
    )
    again = console.get("/service/outside/").content.decode()
    assert key not in again
    assert "hongkong" in again
    assert "hongkong" in console.get("/service/parts/").content.decode()
    assert console.post("/service/outside/", {"name": "hongkong"}).status_code == 422
    assert console.post("/service/outside/", {"name": "../x"}).status_code == 422
    row = OutsideWatcher.objects.get()
    assert console.post(f"/service/outside/{row.pk}/count/").status_code == 302
    assert OutsideWatcher.objects.get().is_counted
    assert console.post(f"/service/outside/{row.pk}/revoke/").status_code == 302
    assert console.post(f"/service/outside/{row.pk}/count/").status_code == 404
    assert client_of(member(None, "operator_finance")).get("/service/outside/").status_code == 403
    assert client_of(member(acme, "owner")).get("/service/outside/").status_code == 404


def test_the_status_pages_have_a_line_of_their_own_and_name_no_watcher(hongkong, acme, member, client_of):
    report(hongkong, timezone.now() - 10 * SECOND, (UP, UP))
    status.keep(status.picture(timezone.now()))
    public = Client(SERVER_NAME="localhost").get("/status/").content.decode()
    own = client_of(member(acme, "owner")).get("/status/").content.decode()
    assert "Pages, from outside" in public
    assert "Pages, from outside" in own
    assert "hongkong" not in public + own
    # acme lives elsewhere: that switch is none of its business.
    assert "Switch, from outside" not in own
    figures = {family.name: family for family in Outside().collect()}
    assert [one.value for one in figures["contactcenter_outside_up"].samples] == [1.0, 1.0]


# --- the program on the other machine ---


@pytest.fixture(scope="module")
def program():
    found = importlib.util.spec_from_file_location(
        "watch_from_outside", PROJECT / "deploy" / "watch_from_outside.py"
    )
    module = importlib.util.module_from_spec(found)
    found.loader.exec_module(module)
    return module


@pytest.fixture
def console():
    """A console of the test: `healthz` is answered as told, reports with `code`."""

    class Desk(http.server.BaseHTTPRequestHandler):
        healthz, code, taken = (200, b'{"state": "up"}'), 200, []

        def do_GET(self):
            self._answer(*Desk.healthz)

        def do_POST(self):
            body = self.rfile.read(int(self.headers["Content-Length"]))
            Desk.taken.append((self.headers["Authorization"], json.loads(body)["looks"]))
            self._answer(Desk.code, json.dumps({"now": time.time()}).encode())

        def _answer(self, code, body):
            self.send_response(code)
            self.send_header("Content-Length", str(len(body)))
            if code == 302:
                self.send_header("Location", "http://127.0.0.1:1/")
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, *_told):
            pass

    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Desk)
    Desk.url = f"http://127.0.0.1:{server.server_address[1]}"
    threading.Thread(target=server.serve_forever, args=(0.02,), daemon=True).start()
    yield Desk
    server.shutdown()
    server.server_close()


@pytest.mark.parametrize(
    ("answer", "found"),
    [
        ((200, b'{"state": "up"}'), ["up", ""]),
        ((503, b'{"state": "down", "worker": {"state": "down"}}'), ["up", "worker"]),
        ((502, b"<h1>Bad gateway</h1>"), ["down", "HTTP 502"]),
        ((200, b"<h1>Parked domain</h1>"), ["down", "HTTP 200"]),
        ((302, b""), ["down", "HTTP 302"]),
    ],
)
def test_our_own_answer_is_up_and_anybody_elses_is_down(program, console, answer, found):
    console.healthz = answer
    assert program.ask_web(console.url) == found


def test_nobody_there_is_down(program):
    assert program.ask_web("http://127.0.0.1:1")[0] == "down"
    assert program.ask_sip("127.0.0.1", 1)[0] == "down"


@pytest.mark.parametrize(("change", "found"), [(b"", ["up", "403"]), (b"x", ["down", "no answer"])])
def test_any_answer_to_our_own_question_is_one_also_after_a_packet_is_lost(
    program, monkeypatch, change, found
):
    monkeypatch.setattr(program, "PATIENCE", 1.0)
    monkeypatch.setattr(program, "RESENT_AFTER", (0.0, 0.1, 0.2))
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as line:
        line.bind(("127.0.0.1", 0))
        asked = []

        def answer():
            for _time in range(2):
                question, where = line.recvfrom(4000)
                asked.append(question)
            call = question.split(b"Call-ID: ")[1].split(b"\r\n")[0]
            line.sendto(b"SIP/2.0 403 Forbidden\r\ni: " + call + change + b"\r\n\r\n", where)

        other = threading.Thread(target=answer)
        other.start()
        assert program.ask_sip("127.0.0.1", line.getsockname()[1]) == found
        other.join(5)
    assert asked[0] == asked[1]
    assert asked[0].startswith(b"OPTIONS sip:127.0.0.1:")


def test_looks_wait_on_the_disk_and_are_delivered_by_whoever_starts_next(program, console, tmp_path, capsys):
    told = program.settings({"WATCH_KEY": "cco_x", "WATCH_CONSOLE": console.url, "WATCH_DIR": str(tmp_path)})
    shelf = program.Shelf(tmp_path)
    console.code = 503
    looks = [{"at": n, "found": {"web": ["up", ""]}} for n in range(3)]
    for one in looks:
        shelf.put(one)
        assert program.deliver(told, shelf, 0) is False
    # Power goes in the middle of a line.
    with (tmp_path / "looks.jsonl").open("a") as file:
        file.write('{"at": 3, "fou')
    console.code, console.taken[:] = 200, []
    again = program.Shelf(tmp_path)
    assert again.looks == looks
    assert program.deliver(told, again, 0) is True
    assert console.taken == [("Bearer cco_x", looks)]
    assert program.Shelf(tmp_path).looks == []
    assert "cco_x" not in capsys.readouterr().err


def test_a_wrong_setting_of_the_watcher_ends_it_with_one_line(program):
    right = {"WATCH_KEY": "cco_x", "WATCH_CONSOLE": "https://console.example"}
    assert program.settings(right | {"WATCH_SIP": "[2001:db8::1]:5060"})["sip"] == ("2001:db8::1", 5060)
    for wrong in ({"WATCH_KEY": "x"}, {"WATCH_CONSOLE": "http://console.example"}, {"WATCH_CONSOLE": ""},
                  {"WATCH_SIP": "host"}, {"WATCH_SIP": "host:99999"}, {"WATCH_REPORTS": "ftp://x"}):  # fmt: skip
        with pytest.raises(SystemExit) as refused:
            program.settings(right | wrong)
        assert str(refused.value).startswith("Wrong setting WATCH_")
