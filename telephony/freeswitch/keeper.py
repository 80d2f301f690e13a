"""Keeps what the door knows by heart as the rows are: one thread of the web process that hears every change.

PostgreSQL tells `routes_changed` at each commit that touches who may register or where a number leads (triggers,
whatever road wrote it), and that tenant is read again. With the database away the last knowledge stays, and it lies
sealed on our disk for a web that starts meanwhile: it holds the phones' hashes.
"""

from __future__ import annotations

import os
import tempfile
import threading
import time
from collections.abc import Iterable
from pathlib import Path
from typing import Any

import psycopg
import structlog
from django.conf import settings
from django.db import InterfaceError, OperationalError, connection
from django.utils import timezone

from telephony.freeswitch.known import KnownAnswers, from_bytes, to_bytes
from telephony.queries.known_answers import KnownTenant, known_tenant
from tenants.context import enter_public
from tenants.queries import TenantOnLine, tenants_on_line
from tenants.secrets import SecretUnreadable, seal, unseal

log = structlog.get_logger()

CHANNEL, PUBLIC = "routes_changed", "public"
PROOF_SECONDS, PROVEN_FOR = 1.0, 3.0
ALL_ANEW_SECONDS = 60.0
WRITE_EVERY_SECONDS = 5.0
RETRY_SECONDS = 0.5
FILE_NAME = "answers.sealed"
AWAY = (psycopg.Error, OperationalError, InterfaceError)


class Keeper:
    """`answers` may be read from any thread. `is_fresh`: as the rows are; `is_away`: nobody could be asked either."""

    def __init__(self, folder: Path) -> None:
        self._file = folder / FILE_NAME
        self.answers = self._kept()
        self._proven_at = float("-inf")
        self._written: KnownAnswers | None = self.answers
        self._written_at = 0.0
        self.is_away = False
        self._ended = threading.Event()
        self._thread = threading.Thread(target=self._run, name="answers of the door", daemon=True)

    def start(self) -> None:
        self._thread.start()

    def stop(self) -> None:
        self._ended.set()
        self._thread.join(10)

    @property
    def is_fresh(self) -> bool:
        return time.monotonic() - self._proven_at < PROVEN_FOR

    def _run(self) -> None:
        while not self._ended.is_set():
            try:
                self._listen()
            except (*AWAY, OSError) as problem:
                log.warning("The door's knowledge is not kept fresh.", problem=type(problem).__name__)
                self.is_away = True
            except Exception:
                log.exception("The door's knowledge could not be read.")
            self._proven_at = float("-inf")
            self._ended.wait(RETRY_SECONDS)

    def _listen(self) -> None:
        with _own_connection() as line:
            line.execute(f"LISTEN {CHANNEL}")
            self._read_all()
            anew_at = time.monotonic() + ALL_ANEW_SECONDS
            while not self._ended.is_set():
                # Heard from now on is read below; proven is what was read before.
                line.execute("SELECT 1")
                self._proven_at, self.is_away = time.monotonic(), False
                changed = {one.payload for one in line.notifies(timeout=self._pause(), stop_after=1)}
                changed |= {one.payload for one in line.notifies(timeout=0)}
                if time.monotonic() > anew_at:
                    self._read_all()
                    anew_at = time.monotonic() + ALL_ANEW_SECONDS
                elif PUBLIC in changed:
                    self._read_public(changed | self._due())
                else:
                    self._read(changed | self._due())
                self._write()

    def _pause(self) -> float:
        """Until the next proof, or until hours may say otherwise."""
        untils = [until for until in self._untils().values() if until > time.time()]
        return max(0.01, min([PROOF_SECONDS, *(until - time.time() for until in untils)]))

    def _untils(self) -> dict[str, float]:
        return {
            schema: min(until for entry in known.entries.values() if (until := entry.until) is not None)
            for schema, known in self.answers.tenants.items()
            if any(entry.until is not None for entry in known.entries.values())
        }

    def _due(self) -> set[str]:
        return {schema for schema, until in self._untils().items() if until <= time.time()}

    def _read_all(self) -> None:
        self.answers = KnownAnswers(_tenants(_lines()))

    def _read_public(self, changed: set[str]) -> None:
        """Tenants, hosts and numbers; of the tenants those that look otherwise, or changed in there."""
        lines = {line.schema: line for line in _lines()}
        before = self.answers.tenants
        stale = [
            line
            for schema, line in lines.items()
            if schema in changed or schema not in before or before[schema].tenant != line
        ]
        self.answers = self.answers.with_tenants(_tenants(stale), gone=before.keys() - lines.keys())

    def _read(self, schemas: set[str]) -> None:
        lines = [known.tenant for schema, known in self.answers.tenants.items() if schema in schemas]
        if lines:
            self.answers = self.answers.with_tenants(_tenants(lines))

    def _kept(self) -> KnownAnswers:
        try:
            return from_bytes(unseal(self._file.read_text(encoding="ascii")).encode())
        except FileNotFoundError:
            return KnownAnswers()
        except (OSError, SecretUnreadable, ValueError, KeyError, TypeError) as problem:
            log.warning("What the door knew cannot be read again.", problem=type(problem).__name__)
            return KnownAnswers()

    def _write(self) -> None:
        if self.answers is self._written or time.monotonic() - self._written_at < WRITE_EVERY_SECONDS:
            return
        self._written, self._written_at = self.answers, time.monotonic()
        try:
            _write_whole(self._file, seal(to_bytes(self.answers).decode()))
        except OSError as problem:
            log.warning("What the door knows cannot be kept on disk.", problem=type(problem).__name__)


def _own_connection() -> psycopg.Connection[Any]:
    """Beside the pool: one that hears, and notices within seconds that nobody is there."""
    address = connection.settings_dict
    names = {"dbname": "NAME", "user": "USER", "password": "PASSWORD", "host": "HOST", "port": "PORT"}
    wanted = {ours: address[theirs] for ours, theirs in names.items() if address[theirs]}
    return psycopg.connect(**wanted, autocommit=True, connect_timeout=2, tcp_user_timeout=2000)


def _lines() -> list[TenantOnLine]:
    try:
        with enter_public():
            return tenants_on_line()
    finally:
        connection.close()


def _tenants(lines: Iterable[TenantOnLine]) -> list[KnownTenant]:
    """One that cannot be read is not known: the rows are asked for each of its questions."""
    read: list[KnownTenant] = []
    try:
        for line in lines:
            try:
                read.append(known_tenant(line, timezone.now()))
            except AWAY:
                raise
            except Exception:
                log.exception("The door cannot know a tenant.", tenant=line.schema)
                read.append(KnownTenant(line))
    finally:
        connection.close()
    return read


def _write_whole(target: Path, text: str) -> None:
    handle, name = tempfile.mkstemp(dir=target.parent, prefix=".answers-")
    with os.fdopen(handle, "w", encoding="ascii") as file:
        file.write(text)
    os.chmod(name, 0o600)
    os.replace(name, target)


def of_settings() -> Keeper:
    return Keeper(Path(str(settings.SWITCH["directory"])))
