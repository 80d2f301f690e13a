"""Tells the task queue that a mail was written. A word that is lost is made up for half a minute later."""

import structlog
from celery import current_app
from kombu.exceptions import OperationalError

from tenants.mails import server

log = structlog.get_logger()

TASK = "mails.send"
STALE_SECONDS = 60


def wake() -> None:
    """After the commit. Without a mail server there is nothing to do."""
    if not server.is_set():
        return
    try:
        current_app.send_task(TASK, expires=STALE_SECONDS, retry=False, ignore_result=True)
    except (OperationalError, OSError) as problem:
        log.warning("Mails wait for the task queue", problem=type(problem).__name__)
