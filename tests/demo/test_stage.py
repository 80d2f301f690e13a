"""The demo goes on, whoever is away for a while."""

from __future__ import annotations

import json
import socketserver
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest

from contactcenter.demo.line import Line, LineDown
from contactcenter.demo.stage import Stage
from telephony.errors import TelephonyUnreachable

GREETING = b"Content-Type: auth/request\n\n"


class Controller(socketserver.StreamRequestHandler):
    """As much of an event socket as the demo's line needs."""

    def handle(self) -> None:
        self.wfile.write(GREETING)
        while line := self.rfile.readline().decode().strip():
            self.rfile.readline()
            if line.startswith("auth"):
                said = "+OK accepted" if line == "auth secret" else "-ERR invalid"
                self.wfile.write(f"Content-Type: command/reply\nReply-Text: {said}\n\n".encode())
            else:
                self.server.asked.append(line.removeprefix("api "))  # type: ignore[attr-defined]
                body = b'{"phones": []}' if line.endswith("list") else "+OK 王\n".encode()
                self.wfile.write(b"Content-Type: api/response\nContent-Length: %d\n\n" % len(body) + body)


@pytest.fixture
def switch() -> Iterator[socketserver.ThreadingTCPServer]:
    with socketserver.ThreadingTCPServer(("127.0.0.1", 0), Controller) as server:
        server.daemon_threads = True
        server.asked = []  # type: ignore[attr-defined]
        threading.Thread(target=server.serve_forever, args=(0.02,), daemon=True).start()
        yield server
        server.shutdown()


def logins(directory: Path) -> Path:
    devices = [{"domain": "xinghe.localhost", "username": "1003", "password": "x", "agent": "agent3"}]
    path = directory / "logins.json"
    path.write_text(json.dumps({"devices": devices}))
    return path


def test_a_line_asks_and_comes_back_after_a_break(switch) -> None:
    line = Line(*switch.server_address, "secret")
    assert line.ask("rehearsal pace 2") == "+OK 王\n"
    line.close()
    assert line.ask("rehearsal list") == '{"phones": []}'
    assert switch.asked == ["rehearsal pace 2", "rehearsal list"]


def test_a_wrong_password_or_no_switch_is_a_line_that_is_down(switch) -> None:
    with pytest.raises(LineDown):
        Line(*switch.server_address, "wrong").ask("rehearsal list")
    with pytest.raises(LineDown):
        Line("127.0.0.1", 1, "secret").ask("rehearsal list")


def test_a_round_without_tenants_does_nothing_until_they_are_opened(switch, tmp_path, db) -> None:
    stage = Stage(Line(*switch.server_address, "secret"), tmp_path / "logins.json")
    stage.round(1.0)
    assert switch.asked == ["rehearsal list"]
    logins(tmp_path)
    stage.round(10.0)
    assert sum("register" in command for command in switch.asked) == 1


def test_callers_go_on_while_the_worker_is_away(switch, tmp_path, db, monkeypatch) -> None:
    stage = Stage(Line(*switch.server_address, "secret"), logins(tmp_path))

    def nobody_listens(now: float) -> None:
        raise TelephonyUnreachable

    monkeypatch.setattr(stage, "_work", nobody_listens)
    for moment in range(1, 80):
        stage.round(float(moment))
    assert sum(command.startswith("rehearsal call") for command in switch.asked) >= 4


def test_the_round_survives_a_switch_that_is_away(tmp_path, db) -> None:
    stage = Stage(Line("127.0.0.1", 1, "secret"), logins(tmp_path))
    for moment in (1.0, 2.0, 60.0):
        stage.round(moment)
    stopped = threading.Event()
    stopped.set()
    stage.play(stopped)
