"""What the data needs before the processes start: tables, compiled words, demo tenants. Skipped when known."""

import hashlib
import json
from pathlib import Path

from contactcenter.environment import PROJECT
from contactcenter.run.failures import CannotRun
from contactcenter.run.forked import Forked
from contactcenter.run.progress import say
from contactcenter.run.secrets_file import write_private


def migrations_hash() -> str:
    files = sorted(PROJECT.glob("[!.]*/**/migrations/*.py"))
    digest = hashlib.sha256()
    for path in [*files, PROJECT / "requirements.txt"]:
        digest.update(str(path.relative_to(PROJECT)).encode() + b"\0" + path.read_bytes())
    return digest.hexdigest()


def has_stale_words() -> bool:
    """Seen without importing what compiles them: that alone costs a second."""
    for source in PROJECT.glob("[!.]*/**/locale/*/LC_MESSAGES/django.po"):
        compiled = source.with_suffix(".mo")
        if not compiled.exists() or compiled.stat().st_mtime_ns < source.stat().st_mtime_ns:
            return True
    return False


class Preparation:
    """Remembers in RUN_DIR/state.json what the embedded database already has; a real server is always asked."""

    def __init__(self, run_dir: Path, environment: dict[str, str], *, is_new: bool, is_embedded: bool):
        self.state_file = run_dir / "state.json"
        self.logins = run_dir / "logins.json"
        self.log = run_dir / "logs" / "preparation.log"
        self.environment = environment
        self.is_new = is_new
        self.known = self._read() if is_embedded and not is_new else {}

    def _read(self) -> dict[str, str]:
        try:
            return json.loads(self.state_file.read_text())
        except (OSError, ValueError):
            return {}

    def run(self) -> None:
        wanted = {"migrations": migrations_hash(), "port": self.environment["PORT"]}
        words = self._start("-m", "contactcenter.translations", "compile") if has_stale_words() else None
        if self.known.get("migrations") != wanted["migrations"]:
            say("making the tables")
            self._manage("migrate_schemas", "--shared")
            if not self.is_new:
                self._manage("migrate_fleet", "--tenants")
        if self.known != wanted or not self.logins.exists():
            say("opening the operator and two demo tenants")
            self._manage("open_demo")
        if words:
            self._finish(words, "The translations could not be compiled")
        write_private(self.state_file, wanted)

    def write_switch_configuration(self) -> None:
        writing = self._start("-m", "contactcenter.run.switch_configuration")
        self._finish(writing, "The configuration of the switch could not be written")

    def _start(self, *arguments: str) -> Forked:
        self.log.parent.mkdir(parents=True, exist_ok=True)
        return Forked(
            "preparation", list(arguments), log=self.log, environment=self.environment, folder=PROJECT
        )

    def _manage(self, *arguments: str) -> None:
        self._finish(self._start("manage.py", *arguments), f"`manage.py {' '.join(arguments)}` failed")

    def _finish(self, process: Forked, problem: str) -> None:
        try:
            code = process.wait()
        finally:
            # Ctrl-C meanwhile: nothing may go on behind our back.
            process.kill()
        if code:
            lines = [line for line in self.log.read_text(errors="replace").splitlines() if line.strip()]
            raise CannotRun(f"{problem}: {lines[-1][:300] if lines else ''} (see {self.log})")
