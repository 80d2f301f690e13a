"""The rehearsal switch as a program."""

from __future__ import annotations

import signal
import socket
import subprocess
import sys
from pathlib import Path

from tests.telephony.rehearsal.theatre import write_conf

COMMAND = [sys.executable, "-m", "telephony.freeswitch.rehearsal", "--conf"]


def test_it_starts_says_where_it_listens_and_ends_cleanly(tmp_path: Path) -> None:
    conf = write_conf(tmp_path)
    program = subprocess.Popen(
        [*COMMAND, str(conf), "--run", str(tmp_path / "run")], stderr=subprocess.PIPE, text=True
    )
    assert program.stderr is not None
    said = program.stderr.readline()
    assert "listens for controllers on 127.0.0.1:" in said
    assert (tmp_path / "run" / "rehearsal.pid").read_text() == f"{program.pid}\n"
    port = int(said.rsplit(":", 1)[1])
    with socket.create_connection(("127.0.0.1", port), 5) as controller:
        assert controller.recv(100) == b"Content-Type: auth/request\n\n"
        program.send_signal(signal.SIGTERM)
        assert program.wait(10) == 0
    assert program.stderr.read() == ""
    assert not (tmp_path / "run" / "rehearsal.pid").exists()


def test_a_wrong_configuration_is_one_line_and_an_exit_code(tmp_path: Path) -> None:
    done = subprocess.run([*COMMAND, str(tmp_path)], capture_output=True, text=True, timeout=20)
    assert (done.returncode, done.stdout) == (2, "")
    assert done.stderr.count("\n") == 1
    assert "has no freeswitch.xml" in done.stderr


def test_a_port_in_use_is_one_line_and_an_exit_code(tmp_path: Path) -> None:
    with socket.create_server(("127.0.0.1", 0)) as other:
        conf = write_conf(tmp_path) / "freeswitch.xml"
        port = other.getsockname()[1]
        conf.write_text(conf.read_text().replace('"listen-port" value="0"', f'"listen-port" value="{port}"'))
        done = subprocess.run([*COMMAND, str(conf.parent)], capture_output=True, text=True, timeout=20)
    assert done.returncode == 1
    assert done.stderr.count("\n") == 1
    assert "FREESWITCH_EVENT_PORT" in done.stderr
    assert str(port) in done.stderr


def test_it_starts_without_django_or_gevent() -> None:
    check = (
        "import sys, telephony.freeswitch.rehearsal.__main__;"
        "sys.exit('django' in sys.modules or 'gevent' in sys.modules)"
    )
    assert subprocess.run([sys.executable, "-c", check], timeout=20).returncode == 0
