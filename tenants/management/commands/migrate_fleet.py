"""`manage.py migrate_fleet`: brings the shared tables and every tenant's to this release, and says who failed."""

import time
from argparse import ArgumentParser
from typing import Any

from django.core.management import call_command
from django.core.management.base import BaseCommand, CommandError

from tenants.provisioning.fleet import Fleet, RunGoesOn, migrate_fleet, read_fleet


class Command(BaseCommand):
    help = (
        "Migrates the shared schema, then the tenants that lack something: side by side, each in its own"
        " transaction. A failing tenant keeps its old tables and stops no other; run it again to go on."
    )

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--jobs", type=int, default=4, help="tenants at the same time (default 4)")
        parser.add_argument("--only", nargs="+", metavar="SCHEMA", help="these tenants alone")
        parser.add_argument(
            "--check", action="store_true", help="only say who is behind; exit code 1 when somebody is"
        )
        parser.add_argument("--tenants", action="store_true", help="leave the shared tables alone")

    def handle(self, *args: Any, **options: Any) -> None:
        if options["check"]:
            self._check(options["only"])
            return
        if not options["tenants"]:
            shared = read_fleet(["public"])
            if shared.behind or shared.missing:
                call_command("migrate_schemas", "--shared", interactive=False, verbosity=0)
        began, self._told_at = time.monotonic(), 0.0
        try:
            fleet = migrate_fleet(options["only"], jobs=max(1, options["jobs"]), tell=self._tell)
        except RunGoesOn:
            raise CommandError("Another run is bringing the tenants up: wait until it has ended.") from None
        self._sum_up(fleet, time.monotonic() - began)

    def _check(self, only: list[str] | None) -> None:
        state = read_fleet(only)
        self.stdout.write(f"{len(state.current):,} tenants are current, {len(state.behind):,} behind.")
        if state.behind:
            raise CommandError("Behind: " + ", ".join(state.behind[:50]))

    def _tell(self, fleet: Fleet) -> None:
        if time.monotonic() - self._told_at >= 1.0:
            self._told_at = time.monotonic()
            self.stdout.write(f"{len(fleet.migrated):,} migrated, {len(fleet.failed):,} failed …")

    def _sum_up(self, fleet: Fleet, seconds: float) -> None:
        self.stdout.write(
            f"{fleet.current:,} were current, {len(fleet.migrated):,} migrated, {len(fleet.failed):,} failed,"
            f" {len(fleet.left):,} not tried, in {seconds:.1f} s."
        )
        for schema in fleet.missing:
            self.stdout.write(f"{schema}: has no tables; its opening has not got so far.")
        for schema, problem in sorted(fleet.failed.items()):
            self.stderr.write(f"{schema}: {problem}")
        if not fleet.is_whole:
            raise CommandError(
                "Not all are current. What failed keeps its old tables: mend it, and run this again."
            )
