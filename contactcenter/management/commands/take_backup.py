"""`manage.py take_backup`: a base copy of the database, and the files that are new (docs/backup.md)."""

from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError, CommandParser

from contactcenter import environment
from contactcenter.backup.files import copy_files
from contactcenter.backup.place import BackupPlace
from contactcenter.backup.taking import prepare_stream, stream_command, take_base, tool_environment, utc_now
from contactcenter.run.failures import CannotRun


class Command(BaseCommand):
    help = "Copies what is to be brought back one day into BACKUP_DIR."
    requires_system_checks = ()

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--files", action="store_true", help="new files alone, no copy of the database")
        parser.add_argument("--stream", action="store_true", help="run on: whatever is committed, at once")
        parser.add_argument("--keep", type=int, default=3, help="base copies that are kept (3)")

    def handle(self, *args: Any, files: bool, stream: bool, keep: int, **options: Any) -> None:
        place, url = backup_place(), environment.text("DATABASE_URL")
        try:
            if stream:
                prepare_stream(url, place)
                become(stream_command(url, place), tool_environment(url))
            if not files:
                base = take_base(url, place, utc_now, keep=max(1, keep))
                self.stdout.write(f"Base copy {base.name}")
        except CannotRun as problem:
            raise CommandError(str(problem)) from None
        sources = {"vault": settings.RECORDING_VAULT, "prompts": settings.SWITCH["prompts_dir"]}
        for name, folder in sources.items():
            done = copy_files(name, Path(folder), place, today=utc_now().date())
            self.stdout.write(f"{name}: {done.new} new files, {done.bytes} bytes, {done.set_aside} set aside")


def backup_place() -> BackupPlace:
    """Raises CommandError where none is set."""
    if not settings.BACKUP_DIR:
        raise CommandError("BACKUP_DIR is not set: the folder of backups, on another disk (docs/backup.md).")
    return BackupPlace(Path(settings.BACKUP_DIR).resolve())


def become(command: list[str], with_environment: dict[str, str]) -> None:
    """Whoever stops us stops the stream."""
    import os

    os.execve(command[0], command, with_environment)  # noqa: S606
