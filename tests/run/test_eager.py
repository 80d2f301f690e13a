"""Frames that go out at once arrive whole, once and in order, also where the other end does not read for a while."""

import subprocess
import sys
import time
from collections.abc import Iterator
from urllib.request import urlopen

import pytest
from websockets.exceptions import ConnectionClosed
from websockets.sync.client import connect

from contactcenter.environment import PROJECT
from contactcenter.run import web
from contactcenter.run.valkey import free_port
from tests.contract.driver import wait_until
from tests.run.chatty import MESSAGES, SIZE
from tests.run.test_leaving import connected


@pytest.fixture
def port(tmp_path) -> Iterator[int]:
    port, said = free_port(), tmp_path / "said"
    command = [
        sys.executable,
        *web.arguments("127.0.0.1", port),
        "--application",
        "tests.run.chatty:application",
    ]
    with said.open("w") as sink:
        process = subprocess.Popen(command, cwd=PROJECT, stdout=sink, stderr=sink)
    try:
        wait_until(lambda: connected(port), 60, "nobody listens").close()
        yield port
    finally:
        process.kill()
        process.wait()
    assert "Traceback" not in said.read_text()


def test_a_page_that_reads_late_hears_everything_in_order(port):
    with connect(f"ws://127.0.0.1:{port}/", compression=None, max_queue=None) as page:
        # Twelve megabytes: far more than the kernel keeps for a connection.
        time.sleep(0.5)
        for number in range(MESSAGES):
            heard = page.recv(20)
            assert isinstance(heard, str)
            assert heard.startswith(f"{number}:")
            assert len(heard) == SIZE
        page.send("still there?")
        assert page.recv(20) == "still there?"


def test_a_last_word_comes_before_the_close_and_its_code(port):
    with connect(f"ws://127.0.0.1:{port}/", compression=None, max_queue=None) as page:
        for _number in range(MESSAGES):
            page.recv(20)
        page.send("go")
        assert page.recv(20) == "go"
        with pytest.raises(ConnectionClosed) as closed:
            page.recv(20)
    assert closed.value.rcvd is not None
    assert closed.value.rcvd.code == 4408


def test_a_page_that_went_away_harms_nobody(port):
    gone = connect(f"ws://127.0.0.1:{port}/", compression=None, max_queue=4)
    gone.socket.close()
    with connect(f"ws://127.0.0.1:{port}/", compression=None, max_queue=None) as page:
        assert str(page.recv(20)).startswith("0:")
    with urlopen(f"http://127.0.0.1:{port}/", timeout=20) as answer:
        assert answer.read() == b"there"
