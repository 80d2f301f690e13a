"""`manage.py open_operator olivia --name "Olivia"`: the first operator of a real server; the password is shown once."""

import secrets
from typing import Any

from django.core.management.base import BaseCommand, CommandParser

from tenants.context import enter_public
from tenants.people.actions import create_member
from tenants.people.models import Member, Role


class Command(BaseCommand):
    help = "Adds an operator to the public schema and shows a generated password once."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("username")
        parser.add_argument("--name", default="")
        parser.add_argument("--finance", action="store_true", help="an operator of finance instead")

    def handle(self, *args: Any, **options: Any) -> None:
        username, password = options["username"], secrets.token_urlsafe(15)
        role = Role.OPERATOR_FINANCE if options["finance"] else Role.OPERATOR
        with enter_public():
            is_known = Member.objects.filter(username__iexact=username).exists()
            if not is_known:
                create_member(
                    username=username, name=options["name"] or username, roles=[role], password=password
                )
        said = f"{username} is there already; nothing was changed." if is_known else f"{username} {password}"
        self.stdout.write(said)
