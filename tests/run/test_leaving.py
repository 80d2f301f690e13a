"""The web process ends soon after it was asked to, whatever a request is waiting for."""

import signal
import socket
import subprocess
import sys
import time

import pytest

from contactcenter.environment import PROJECT
from contactcenter.run.valkey import free_port
from tests.contract.driver import wait_until


@pytest.mark.parametrize("path", ["/", "/still"])
def test_a_request_that_does_not_end_keeps_no_process_from_ending(tmp_path, path):
    port, said = free_port(), tmp_path / "said"
    program = [sys.executable, "-m", "contactcenter.run.web", "--port", str(port), "--leave-seconds", "1"]
    with said.open("w") as sink:
        web = subprocess.Popen(
            [*program, "--application", "tests.run.stubborn:application"],
            cwd=PROJECT,
            stdout=sink,
            stderr=sink,
        )
    try:
        with wait_until(lambda: connected(port), 60, "nobody listens") as asking:
            asking.sendall(f"GET {path} HTTP/1.1\r\nHost: localhost\r\n\r\n".encode())
            heard = b""
            while b"there" not in heard:
                heard += asking.recv(4096)
            time.sleep(0.5)
            web.send_signal(signal.SIGTERM)
            assert web.wait(60) == 0
    finally:
        web.kill()
        web.wait()
    assert "still at work" in said.read_text()


def connected(port: int) -> socket.socket | None:
    try:
        return socket.create_connection(("127.0.0.1", port), timeout=60)
    except OSError:
        return None
