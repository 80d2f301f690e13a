"""`manage.py drill_backup`: brings the backup back beside the live database, compares, tells RPO and RTO."""

from datetime import UTC, datetime
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from contactcenter import environment
from contactcenter.backup.books import Books, books
from contactcenter.backup.drill import drill, told_in_words
from contactcenter.management.commands.take_backup import backup_place
from contactcenter.run.failures import CannotRun
from tenants.context import enter
from tenants.trust.chain import holds


class Command(BaseCommand):
    help = (
        "Restores BACKUP_DIR into a server of its own, proves it against this database, and throws it away."
    )
    requires_system_checks = ()

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument(
            "--to", help="a moment, such as 2026-11-22T10:15:00+00:00; without it: to the end"
        )
        parser.add_argument(
            "--sounds", type=int, default=20, help="sealed sounds of each tenant to open (20)"
        )

    def handle(self, *args: Any, to: str | None, sounds: int, **options: Any) -> None:
        place, at = backup_place(), _moment(to)
        try:
            done = drill(
                place, url=environment.text("DATABASE_URL"), judge=_not_our_past, at=at, sounds=sounds
            )
        except CannotRun as problem:
            raise CommandError(str(problem)) from None
        self.stdout.write("\n".join(told_in_words(done)))
        if done.wrong:
            raise CommandError("; ".join(done.wrong))


def _not_our_past(found: Books) -> list[str]:
    """The live database has gone on meanwhile; what came back must be its past: the same head at the same place."""
    wrong = []
    for schema, said in found.audit.items():
        with enter(schema):
            if said["position"] and not holds(said["position"], said["head"]):
                wrong.append(f"the audit log of {schema} is not the past of the live one")
    now = {currency: rows for currency, rows, _sum in books(is_whole=False).bills}
    wrong += ["more bills than the live database has" for currency, rows, _sum in found.bills
              if rows > now.get(currency, 0)]  # fmt: skip
    return wrong


def _moment(text: str | None) -> datetime | None:
    if not text:
        return None
    try:
        at = datetime.fromisoformat(text)
    except ValueError:
        raise CommandError("--to wants a moment such as 2026-11-22T10:15:00+00:00.") from None
    return at if at.tzinfo else at.replace(tzinfo=UTC)
