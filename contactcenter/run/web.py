"""The web process: pages, API, sockets and the switch's questions, under daphne; or, where only the switch asks and
thousands of times a second, under uvicorn (decision 0025).

`python -m contactcenter.run.web --host 127.0.0.1 --port 8000 [--server uvicorn]`
"""

import argparse
import os
import signal
import threading
from typing import Any

import structlog

from tenants.short_turns import take_short_turns

log = structlog.get_logger()

LEAVE_SECONDS = 10.0
"""Less than its supervisor waits, and than a database that is away may keep a request waiting."""


def arguments(host: str, port: int) -> list[str]:
    """As Python takes them."""
    return ["-m", "contactcenter.run.web", "--host", host, "--port", str(port)]


def main() -> None:
    asked = argparse.ArgumentParser(description=__doc__)
    asked.add_argument("--host", default="127.0.0.1")
    asked.add_argument("--port", type=int, default=8000)
    asked.add_argument("--application", default="contactcenter.asgi:application")
    asked.add_argument("--leave-seconds", type=float, default=LEAVE_SECONDS)
    asked.add_argument("--server", choices=SERVERS, default=os.environ.get("WEB_SERVER", "daphne"))
    chosen = asked.parse_args()
    take_short_turns()
    SERVERS[chosen.server](chosen)


def under_daphne(chosen: argparse.Namespace) -> None:
    from daphne.cli import CommandLineInterface
    from twisted.internet import reactor  # the one daphne has chosen

    from contactcenter.run.eager import write_eagerly

    write_eagerly()
    reactor.callWhenRunning(bound_leaving, chosen.leave_seconds)
    listening = ["-b", chosen.host, "-p", str(chosen.port)]
    CommandLineInterface().run(["-v", "0", *listening, "--server-name", "contactcenter", chosen.application])


def bound_leaving(seconds: float) -> None:
    """From the signal on, so that not even a loop that stands still keeps the process. Requests still at work by then
    are left: their pages are gone, and what they had not committed is undone.
    """
    for number in (signal.SIGTERM, signal.SIGINT):
        _bound(number, signal.getsignal(number), seconds)


def _bound(number: int, its_handler: Any, seconds: float) -> None:
    def handle(given: int, frame: Any) -> None:
        timer = threading.Timer(seconds, _leave)
        timer.daemon = True
        timer.start()
        its_handler(given, frame)

    if callable(its_handler):
        signal.signal(number, handle)


def _leave() -> None:
    log.warning("Requests were still at work; the process ends without them.")
    os._exit(0)


def under_uvicorn(chosen: argparse.Namespace) -> None:
    import uvicorn

    uvicorn.run(
        chosen.application,
        host=chosen.host,
        port=chosen.port,
        # Ours is set with Django; and a line for each request would tell who looked at whom.
        log_config=None,
        access_log=False,
        server_header=False,
        # Who stands in front of us is settings.PROXIES' business.
        proxy_headers=False,
        lifespan="off",
        # The switch keeps its lines open between two calls.
        timeout_keep_alive=75,
        timeout_graceful_shutdown=2,
        ws_max_size=1024 * 1024,
        ws_per_message_deflate=False,
        ws_ping_timeout=30,
    )


SERVERS = {"daphne": under_daphne, "uvicorn": under_uvicorn}


if __name__ == "__main__":
    main()
