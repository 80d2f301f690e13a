"""The demo's round: phones, callers, crew, again and again; one that fails does not stop the others."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable
from functools import partial
from pathlib import Path

import structlog
from django.db import Error as DatabaseError
from django.db import close_old_connections

from contactcenter.demo import phones
from contactcenter.demo.callers import Callers
from contactcenter.demo.crew import Crew
from contactcenter.demo.line import Line, LineDown
from contactcenter.demo.part import Part, parts
from telephony.errors import TelephonyUnreachable
from tenants.context import enter, every_active_tenant

log = structlog.get_logger()

ROUND_SECONDS = 1.0
PHONES_EVERY = 5.0


class Stage:
    def __init__(self, line: Line, logins_file: Path) -> None:
        self._line = line
        self._logins_file = logins_file
        self._cast: list[Part] = []
        self._callers: list[Callers] = []
        self._crews: list[Crew] = []
        self._phones_at = 0.0
        self._trouble: dict[str, str] = {}

    def play(self, stopped: threading.Event) -> None:
        """Until told to stop."""
        while not stopped.wait(ROUND_SECONDS):
            self.round(time.monotonic())
        self._line.close()

    def round(self, now: float) -> None:
        if not self._cast:
            self._enter(parts(self._logins_file))
        self._try("phones", lambda: self._register(now))
        for callers in self._callers:
            self._try(f"callers of {callers.part.tenant}", partial(callers.play, self._line, now))
        self._try("crews", lambda: self._work(now))

    def _enter(self, cast: list[Part]) -> None:
        self._cast = cast
        self._callers = [Callers(part) for part in cast]
        self._crews = [Crew(part) for part in cast]

    def _register(self, now: float) -> None:
        if now >= self._phones_at:
            self._phones_at = now + PHONES_EVERY
            if phones.register_missing(self._line, self._cast):
                phones.teach_the_called(self._line)

    def _work(self, now: float) -> None:
        close_old_connections()
        active = {tenant.schema_name for tenant in every_active_tenant()}
        for crew in self._crews:
            if crew.part.tenant in active:
                with enter(crew.part.tenant):
                    crew.work(now)

    def _try(self, what: str, act: Callable[[], object]) -> None:
        """Says each trouble once, and once that it is over."""
        try:
            act()
        except (LineDown, TelephonyUnreachable, DatabaseError, OSError, ValueError) as error:
            kind = type(error).__name__
            if self._trouble.get(what) != kind:
                log.warning("The demo waits.", part=what, problem=kind)
            self._trouble[what] = kind
        else:
            if self._trouble.pop(what, None):
                log.info("The demo goes on.", part=what)
