"""`make run` from nothing: READY, people sign in, processes are looked after, nothing stays behind, the data does."""

import http.cookiejar
import json
import os
import re
import signal
import stat
import subprocess
import sys
import time
import urllib.error
import urllib.parse
import urllib.request
from pathlib import Path

import pytest

from contactcenter.environment import PROJECT
from contactcenter.run.valkey import free_port

pytestmark = pytest.mark.timeout(600)
OURS = (
    "DATABASE_URL",
    "DATABASE_POOL",
    "REDIS_URL",
    "SECRET_KEY",
    "SWITCH_SECRET",
    "FREESWITCH_PASSWORD",
    "MAKELEVEL",
)
PATIENCE = 400


class Started:
    """One `python -m contactcenter.run` and what it says."""

    def __init__(self, run_dir: Path, port: int, event_port: int):
        self.run_dir, self.port = run_dir, port
        clean = {name: value for name, value in os.environ.items() if name not in OURS}
        self.environment = clean | {
            "RUN_DIR": str(run_dir),
            "PORT": str(port),
            "FREESWITCH_EVENT_PORT": str(event_port),
            "FREESWITCH_KIND": "rehearsal",
        }
        self.output = run_dir.parent / f"output-{time.monotonic_ns()}"
        with self.output.open("w") as sink:
            self.process = subprocess.Popen(
                [sys.executable, "-m", "contactcenter.run"],
                cwd=PROJECT,
                env=self.environment,
                stdout=sink,
                stderr=sink,
            )

    def said(self) -> str:
        return self.output.read_text()

    def wait_until_ready(self) -> str:
        """The READY line."""
        deadline = time.monotonic() + PATIENCE
        while time.monotonic() < deadline:
            line = re.search(r"^READY.*$", self.said(), re.MULTILINE)
            if line:
                return line.group()
            assert self.process.poll() is None, self.said()
            time.sleep(0.2)
        raise AssertionError(f"not READY: {self.said()}\n{self.logs()}")

    def logs(self) -> str:
        files = sorted((self.run_dir / "logs").glob("*.log"))
        return "\n".join(f"== {path.name}\n{path.read_text(errors='replace')[-800:]}" for path in files)

    def stop(self) -> int:
        self.process.send_signal(signal.SIGINT)
        return self.process.wait(90)

    def left_behind(self) -> list[str]:
        """Command lines of living processes that were given our RUN_DIR, or sit on our data."""
        ours = str(self.run_dir).encode()
        found = []
        for folder in Path("/proc").iterdir():
            if not folder.name.isdigit() or int(folder.name) == os.getpid():
                continue
            try:
                seen = (folder / "environ").read_bytes() + (folder / "cmdline").read_bytes()
                state = (folder / "stat").read_text().rsplit(")", 1)[1].split()[0]
            except OSError:
                continue
            if ours in seen and state != "Z":
                found.append((folder / "cmdline").read_bytes().replace(b"\0", b" ").decode())
        return found

    def wait_until_alone(self, seconds: float = 30) -> list[str]:
        deadline = time.monotonic() + seconds
        while self.left_behind() and time.monotonic() < deadline:
            time.sleep(0.1)
        return self.left_behind()

    def health(self) -> dict:
        request = urllib.request.Request(
            f"http://127.0.0.1:{self.port}/healthz", headers={"Host": "localhost"}
        )
        try:
            with urllib.request.urlopen(request, timeout=10) as answer:
                return json.load(answer)
        except urllib.error.HTTPError as refusal:
            return json.load(refusal)
        except OSError:
            return {}

    def wait_for_worker(self, is_so) -> dict:
        """What /healthz says of the acting worker, once it is so."""
        deadline = time.monotonic() + 90
        while not is_so(said := self.health().get("worker", {})):
            assert time.monotonic() < deadline, f"{said}\n{self.logs()}"
            time.sleep(0.2)
        return said

    def logins(self) -> list[dict]:
        return json.loads((self.run_dir / "logins.json").read_text())["logins"]

    def sign_in(self, login: dict) -> str:
        """Where a person lands after signing in at the host of the login; "" when refused."""
        # A cookie jar by address would mix the hosts up: each login gets its own.
        jar = http.cookiejar.CookieJar(http.cookiejar.DefaultCookiePolicy(rfc2965=False))
        browser = urllib.request.build_opener(urllib.request.HTTPCookieProcessor(jar))
        address = f"http://127.0.0.1:{self.port}/sign-in/"
        host = {"Host": f"{login['host']}:{self.port}"}
        page = browser.open(urllib.request.Request(address, headers=host), timeout=30).read().decode()
        token = re.search(r'name="csrfmiddlewaretoken" value="([^"]+)"', page).group(1)
        fields = {"csrfmiddlewaretoken": token, "username": login["username"], "password": login["password"]}
        cookies = "; ".join(f"{cookie.name}={cookie.value}" for cookie in jar)
        return _post(self.port, host["Host"], urllib.parse.urlencode(fields), cookies)


def _post(port: int, host: str, body: str, cookies: str) -> str:
    import http.client

    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=30)
    headers = {"Host": host, "Cookie": cookies, "Content-Type": "application/x-www-form-urlencoded"}
    connection.request("POST", "/sign-in/", body, headers)
    answer = connection.getresponse()
    return answer.getheader("Location", "") if answer.status in (302, 303) else ""


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
        ("database", "cache", "worker", "switch", "celery"), "up"
    )
    assert said["switch"]["kind"] == "rehearsal"


def test_secrets_and_logins_are_for_the_owner_alone(first):
    for name in ("secrets.json", "settings.json", "logins.json", "valkey/valkey.conf"):
        assert stat.S_IMODE((first.run_dir / name).stat().st_mode) == 0o600, name
    assert stat.S_IMODE((first.run_dir / "switch" / "conf").stat().st_mode) == 0o700


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
