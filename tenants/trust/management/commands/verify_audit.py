"""Proves an export of an audit log: the file alone is read, no database."""

from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from tenants.trust.verifying import verify


class Command(BaseCommand):
    help = (
        "Prove an export of the audit log (csv or xlsx). --head: the hash you wrote down, to be found in it."
    )
    requires_system_checks = ()

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("file", type=Path)
        parser.add_argument("--head", default="")

    def handle(self, *args: Any, file: Path, head: str, **options: Any) -> None:
        if not file.is_file():
            raise CommandError(f"There is no file {file}.")
        found = verify(file, head=head.strip().lower())
        if found.problem:
            place = f" at position {found.broken_at}" if found.broken_at is not None else ""
            raise CommandError(f"NOT WHOLE{place}: {found.problem}.")
        bare = f" {found.bare} of them by their hash alone." if found.bare else ""
        self.stdout.write(f"Whole: {found.lines} lines, {found.first} to {found.position}.{bare}")
        self.stdout.write(f"Head: {found.head}")
