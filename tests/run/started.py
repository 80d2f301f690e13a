"""`make run` from a place of its own, as the tests ask it."""

import http.cookiejar
import json
import os
import re
import signal
import subprocess
import sys
import time
import urllib.error
import urllib.parse
import urllib.request
from pathlib import Path

from contactcenter.environment import PROJECT

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
        return list(self.processes().values())

    def processes(self) -> dict[int, str]:
        """Those by their number."""
        ours = str(self.run_dir).encode()
        found = {}
        for folder in Path("/proc").iterdir():
            if not folder.name.isdigit() or int(folder.name) == os.getpid():
                continue
            try:
                seen = (folder / "environ").read_bytes() + (folder / "cmdline").read_bytes()
                state = (folder / "stat").read_text().rsplit(")", 1)[1].split()[0]
            except OSError:
                continue
            if ours in seen and state != "Z":
                found[int(folder.name)] = (folder / "cmdline").read_bytes().replace(b"\0", b" ").decode()
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
