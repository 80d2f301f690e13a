"""`manage.py export_tenant SCHEMA FILE`: everything of a tenant as one plain archive, straight into a file."""

import getpass
from pathlib import Path
from typing import Any

from django.core.management import BaseCommand, CommandError, CommandParser
from django.utils import timezone

from tenants.context import enter_public
from tenants.leaving import passphrase
from tenants.leaving.management.words import passphrase_from
from tenants.leaving.writing import write_archive
from tenants.models import Tenant
from tenants.people.actions import record_audit


class Command(BaseCommand):
    help = "Write everything of a tenant into one archive"

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("schema")
        parser.add_argument("file", type=Path)
        parser.add_argument(
            "--passphrase-file", type=Path, help="seals the keys of services into the archive"
        )

    def handle(self, *args: Any, **options: Any) -> None:
        with enter_public():
            tenant = Tenant.objects.filter(schema_name=options["schema"]).first()
            if tenant is None:
                raise CommandError("There is no such tenant.")
            secret, salt = passphrase_from(options["passphrase_file"]), passphrase.new_salt()
            key = passphrase.key_of(secret, salt) if secret else None
            with options["file"].open("xb") as target:
                written = write_archive(
                    target, tenant, key=key, salt=salt, at=timezone.now(), tell=lambda what, done: None
                )
            said = {"rows": written.rows, "files": written.files, "missing": written.missing}
            record_audit(
                verb="wrote an export of everything",
                subject=tenant,
                after=said | {"sha256": written.sha256},
                reason=f"export_tenant by {getpass.getuser()}",
            )
        print(
            f"{written.rows} rows, {written.files} files, {written.missing} missing, SHA-256 {written.sha256}"
        )
