"""`manage.py run_demo`: phones, callers and a crew for the demo tenants, on the rehearsal switch alone."""

import signal
import threading
from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError

from contactcenter.demo.line import Line
from contactcenter.demo.stage import Stage


class Command(BaseCommand):
    help = "Lets callers dial the demo tenants' numbers and a crew answer them, until it is stopped."

    def handle(self, *args: Any, **options: Any) -> None:
        switch = settings.SWITCH
        if switch["kind"] != "rehearsal":
            raise CommandError("The demo's callers live in the rehearsal switch; this one is real.")
        stopped = threading.Event()
        for number in (signal.SIGTERM, signal.SIGINT):
            signal.signal(number, lambda *_: stopped.set())
        line = Line(switch["host"], switch["event_port"], switch["password"])
        Stage(line, Path(settings.RUN_DIR) / "logins.json").play(stopped)
