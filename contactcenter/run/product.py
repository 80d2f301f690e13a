"""The processes of the product and their order: stores, then the switch, then everything that speaks to them."""

import os
import signal
import sys
from pathlib import Path

from contactcenter.environment import PROJECT
from contactcenter.run import web
from contactcenter.run.child import Child
from contactcenter.run.choices import Choices
from contactcenter.run.crew import Crew
from contactcenter.run.forked import import_everything
from contactcenter.run.postgres import Postgres
from contactcenter.run.preparation import Preparation
from contactcenter.run.progress import say
from contactcenter.run.secrets_file import Secrets, write_private
from contactcenter.run.valkey import Valkey, free_port

# What stops first has the lowest stage.
SPEAKERS, SWITCH, STORES = 0, 1, 2


def celery_processes(run_dir: Path) -> dict[str, list[str]]:
    """By name, as Python takes them."""
    celery = ["-m", "celery", "-A", "contactcenter", "--quiet"]
    alone = ["--without-gossip", "--without-mingle"]
    return {
        # One for a long sheet, one for an archive, one for what is short.
        "tasks": [*celery, "worker", "--concurrency", "3", *alone],
        # Receivers may be slow: threads that wait for them take nothing from the other tasks.
        "hooks": [
            *celery, "worker", "-Q", "hooks", "-n", "hooks@%h", "-P", "threads", "--concurrency", "8", *alone
        ],
        "beat": [*celery, "beat", "--schedule", str(run_dir / "beat-schedule"), "--pidfile="],
    }  # fmt: skip


class Product:
    def __init__(self, choices: Choices, secrets: Secrets):
        self.choices = choices
        self.crew = Crew()
        self.secrets = secrets
        self.postgres = (
            None if choices.database_url else Postgres(choices.run_dir / "pg", secrets.database_password)
        )
        self.valkey = None
        if not choices.redis_url:
            self.valkey = Valkey(choices.run_dir / "valkey", free_port(), secrets.redis_password)
        self.environment = dict(os.environ) | self._settings()

    def _settings(self) -> dict[str, str]:
        """What the environment of every process says, and settings.json for whoever opens a shell beside it."""
        ours = {
            "RUN_DIR": str(self.choices.run_dir),
            "PORT": str(self.choices.port),
            "SECRET_KEY": os.environ.get("SECRET_KEY") or self.secrets.secret_key,
            "DATA_KEY": os.environ.get("DATA_KEY") or self.secrets.data_key,
            "RECORDING_KEY": os.environ.get("RECORDING_KEY") or self.secrets.recording_key,
            "DATABASE_URL": self.postgres.url() if self.postgres else self.choices.database_url,
            "REDIS_URL": self.valkey.url if self.valkey else self.choices.redis_url,
            "DJANGO_SETTINGS_MODULE": "contactcenter.settings",
            "PYTHONUNBUFFERED": "1",
        }
        return ours | self.choices.switch_settings(self.secrets)

    def start(self) -> None:
        """Raises CannotRun when a step fails; what was started is then still in the crew, to be stopped."""
        write_private(self.choices.run_dir / "settings.json", self._settings())
        is_new = self._start_stores()
        preparation = Preparation(self.choices.run_dir, self.environment, is_new=is_new,
                                  is_embedded=self.postgres is not None)  # fmt: skip
        preparation.run()
        if self.choices.has_own_switch:
            preparation.write_switch_configuration()
            self._start_switch()
        self._start_speakers()

    def _start_stores(self) -> bool:
        is_new = False
        if self.postgres:
            say("starting PostgreSQL")
            is_new = self.postgres.make()
            database = self._child("postgres", self.postgres.command(), STORES, signal.SIGINT,
                                   self.postgres.environment())  # fmt: skip
        if self.valkey:
            say("starting Valkey")
            cache = self._child("valkey", self.valkey.command(), STORES)
        # While the stores come up; the environment of every child is made from ours, so it must say the same.
        import_everything(self.environment)
        if self.postgres:
            self.postgres.wait(database.is_alive, database.log)
            self.postgres.create_database("contactcenter")
        if self.valkey:
            self.valkey.wait(cache.is_alive, cache.log)
        return is_new

    def _start_switch(self) -> None:
        kind = self.choices.switch_kind
        say("starting FreeSWITCH" if kind == "freeswitch" else "starting the rehearsal switch")
        directory = Path(self.environment.get("FREESWITCH_DIRECTORY") or self.choices.switch_dir)
        if kind == "freeswitch":
            from telephony.freeswitch.configuration import switch_command

            command = switch_command(directory)
        else:
            command = [
                sys.executable,
                "-m",
                "telephony.freeswitch.rehearsal",
                "--conf",
                str(directory / "conf"),
            ]
        self._child("switch", command, SWITCH)

    def _start_speakers(self) -> None:
        say("starting web, telephony worker, tasks" + (", demo callers" if self.has_demo else ""))
        self._python("web", *web.arguments(self.choices.bind, self.choices.port))
        self._python("telephony", "manage.py", "run_telephony")
        for name, words in celery_processes(self.choices.run_dir).items():
            self._python(name, *words)
        self._python("watch", "manage.py", "run_watch")
        if self.environment.get("BACKUP_DIR"):
            self._python("backup", "manage.py", "take_backup", "--stream")
        if self.has_demo:
            self._python("demo", "manage.py", "run_demo")

    def start_spare(self) -> None:
        """A second worker, warm: it takes over when the first one dies. After READY, so that nobody waits for it."""
        self._python("telephony-spare", "manage.py", "run_telephony")

    @property
    def has_demo(self) -> bool:
        return self.choices.has_own_switch and self.choices.switch_kind == "rehearsal"

    def _python(self, name: str, *arguments: str) -> Child:
        log = self.choices.logs / f"{name}.log"
        return self.crew.start(Child(name, list(arguments), log, self.environment, SPEAKERS, folder=PROJECT,
                                     is_forked=True))  # fmt: skip

    def _child(self, name: str, command: list[str], stage: int, stop_signal: int = signal.SIGTERM,
               environment: dict[str, str] | None = None) -> Child:  # fmt: skip
        child = Child(name, command, self.choices.logs / f"{name}.log", environment or self.environment, stage,
                      stop_signal, folder=PROJECT)  # fmt: skip
        return self.crew.start(child)
