"""`python -m contactcenter.run`: start everything, say READY when all of it answers, stay, stop in order."""

import fcntl
import json
import os
import signal
import sys
import time
import urllib.error
import urllib.request
from pathlib import Path
from typing import IO, Any

from contactcenter.run.choices import Choices
from contactcenter.run.failures import CannotRun
from contactcenter.run.kernel import stop_with_parent
from contactcenter.run.product import Product
from contactcenter.run.progress import say, say_plainly
from contactcenter.run.secrets_file import Secrets

PATIENCE_SECONDS = 90.0


class Stop(BaseException):
    """Somebody pressed Ctrl-C or sent SIGTERM, at any moment."""

    was_asked = False
    """Stays true when the exception is lost: Python swallows what is raised while it forks, and only tells of it."""


def ask_to_stop(_number: int, _frame: Any) -> None:
    # Once: a second Ctrl-C must not interrupt the stop itself.
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    signal.signal(signal.SIGTERM, signal.SIG_IGN)
    Stop.was_asked = True
    raise Stop


def take_run_directory(run_dir: Path) -> IO[str]:
    """Lock it for us alone until we end."""
    try:
        run_dir.mkdir(mode=0o700, parents=True, exist_ok=True)
        owner = run_dir.stat().st_uid
        if owner != os.getuid():
            raise CannotRun(
                f"{run_dir} belongs to another user (uid {owner}). Run as that user, or set RUN_DIR."
            )
        lock = (run_dir / "lock").open("w")
        fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        raise CannotRun(
            f"It already runs from {run_dir}. Stop it first, or set RUN_DIR and PORT for a second one."
        ) from None
    except OSError as problem:
        raise CannotRun(
            f"{run_dir} cannot be used: {problem.strerror}. Set RUN_DIR to a folder of yours."
        ) from None
    return lock


def health(port: int) -> dict[str, Any]:
    """What /healthz says; {} while the web does not answer."""
    request = urllib.request.Request(f"http://127.0.0.1:{port}/healthz", headers={"Host": "localhost"})
    try:
        with urllib.request.urlopen(request, timeout=3) as answer:  # noqa: S310  (our own address)
            return json.load(answer)
    except urllib.error.HTTPError as refusal:
        return _json_or_nothing(refusal.read())
    except (OSError, ValueError):
        return {}


def _json_or_nothing(body: bytes) -> dict[str, Any]:
    try:
        return json.loads(body)
    except ValueError:
        return {}


class Readiness:
    """Asks until all parts answer, says READY once; says once what is missing when that takes too long."""

    def __init__(self, product: Product):
        self.product = product
        self.is_ready = self.has_complained = False
        self.began = self.asked_at = 0.0

    def look(self) -> None:
        now = time.monotonic()
        self.began = self.began or now
        if self.is_ready or now - self.asked_at < 0.3:
            return
        self.asked_at = now
        said = health(self.product.choices.port)
        if said.get("state") == "up":
            self.is_ready = True
            self._announce(said)
            self.product.start_spare()
        elif now - self.began > PATIENCE_SECONDS and not self.has_complained:
            self.has_complained = True
            self._complain(said)

    def _announce(self, said: dict[str, Any]) -> None:
        choices = self.product.choices
        port = choices.port
        logins = choices.run_dir / "logins.json"
        hosts = " ".join(f"http://{host}:{port}/" for host in _hosts(logins))
        say_plainly(
            f"READY http://localhost:{port}/admin/ {hosts} · switch: {said['switch'].get('kind')} · logins: {logins}"
        )

    def _complain(self, said: dict[str, Any]) -> None:
        parts = [name for name, part in said.items() if isinstance(part, dict) and part.get("state") != "up"]
        say(f"not ready yet; no answer from: {', '.join(parts) or 'web'}. Logs: {self.product.choices.logs}")


def _hosts(logins: Path) -> list[str]:
    """The tenants' hosts the demo opened."""
    try:
        known = json.loads(logins.read_text())["logins"]
        return sorted({login["host"] for login in known} - {"localhost"})
    except (OSError, ValueError, KeyError):
        return []


def serve(choices: Choices) -> None:
    lock = take_run_directory(choices.run_dir)
    choices.check_ports()
    choices.logs.mkdir(exist_ok=True)
    product = Product(choices, Secrets.of(choices.run_dir))
    readiness = Readiness(product)
    try:
        product.start()
        while not Stop.was_asked:
            product.crew.look_after()
            readiness.look()
            time.sleep(0.1)
        raise Stop
    finally:
        signal.signal(signal.SIGINT, signal.SIG_IGN)
        signal.signal(signal.SIGTERM, signal.SIG_IGN)
        say("stopping")
        product.crew.stop()
        lock.close()


def main() -> int:
    stop_with_parent()
    signal.signal(signal.SIGINT, ask_to_stop)
    signal.signal(signal.SIGTERM, ask_to_stop)
    try:
        serve(Choices())
    except Stop:
        say("stopped")
        return 0
    except CannotRun as problem:
        print(problem, file=sys.stderr, flush=True)
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
