"""`manage.py take_mail < mail`: one raw mail from standard input becomes a case. For the pipe of a mail server."""

import sys
from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.utils import timezone

from tenants.context import enter_public
from tenants.errors import BadInput
from tenants.service.actions.mails import LARGEST, take_mail
from tenants.service.errors import MailByMachine, MailIsOurs


class Command(BaseCommand):
    help = "Takes one raw mail from standard input: a new case, or a word in the case its subject names."

    def handle(self, *args: Any, **options: Any) -> None:
        raw = sys.stdin.buffer.read(LARGEST + 1)
        try:
            with enter_public():
                case = take_mail(raw=raw, at=timezone.now())
        except (MailByMachine, MailIsOurs) as refusal:
            # No error: the mail server would send it back, and that is how two machines begin to talk.
            self.stdout.write(refusal.message)
            return
        except BadInput as refusal:
            raise CommandError(refusal.message) from None
        self.stdout.write(case.number)
