"""`manage.py run_telephony`: the worker of one cell, with its threads."""

import gc
import os
import signal
import socket
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand

from telephony.worker.assembly import assemble
from tenants.short_turns import take_short_turns


class Command(BaseCommand):
    requires_system_checks: list[str] = []
    """Checks read every URL and page; a worker that comes back has callers waiting."""

    help = "Listen to the switch, route calls, settle call records. A second one waits as a warm spare."

    def handle(self, *args: Any, **options: Any) -> None:
        crew = assemble(settings.SWITCH, worker_id=f"{socket.gethostname()}:{os.getpid()}")
        for number in (signal.SIGTERM, signal.SIGINT):
            signal.signal(number, lambda *_: crew.worker.stop())
        take_short_turns()
        # What is loaded by now stays until the end: nobody need wait while the collector looks at it again.
        gc.collect()
        gc.freeze()
        crew.run()
