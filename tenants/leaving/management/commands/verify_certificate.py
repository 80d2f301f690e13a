"""`manage.py verify_certificate FILE`: whether a certificate of deletion is as it was signed, and by whom."""

import json
from pathlib import Path
from typing import Any

from django.core.management import BaseCommand, CommandError, CommandParser

from tenants.leaving.signing import signer_of


class Command(BaseCommand):
    help = "Prove a certificate of deletion"
    requires_system_checks: list[str] = []

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("file", type=Path)

    def handle(self, *args: Any, **options: Any) -> None:
        try:
            document = json.loads(options["file"].read_text(encoding="utf-8"))
        except (OSError, ValueError):
            raise CommandError("The file cannot be read.") from None
        signer = signer_of(document) if isinstance(document, dict) else ""
        if not signer:
            raise CommandError("This certificate was changed after it was signed.")
        print(f"whole, signed by {signer}")
