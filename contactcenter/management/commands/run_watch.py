"""`manage.py run_watch`: looks at every part each ten seconds until it is stopped. One per installation."""

import signal
import threading
import time
from typing import Any

import structlog
from django.core.management.base import BaseCommand

from contactcenter.watching import Watch, pause_until_next

log = structlog.get_logger()


class Command(BaseCommand):
    help = (
        "Looks at database, cache, web, sockets, workers, switches and tasks, and writes down what changes."
    )

    def handle(self, *args: Any, **options: Any) -> None:
        stopped = threading.Event()
        for number in (signal.SIGTERM, signal.SIGINT):
            signal.signal(number, lambda *_: stopped.set())
        watch = Watch()
        # The others are only just starting: what is not up yet was never down.
        stopped.wait(LOOK_FIRST)
        while not stopped.is_set():
            began = time.monotonic()
            try:
                watch.turn()
            except Exception:
                # Whatever one look trips over, the next one comes.
                log.exception("A look at the parts failed")
            stopped.wait(pause_until_next(began))


LOOK_FIRST = 15.0
