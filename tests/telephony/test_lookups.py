"""A look-up asks a tenant's own service: nothing inside our network, no longer and no larger than agreed."""

from __future__ import annotations

import json
import threading
import time
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from uuid import uuid4

import pytest
from django.core.cache import cache

from telephony.lookups import desk
from telephony.lookups.fetching import NoAnswer, fetch
from telephony.lookups.questions import FAILED, FOUND, NOT_FOUND, Outcome, Question, outcome_of, question_of
from tenants.breaker import FAILURES_UNTIL_SHUT


class Service:
    """Stands in for the tenant's: `answers` by path → (status, headers, body) or seconds of silence."""

    def __init__(self) -> None:
        self.asked: list[tuple[str, str, bytes]] = []
        self.answers: dict[str, Any] = {}
        service = self

        class Handler(BaseHTTPRequestHandler):
            def do_GET(self) -> None:
                service.asked.append(
                    (self.command, self.path, self.rfile.read(int(self.headers.get("Content-Length", 0))))
                )
                said = service.answers.get(self.path.split("?")[0], (404, {}, b""))
                if isinstance(said, int | float):
                    self._drip(float(said))
                    return
                status, headers, body = said
                self.send_response(status)
                for name, value in headers.items():
                    self.send_header(name, value)
                self.send_header("Content-Length", str(len(body)))
                self.end_headers()
                self.wfile.write(body)

            do_POST = do_GET

            def _drip(self, seconds: float) -> None:
                """One byte now and then: no single read is ever slow."""
                self.send_response(200)
                self.send_header("Content-Length", "1000")
                self.end_headers()
                end = time.monotonic() + seconds
                try:
                    while time.monotonic() < end:
                        self.wfile.write(b" ")
                        self.wfile.flush()
                        time.sleep(0.05)
                except OSError:
                    pass

            def log_message(self, *_words: object) -> None:
                pass

        self._server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self._server.daemon_threads = True
        threading.Thread(target=self._server.serve_forever, args=(0.05,), daemon=True).start()
        self.place = f"127.0.0.1:{self._server.server_port}"
        self.url = f"http://{self.place}"

    def close(self) -> None:
        self._server.shutdown()
        self._server.server_close()


@pytest.fixture
def service(settings) -> Iterator[Service]:
    found = Service()
    settings.PRIVATE_SERVICES = frozenset({found.place})
    settings.CACHES = {
        "default": {"BACKEND": "django.core.cache.backends.locmem.LocMemCache", "LOCATION": uuid4().hex}
    }
    cache.clear()
    yield found
    found.close()


def question(url: str, **changes: Any) -> Question:
    return Question(**({"method": "GET", "url": url, "body": b"", "seconds": 1.0} | changes))


# --- the question and its answer -------------------------------------------------------------------------------------
def test_what_the_caller_keyed_in_cannot_leave_its_place_in_the_address_or_the_body() -> None:
    node = {
        "method": "POST",
        "url": "https://shop.example/o/{order}?x={none}",
        "body": '{"order": "{order}"}',
    }
    asked = question_of(node, {"order": '1/../?a=b&"}#'})
    assert asked.url == "https://shop.example/o/1%2F..%2F%3Fa%3Db%26%22%7D%23?x="
    assert json.loads(asked.body) == {"order": '1/../?a=b&"}#'}


KEPT = {"state": "sent", "days": "2"}


@pytest.mark.parametrize(
    ("status", "body", "outcome"),
    [
        (
            200,
            b'{"order": {"state": "sent", "days": 2}}',
            Outcome(exit=FOUND, collected={"state": "sent", "days": "2"}),
        ),
        (200, b'{"order": {"state": ""}}', Outcome(exit=NOT_FOUND)),
        (200, b'{"order": null}', Outcome(exit=NOT_FOUND)),
        (404, b"", Outcome(exit=NOT_FOUND)),
        (200, b"<html>", Outcome(exit=FAILED)),
        (200, b"[" * 60_000, Outcome(exit=FAILED)),
        (500, b"{}", Outcome(exit=FAILED)),
        (302, b"{}", Outcome(exit=FAILED)),
    ],
)
def test_the_answer_names_the_exit(status: int, body: bytes, outcome: Outcome) -> None:
    node = {
        "found_when": "order.state",
        "keep": [{"name": "state", "path": "order.state"}, {"name": "days", "path": "order.days"}],
    }
    assert outcome_of(node, status, body) == outcome


# --- the request -----------------------------------------------------------------------------------------------------
@pytest.mark.parametrize(
    "url",
    [
        "http://127.0.0.1:8000/",
        "https://127.0.0.1/",
        "https://localhost/",
        "https://10.0.0.1/",
        "https://192.168.1.1/",
        "https://169.254.169.254/latest/meta-data/",
        "https://[::1]/",
        "https://[::ffff:127.0.0.1]/",
        "https://0.0.0.0/",
        "https://2130706433/",
        "https://user:secret@example.org/",
        "ftp://example.org/",
        "file:///etc/passwd",
        "http://example.org/",
    ],
)
def test_nothing_inside_our_network_and_nothing_in_the_clear_is_asked(url: str, settings) -> None:
    settings.PRIVATE_SERVICES = frozenset()
    with pytest.raises(NoAnswer, match="refused"):
        fetch(question(url))


def test_a_name_is_looked_up_once_and_connected_to_as_judged(
    monkeypatch: pytest.MonkeyPatch, settings
) -> None:
    settings.PRIVATE_SERVICES = frozenset()
    answers = iter(["93.184.216.34", "127.0.0.1"])
    monkeypatch.setattr("socket.getaddrinfo", lambda *a, **k: [(2, 1, 6, "", (next(answers), 443))])
    connected: list[tuple[str, int]] = []

    def connect(address: tuple[str, int], timeout: float) -> None:
        connected.append(address)
        raise OSError

    monkeypatch.setattr("socket.create_connection", connect)
    with pytest.raises(NoAnswer, match="unreachable"):
        fetch(question("https://rebinding.example/"))
    assert connected == [("93.184.216.34", 443)]


def test_an_allowed_service_is_asked_and_a_redirect_is_not_followed(service: Service) -> None:
    service.answers["/there"] = (302, {"Location": f"{service.url}/elsewhere"}, b"")
    assert fetch(question(f"{service.url}/there"))[0] == 302
    assert [path for _method, path, _body in service.asked] == ["/there"]


def test_an_answer_without_end_is_cut_off(service: Service) -> None:
    service.answers["/big"] = (200, {}, b"x" * 70_000)
    with pytest.raises(NoAnswer, match="too_big"):
        fetch(question(f"{service.url}/big"))


def test_an_answer_that_comes_drop_by_drop_ends_at_its_deadline(service: Service) -> None:
    service.answers["/slow"] = 6
    began = time.monotonic()
    with pytest.raises(NoAnswer, match="timeout|unreachable"):
        fetch(question(f"{service.url}/slow"))
    assert time.monotonic() - began < 2


# --- the desk --------------------------------------------------------------------------------------------------------
def ask(
    service: Service, path: str = "/order", *, tenant: str = "acme", patience: float = 1.0, **node: Any
) -> Outcome | None:
    settings = {"url": service.url + path, "timeout_seconds": 1} | node
    return desk.look_up(uuid4().hex, tenant=tenant, settings=settings, known={}, patience=patience)


def test_a_quick_answer_is_there_at_the_first_question(service: Service, acme) -> None:
    service.answers["/order"] = (200, {}, b'{"state": "sent"}')
    assert ask(service, keep=[{"name": "state", "path": "state"}]) == Outcome(
        exit=FOUND, collected={"state": "sent"}
    )


def test_a_slow_one_is_asked_once_and_found_at_a_later_question(service: Service, acme) -> None:
    service.answers["/order"] = 0.4
    settings = {"url": f"{service.url}/order", "timeout_seconds": 1}
    key = uuid4().hex
    assert desk.look_up(key, tenant="acme", settings=settings, known={}, patience=0.05) is None
    told = desk.look_up(key, tenant="acme", settings=settings, known={}, patience=3)
    assert told == Outcome(exit=FAILED)
    assert len(service.asked) == 1


def test_a_service_that_fails_again_and_again_is_left_alone_for_this_tenant_only(
    service: Service, acme
) -> None:
    service.answers["/order"] = (500, {}, b"")
    for _try in range(FAILURES_UNTIL_SHUT):
        assert ask(service) == Outcome(exit=FAILED)
    asked = len(service.asked)
    assert ask(service) == Outcome(exit=FAILED)
    assert len(service.asked) == asked
    ask(service, tenant="globex")
    assert len(service.asked) == asked + 1


def test_one_tenant_cannot_take_all_the_places(service: Service, acme) -> None:
    service.answers["/order"] = 0.8
    for _caller in range(desk.MOST_OF_A_TENANT):
        assert ask(service, patience=0) is None
    assert ask(service, patience=0) == Outcome(exit=FAILED)
    service.answers["/quick"] = (200, {}, b"{}")
    assert ask(service, "/quick", tenant="globex") == Outcome(exit=FOUND)
    time.sleep(1.5)
