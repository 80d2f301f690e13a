"""`manage.py tell_books`: what the database of this process holds, as JSON, to be compared with another's."""

import json
from typing import Any

from django.core.management.base import BaseCommand, CommandParser

from contactcenter.backup.books import books


class Command(BaseCommand):
    help = "Rows, ledger, bills and the proved audit logs of this database, as one line of JSON."
    requires_system_checks = ()

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--whole", action="store_true", help="every row of every table")
        parser.add_argument("--sounds", type=int, default=0, help="open so many sealed sounds of each tenant")

    def handle(self, *args: Any, whole: bool, sounds: int, **options: Any) -> None:
        self.stdout.write(json.dumps(books(is_whole=whole, sounds=sounds).as_dict()))
