"""`make run` from nothing: READY, people sign in, processes are looked after, nothing stays behind, the data does."""

import json
import os
import signal
import stat
import subprocess
import sys
import time
from pathlib import Path

import pytest

from contactcenter.environment import PROJECT
from contactcenter.run.valkey import free_port
from tests.listening import listening
from tests.run import asked
from tests.run.started import Started

pytestmark = pytest.mark.timeout(600)


@pytest.fixture(scope="module")
def place(tmp_path_factory):
    return tmp_path_factory.mktemp("make-run") / "run"


@pytest.fixture(scope="module")
def ports():
    return free_port(), free_port()


@pytest.fixture(scope="module")
def first(place, ports):
    started = Started(place, *ports)
    started.ready_line = started.wait_until_ready()
    yield started
    if started.process.poll() is None:
        started.process.kill()
        started.wait_until_alone()


def test_ready_says_the_addresses_and_where_the_logins_are(first):
    assert f"http://localhost:{first.port}/" in first.ready_line
    assert f"http://xinghe.localhost:{first.port}/" in first.ready_line
    assert f"http://harbour.localhost:{first.port}/" in first.ready_line
    assert str(first.run_dir / "logins.json") in first.ready_line


def test_everything_answers(first):
    said = first.health()
    assert {name: part["state"] for name, part in said.items() if isinstance(part, dict)} == dict.fromkeys(
        ("database", "cache", "worker", "switch", "celery", "recording"), "up"
    )
    assert said["switch"]["kind"] == "rehearsal"


def test_the_door_says_of_every_number_and_phone_of_the_demo_what_django_says(first):
    """Byte for byte; a number whose callers are led one by one is asked of the rows, and not compared."""
    known = [("directory", {"user": user, "domain": host}) for user, host in asked.phones(first)]
    plain = {"Caller-Context": "public", "Caller-Caller-ID-Number": "13800001111"}
    known += [("dialplan", plain | {"Hunt-Destination-Number": number}) for number in asked.numbers(first)]
    assert {section for section, _form in known} == {"directory", "dialplan"}
    asked.until_by_heart(first, *known[0])
    by_heart = 0
    for section, form in known:
        told = asked.answer(first, section, form)
        found = asked.by_heart(first, section, form)
        assert found in (None, told), form
        by_heart += found is not None
    assert by_heart >= len(known) * 0.8


def test_secrets_and_logins_are_for_the_owner_alone(first):
    for name in ("secrets.json", "settings.json", "logins.json", "valkey/valkey.conf"):
        assert stat.S_IMODE((first.run_dir / name).stat().st_mode) == 0o600, name
    assert stat.S_IMODE((first.run_dir / "switch" / "conf").stat().st_mode) == 0o700


def test_no_process_of_it_listens_beyond_this_machine(first):
    """Pages where BIND says, telephones where FREESWITCH_SIP_ADDRESS says, everything else for ourselves."""
    found = {one for pid in first.processes() for one in listening(pid)}
    assert ("127.0.0.1", first.port) in found
    assert {address for address, _port in found} == {"127.0.0.1"}


def test_no_secret_stands_in_a_command_line_or_a_log(first):
    secrets = json.loads((first.run_dir / "secrets.json").read_text()).values()
    lines = "".join(first.left_behind()) + first.said()
    lines += "".join(path.read_text(errors="replace") for path in (first.run_dir / "logs").glob("*.log"))
    assert [secret for secret in secrets if secret in lines] == []


def test_each_role_signs_in(first):
    logins = first.logins()
    roles = [(login["host"], login["role"]) for login in logins]
    for host in ("xinghe.localhost", "harbour.localhost"):
        here = [role for at, role in roles if at == host]
        assert {"supervisor", "agent", "inspector"} <= set(here)
        assert here.count("agent") == 2
    assert {login["username"]: bool(first.sign_in(login)) for login in logins} == {
        login["username"]: True for login in logins
    }


def test_a_login_of_one_tenant_is_none_at_the_other(first):
    agent = next(
        login for login in first.logins() if login["host"] == "xinghe.localhost" and login["role"] == "agent"
    )
    assert first.sign_in(agent | {"host": "harbour.localhost"}) == ""
    assert first.sign_in(agent | {"password": "guess"}) == ""


def test_a_second_start_from_the_same_place_is_refused(first):
    second = subprocess.run(
        [sys.executable, "-m", "contactcenter.run"],
        cwd=PROJECT,
        env=first.environment,
        capture_output=True,
        text=True,
        timeout=60,
    )
    assert second.returncode == 1
    assert second.stderr.startswith(f"It already runs from {first.run_dir}.")


def test_a_port_in_use_ends_the_start_with_what_to_do(first, tmp_path):
    environment = first.environment | {"RUN_DIR": str(tmp_path / "other")}
    second = subprocess.run(
        [sys.executable, "-m", "contactcenter.run"],
        cwd=PROJECT,
        env=environment,
        capture_output=True,
        text=True,
    )
    assert second.returncode == 1
    assert second.stderr.startswith(f"Port {first.port} (PORT) is in use.")
    assert not (tmp_path / "other" / "pg").exists()


def test_a_killed_worker_is_replaced_by_the_spare_at_once(first):
    before = first.wait_for_worker(lambda worker: worker.get("spares") == 1)
    os.kill(int(before["holder"].rsplit(":", 1)[1]), signal.SIGKILL)
    after = first.wait_for_worker(lambda worker: worker.get("holder", "") not in ("", before["holder"]))
    assert after["epoch"] == before["epoch"] + 1
    # What was killed comes back and stands by in turn.
    again = first.wait_for_worker(lambda worker: worker.get("spares") == 1)
    assert again["holder"] == after["holder"]
    assert "telephony ended (signal 9)" in first.said()


@pytest.mark.parametrize("name", ["valkey", "postgres"])
def test_a_killed_part_comes_back(first, name):
    victim = next(
        int(folder.name)
        for folder in Path("/proc").iterdir()
        if folder.name.isdigit() and _is_child(folder, first.process.pid) and _is(folder, name, first.run_dir)
    )
    os.kill(victim, signal.SIGKILL)
    deadline = time.monotonic() + 120
    while f"{name} ended (signal 9)" not in first.said():
        assert time.monotonic() < deadline, first.said()
        time.sleep(0.1)
    while first.health().get("state") != "up":
        assert time.monotonic() < deadline, f"{first.health()}\n{first.logs()}"
        time.sleep(0.5)


def _is_child(folder: Path, parent: int) -> bool:
    try:
        return int((folder / "stat").read_text().rsplit(")", 1)[1].split()[1]) == parent
    except OSError:
        return False


def _is(folder: Path, name: str, run_dir: Path) -> bool:
    words = {
        "valkey": b"valkey-server",
        "postgres": str(run_dir / "pg" / "data").encode(),
    }
    return words[name] in (folder / "cmdline").read_bytes()


def test_ctrl_c_stops_everything(first):
    assert first.stop() == 0
    assert first.left_behind() == []
    assert "did not stop in time" not in first.said()


def test_the_second_start_takes_up_the_same_data_and_kill_9_leaves_nothing(first, place, ports):
    logins, secrets = first.logins(), (place / "secrets.json").read_text()
    second = Started(place, *ports)
    try:
        second.wait_until_ready()
        assert "making the tables" not in second.said()
        assert "opening the operator" not in second.said()
        assert second.logins() == logins
        assert (place / "secrets.json").read_text() == secrets
        assert second.sign_in(logins[-1])
    finally:
        second.process.kill()
        second.process.wait()
    assert second.wait_until_alone() == []
