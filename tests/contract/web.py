"""A stand-in for our web: answers the switch's two questions from two dicts, with the product's own documents."""

from __future__ import annotations

import base64
import contextlib
import hashlib
import threading
import time
from collections.abc import Iterable
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from urllib.parse import parse_qs

from telephony.freeswitch import documents
from telephony.freeswitch.flow_document import answer_document


@dataclass(frozen=True)
class Route:
    tenant: str
    number: str
    queue_id: int | None
    treatment: str = "queue"
    language: str = "en"
    priority: int = 0
    max_wait_seconds: int = 300
    is_recorded: bool = False
    backup_number: str = ""
    shown_number: str = ""
    backup_lines: tuple[str, ...] = ()
    flow_version_id: int | None = None


@dataclass(frozen=True)
class Phone:
    tenant: str
    agent_id: int
    username: str
    domain: str
    a1_hash: str

    @classmethod
    def of(cls, username: str, domain: str, password: str) -> Phone:
        a1_hash = hashlib.md5(f"{username}:{domain}:{password}".encode()).hexdigest()
        return cls("acme", 11, username, domain, a1_hash)


@dataclass
class WebStandIn:
    """`asked` holds (section, form) of each question; `delay_seconds` makes it slow, `is_broken` answers 500."""

    secret: str
    routes: dict[str, Route] = field(default_factory=dict)
    phones: dict[tuple[str, str], Phone] = field(default_factory=dict)
    waiting: dict[str, str] = field(default_factory=dict)
    """What callers who wait are answered: by the extension they ask for ("announce", "promise", …), a document."""
    asked: list[tuple[str, dict[str, str]]] = field(default_factory=list)
    knocks: list[tuple[float, str, str]] = field(default_factory=list)
    """Of each question about a call: the Unix second at which it came, the leg, what it asked for; answered or not."""
    delay_seconds: float = 0
    is_broken: bool = False
    unauthorised: int = 0
    flow_answers: dict[str, Iterable[tuple[str, str]]] = field(default_factory=dict)
    """What a flow's asks are answered, by their destination; others are not known."""

    def __post_init__(self) -> None:
        self._server = _Server(("127.0.0.1", 0), type("Handler", (_Handler,), {"web": self}))
        self._server.daemon_threads = True
        self.url = f"http://127.0.0.1:{self._server.server_port}"
        threading.Thread(target=self._server.serve_forever, args=(0.05,), daemon=True).start()

    def reset(self) -> None:
        self.routes.clear()
        self.phones.clear()
        self.flow_answers.clear()
        self.waiting.clear()
        self.asked.clear()
        self.knocks.clear()
        self.delay_seconds, self.is_broken, self.unauthorised = 0, False, 0

    def close(self) -> None:
        self._server.shutdown()
        self._server.server_close()

    def answer(self, section: str, form: dict[str, str]) -> str:
        self.asked.append((section, form))
        if section == "dialplan" and form.get("Caller-Context") == "public":
            return documents.dialplan_document(self.routes.get(form.get("Hunt-Destination-Number", "")))
        if section == "dialplan" and form.get("Caller-Context") == "cc":
            return self.waiting.get(form.get("Hunt-Destination-Number", ""), documents.NOT_FOUND)
        if section == "dialplan" and form.get("Caller-Context") == "flow":
            actions = self.flow_answers.get(form.get("Hunt-Destination-Number", ""))
            return documents.NOT_FOUND if actions is None else answer_document(actions)
        phone = self.phones.get((form.get("user", ""), form.get("domain", "")))
        if section == "directory" and phone:
            return documents.directory_document(phone)
        return documents.NOT_FOUND


class _Server(ThreadingHTTPServer):
    request_queue_size = 128
    """Of more than five who knock while the machine is busy, the sixth would be let in a second later: too late."""


class _Handler(BaseHTTPRequestHandler):
    web: WebStandIn

    def do_POST(self) -> None:
        body = self.rfile.read(int(self.headers.get("Content-Length", 0))).decode("utf-8", "replace")
        form = {name: values[0] for name, values in parse_qs(body, keep_blank_values=True).items()}
        expected = base64.b64encode(f"switch:{self.web.secret}".encode()).decode()
        if self.headers.get("Authorization") != f"Basic {expected}":
            self.web.unauthorised += 1
            return self._send(401, "")
        if "Hunt-Destination-Number" in form:
            self.web.knocks.append((time.time(), form.get("Unique-ID", ""), form["Hunt-Destination-Number"]))
        if self.web.delay_seconds:
            time.sleep(self.web.delay_seconds)
        if self.web.is_broken:
            return self._send(500, "<h1>Server error</h1>")
        return self._send(200, self.web.answer(self.path.rstrip("/").rsplit("/", 1)[-1], form))

    def _send(self, status: int, text: str) -> None:
        content = text.encode()
        self.send_response(status)
        if status == 401:
            self.send_header("WWW-Authenticate", 'Basic realm="switch"')
        self.send_header("Content-Type", "text/xml")
        self.send_header("Content-Length", str(len(content)))
        self.end_headers()
        with contextlib.suppress(BrokenPipeError):
            self.wfile.write(content)

    def log_message(self, *args: object) -> None:
        pass
