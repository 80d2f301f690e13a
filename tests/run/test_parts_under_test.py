"""Parts of a product under test are forks of its nursery: each must be what a process started by hand would be."""

import json
import os
import signal
import subprocess
import threading
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.parts import Nursery
from tests.servers import IN_MEMORY, make_home

SLEEPER = ["-m", "tests.program", "/dev/null", "-c", "import time; time.sleep(60)"]
WHAT_IT_HAS = """
import json, os, random, secrets, signal, sys, threading, uuid
from django.db import connections
print(json.dumps({
    "files": [os.readlink(f"/proc/self/fd/{n}") for n in range(3, 256) if os.path.exists(f"/proc/self/fd/{n}")],
    "threads": len(os.listdir("/proc/self/task")),
    "connections": [one.alias for one in connections.all(initialized_only=True) if one.connection],
    "gevent": "gevent._hub_local" in sys.modules and repr(sys.modules["gevent._hub_local"].get_hub_if_exists()),
    "signals": [signal.getsignal(n) == signal.SIG_DFL for n in (signal.SIGINT, signal.SIGTERM, signal.SIGCHLD)],
    "blocked": [int(n) for n in signal.pthread_sigmask(signal.SIG_BLOCK, [])],
    "leads": os.getsid(0) == os.getpid(),
    "chance": [random.random(), uuid.uuid4().hex, secrets.token_hex(8)],
    "words": sys.argv,
}))
"""


def opened(folder: Path) -> Nursery:
    return Nursery(os.environ | {"DJANGO_SETTINGS_MODULE": "contactcenter.settings"}, folder / "nursery.log")


@pytest.fixture(scope="module")
def nursery(tmp_path_factory) -> Iterator[Nursery]:
    made = opened(tmp_path_factory.mktemp("nursery"))
    yield made
    made.close()


def test_a_fork_has_nothing_of_the_nursery_and_its_own_chance(nursery, tmp_path):
    # What web and worker need is imported first, whatever becomes of them.
    for words in (["-m", "contactcenter.run.web", "--help"], ["manage.py", "run_telephony", "--help"]):
        nursery.start("part", words, tmp_path / "part.log").wait(30)
    one, other = (json.loads(nursery.run("-c", WHAT_IT_HAS, "word").stdout) for _ in range(2))
    assert len({*one.pop("chance"), *other.pop("chance")}) == 6
    assert one == {
        "files": [], "threads": 1, "connections": [], "gevent": one["gevent"], "signals": [True] * 3, "blocked": [],
        "leads": True, "words": ["-c", "word"],
    }  # fmt: skip
    assert one["gevent"] in (False, "None")


def test_what_a_program_says_complains_of_and_how_it_ends_are_told(nursery):
    done = nursery.run("-c", "import sys; print('said'); print('oh', file=sys.stderr); sys.exit(7)")
    assert (done.returncode, done.stdout, done.stderr) == (7, "said\n", "oh\n")
    broken = nursery.run("-c", "1 / 0")
    assert (broken.returncode, broken.stdout) == (1, "")
    assert "ZeroDivisionError" in broken.stderr
    assert nursery.run("-m", "json.tool", "--help").stdout.startswith("usage")
    assert nursery.run("manage.py", "check").returncode == 0


def test_a_part_that_is_killed_is_gone_at_once_and_says_by_what(nursery, tmp_path):
    part = nursery.start("part", SLEEPER, tmp_path / "part.log")
    assert part.poll() is None
    with pytest.raises(subprocess.TimeoutExpired):
        part.wait(0.05)
    part.kill()
    assert part.wait(10) == part.poll() == -signal.SIGKILL
    assert not Path(f"/proc/{part.pid}").exists()
    part.kill()


def test_nobody_waits_for_the_end_of_another(nursery, tmp_path):
    """A program that waits for the death of a part would otherwise wait for itself."""
    part = nursery.start("part", SLEEPER, tmp_path / "part.log")
    done: list[int] = []
    waits = f"import os, time\nwhile os.path.exists('/proc/{part.pid}'): time.sleep(0.01)"
    waiting = threading.Thread(target=lambda: done.append(nursery.run("-c", waits).returncode))
    waiting.start()
    assert nursery.run("-c", "print(1)").stdout == "1\n"
    part.kill()
    assert part.wait(10) == -signal.SIGKILL
    waiting.join(10)
    assert done == [0]


def test_parts_end_with_their_nursery(tmp_path):
    nursery = opened(tmp_path)
    part = nursery.start("part", SLEEPER, tmp_path / "part.log")
    nursery.close()
    until = time.monotonic() + 10
    while is_alive(part.pid):
        assert time.monotonic() < until, "It outlived its nursery"
        time.sleep(0.02)


def is_alive(pid: int) -> bool:
    """Its end may be nobody's to be asked for here."""
    try:
        return Path(f"/proc/{pid}/stat").read_text().rsplit(")", 1)[1].split()[0] != "Z"
    except OSError:
        return False


def test_what_measures_keeps_its_databases_on_the_disk(monkeypatch):
    monkeypatch.delenv("PYTEST_VERSION")
    home = make_home()
    home.rmdir()
    assert not home.is_relative_to(IN_MEMORY)
