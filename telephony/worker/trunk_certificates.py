"""The certificates of carriers that are reached by TLS, looked at each minute, each in a thread of its own: who does
not answer keeps nobody waiting.
"""

import threading
import time
from collections.abc import Iterable
from datetime import UTC, datetime

import structlog
from django.db import connection

from telephony.freeswitch import trunk_tls
from telephony.spool import DATABASE_AWAY
from telephony.trunks import actions, handshake
from telephony.trunks.models import Trunk

log = structlog.get_logger()

LOOK_EVERY = 60.0


class CertificateWatch:
    """What was entered anew is looked at at once, everything else each minute."""

    def __init__(self) -> None:
        self._looked_at: dict[int, float] = {}
        self._looking: set[int] = set()

    def look(self, rows: Iterable[Trunk]) -> None:
        for row in rows:
            if row.is_secure and row.pk not in self._looking and self._is_due(row):
                self._looking.add(row.pk)
                threading.Thread(target=self._look, args=(row,), name="certificate", daemon=True).start()

    def _is_due(self, row: Trunk) -> bool:
        return (
            row.tls_checked_at is None
            or time.monotonic() - self._looked_at.get(row.pk, float("-inf")) > LOOK_EVERY
        )

    def _look(self, row: Trunk) -> None:
        try:
            look_at(row)
            self._looked_at[row.pk] = time.monotonic()
        except DATABASE_AWAY as error:
            log.warning("A carrier's certificate waits for the database.", problem=type(error).__name__)
        finally:
            self._looking.discard(row.pk)
            connection.close()


def look_at(row: Trunk) -> handshake.Certificate:
    """Of one trunk, believing its own authority alone where it has one."""
    at = datetime.now(UTC)
    found = handshake.look(row.host, row.port, row.own_ca or trunk_tls.everybodys())
    actions.note_certificate(trunk_id=row.pk, found=found, at=at)
    if found.problem and found.problem != row.tls_problem:
        log.warning("A carrier's certificate is not accepted.", trunk=row.key, problem=found.problem)
    return found
