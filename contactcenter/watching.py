"""One look at every part of the product, from a process that needs none of them, and what is done with it.

While the database is away nothing can be written down: the looks wait here, in order, and are written when it is back.
"""

import http.client
import socket
import time
from base64 import b64encode
from collections import deque
from datetime import datetime
from urllib.parse import urlsplit

import structlog
from django.conf import settings
from django.db import DatabaseError, close_old_connections, connection
from django.utils import timezone
from psycopg import Error as PostgresError
from psycopg_pool import PoolTimeout

from contactcenter import health
from telephony.cells.looks import cells_now
from telephony.queries.canary import last_round
from tenants.service import mailbox_sign, parts, status
from tenants.service.actions.outages import follow_outages, follow_outside
from tenants.service.actions.paging import escalate, send_pages
from tenants.service.actions.ringing import note_unmade
from tenants.service.actions.watch import LOOK_EVERY, Found, note_homes, note_round, note_windows, roll_days

log = structlog.get_logger()

PATIENCE = 4.0
KEY = b64encode(b"watching-sockets").decode()
"""Sixteen bytes, or a server takes no handshake."""
MOST_KEPT = 6 * 360
"""Looks of six hours."""
AWAY = (DatabaseError, PostgresError, PoolTimeout)
OURS = {
    parts.DATABASE: "database",
    parts.CACHE: "cache",
    parts.CELERY: "celery",
    parts.RECORDING: "recording",
}


def look(at: datetime) -> Found:
    """(part, cell) → (state, what was said)."""
    measured = health.measure()
    found = {(part, ""): _told(measured[name]) for part, name in OURS.items()}
    found[parts.WEB, ""] = _asked(_ask_web)
    found[parts.SOCKET, ""] = _asked(_ask_socket)
    found |= _of_cells(at, measured)
    if settings.MAILBOX:
        found[parts.MAILBOX, ""] = mailbox_sign.state_now()
    calls = last_round()
    if calls is not None and calls["checked"]:
        broken = int(calls["broken"])
        found[parts.CALLS, ""] = (
            "down" if broken == calls["checked"] else "up",
            f"{broken}/{int(calls['checked'])}",
        )
    return found


def _told(said: dict) -> tuple[str, str]:
    state = said["state"] if said["state"] in ("up", "unknown") else "down"
    return state, str(said.get("problem", ""))


def _of_cells(at: datetime, measured: dict[str, dict]) -> Found:
    """By the database; while that is away, by what this cell's worker leaves in the cache."""
    try:
        return {(part, cell): said for cell, both in cells_now(at).items() for part, said in both.items()}
    except AWAY:
        cell = settings.SWITCH["cell"]
        return {(part, cell): _told(measured[part]) for part in parts.BY_CELL}


def _asked(ask) -> tuple[str, str]:  # noqa: ANN001
    try:
        ask()
    except (OSError, http.client.HTTPException, ValueError) as problem:
        return "down", type(problem).__name__
    return "up", ""


def _place() -> tuple[str, int, str]:
    """Where our web listens, and a host of the operators."""
    found = urlsplit(settings.WATCH_URL)
    return str(found.hostname), found.port or 80, settings.PUBLIC_HOSTS[0]


def _ask_web() -> None:
    """Any answer is an answer: what else is down is asked elsewhere."""
    host, port, name = _place()
    asked = http.client.HTTPConnection(host, port, timeout=PATIENCE)
    try:
        asked.request("GET", "/status/", headers={"Host": name})
        if asked.getresponse().status >= 500:
            raise ValueError
    finally:
        asked.close()


def _ask_socket() -> None:
    """A handshake as a page makes it: it is taken, and then turned away, as the operators' host has no sockets."""
    host, port, name = _place()
    with socket.create_connection((host, port), timeout=PATIENCE) as line:
        asked = (
            f"GET /ws/watch/ HTTP/1.1\r\nHost: {name}\r\nOrigin: http://{name}\r\nUpgrade: websocket\r\n"
            f"Connection: Upgrade\r\nSec-WebSocket-Key: {KEY}\r\nSec-WebSocket-Version: 13\r\n\r\n"
        )
        line.sendall(asked.encode())
        if b" 101 " not in line.recv(64):
            raise ValueError


class Watch:
    def __init__(self) -> None:
        self._unwritten: deque[tuple[datetime, Found]] = deque(maxlen=MOST_KEPT)
        self._minute = ""

    def turn(self, at: datetime | None = None) -> Found:
        """One look, written down with those that wait; then whoever must know is called."""
        now = at or timezone.now()
        found = look(now)
        self._unwritten.append((now, found))
        try:
            self._write(now)
        except AWAY as problem:
            # The pool gives out no connection that is dead; ours may be.
            connection.close()
            log.warning(
                "A look cannot be written down yet",
                waiting=len(self._unwritten),
                problem=type(problem).__name__,
            )
            self._show_meanwhile(now, found)
        return found

    def _write(self, now: datetime) -> None:
        close_old_connections()
        while self._unwritten:
            at, found = self._unwritten[0]
            note_round(at=at, found=found)
            self._unwritten.popleft()
        if (minute := now.strftime("%H:%M")) != self._minute:
            note_homes(at=now)
            note_windows(at=now)
            roll_days(today=now.date())
            self._minute = minute
        status.keep(status.picture(now))
        follow_outages(at=now)
        follow_outside(at=now)
        escalate(at=now)
        send_pages(at=now)
        note_unmade(at=now)

    def _show_meanwhile(self, now: datetime, found: Found) -> None:
        known = status.kept()
        if known is None:
            return
        states: dict[str, str] = {}
        for (part, _place), (state, _said) in found.items():
            states[part] = max(states.get(part, "up"), state, key=status.WORST.index)
        status.keep(status.with_states(known, now, states))


def pause_until_next(began: float) -> float:
    """Seconds; looks begin every ten seconds, however long one takes."""
    return max(0.5, LOOK_EVERY - (time.monotonic() - began))
