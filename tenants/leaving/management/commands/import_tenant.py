"""`manage.py import_tenant FILE --schema NAME`: an archive becomes a tenant of this installation, or is refused."""

import getpass
from pathlib import Path
from typing import Any

from django.core.management import BaseCommand, CommandError, CommandParser

from tenants.errors import DomainError
from tenants.leaving.actions.imports import import_file
from tenants.leaving.management.words import passphrase_from


class Command(BaseCommand):
    help = "Bring a tenant in from its archive"

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("file", type=Path)
        parser.add_argument("--schema", required=True)
        parser.add_argument("--host", default="", help="instead of the archive's first host name")
        parser.add_argument("--passphrase-file", type=Path)

    def handle(self, *args: Any, **options: Any) -> None:
        try:
            found = import_file(
                options["file"],
                schema=options["schema"],
                host=options["host"],
                secret=passphrase_from(options["passphrase_file"]),
                by=f"import_tenant by {getpass.getuser()}",
            )
        except DomainError as refusal:
            raise CommandError(refusal.message) from None
        except OSError as problem:
            raise CommandError(problem.strerror or "The file cannot be read.") from None
        words = f"{found.tables} tables, {found.rows} rows, {found.files} files, {found.missing} missing"
        print(f"{words}; every hash is equal" + (f" but {', '.join(found.differs)}" if found.differs else ""))
