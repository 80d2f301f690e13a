"""`manage.py open_demo`: operators and two demo tenants; writes RUN_DIR/logins.json. Safe to repeat."""

from pathlib import Path

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError

from tenants.demo.logins import Logins
from tenants.demo.opening import DemoNotOpened, open_demo


class Command(BaseCommand):
    help = "Opens the operators and two demo tenants, and writes their logins to logins.json in the run directory."

    def handle(self, *args: object, **options: object) -> None:
        logins = Logins.read(Path(settings.RUN_DIR) / "logins.json", settings.PORT)
        try:
            open_demo(logins)
        except DemoNotOpened as error:
            raise CommandError(error.message) from None
        self.stdout.write(f"logins: {logins.path}")
