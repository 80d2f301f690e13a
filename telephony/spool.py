"""The switch's call records on disk → settled legs. A record leaves the folder only after its commit.

<spool>/*.json           written by the switch, maybe only half by now
<spool>/done/<day>/      settled; kept for a week
<spool>/quarantine/      unreadable, or of a tenant that cannot be: an error is logged, a person must look
"""

import os
import time
from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from uuid import UUID

import structlog
from django.db import InterfaceError, OperationalError
from psycopg_pool import PoolTimeout

from telephony.facts import (
    CallerHeld,
    Direction,
    Fact,
    FlowStepped,
    LegMeasured,
    LegsBridged,
    LegSettled,
    LegsUnbridged,
    RoomEntered,
    RoomLeft,
)
from telephony.ingest import Ingest
from telephony.models import Recording
from tenants import queries as tenant_queries
from tenants.context import enter, enter_public
from tenants.events import in_one_breath
from tenants.realtime import publishing_together

log = structlog.get_logger()

HALF_WRITTEN_SECONDS = 2.0
"""A record still unreadable when it is older than this is broken, not unfinished."""
MOST_PER_SWEEP = 500
TOGETHER = 25
"""Records of one transaction: it holds the rows of their legs, which news of the switch may be about."""
SETTLED_TOGETHER = frozenset(
    {LegSettled, FlowStepped, CallerHeld, RoomEntered, RoomLeft, LegsBridged, LegsUnbridged}
)
FIT_TOGETHER = SETTLED_TOGETHER | {LegMeasured}
MOST_ATTEMPTS = 3
KEEP_DONE_SECONDS = 7 * 24 * 3600
DATABASE_AWAY = (OperationalError, InterfaceError, PoolTimeout)
_CONFLICTS = ("40P01", "40001", "55P03")


def is_conflict(error: BaseException) -> bool:
    """Two transactions stood in each other's way: the database is well, and the loser simply tries again."""
    return getattr(error.__cause__, "sqlstate", None) in _CONFLICTS


class RecordMisplaced(Exception):
    """The record names a tenant that does not exist, or one whose number was not dialled."""


def kept_whole(content: bytes) -> bytes | None:
    return None


@dataclass
class Sweep:
    """Sweeps one folder. `parse` raises ValueError on what is no whole record; `on_recording` hears (schema, id)."""

    folder: Path
    parse: Callable[[bytes], list[Fact]]
    on_recording: Callable[[str, UUID], None] = lambda schema, recording_id: None
    scrub: Callable[[bytes], bytes | None] = kept_whole
    """What is kept of a settled record instead of the whole; None: all of it."""
    now: Callable[[], float] = time.time
    ingest: Ingest = field(default_factory=Ingest)
    _attempts: Counter = field(default_factory=Counter)

    def run(self) -> int:
        """Settle what lies there; returns how many records. Raises DATABASE_AWAY errors, and nothing is lost then."""
        self.folder.mkdir(parents=True, exist_ok=True)
        waiting, count = self._waiting(), 0
        for begin in range(0, len(waiting), TOGETHER):
            portion = waiting[begin : begin + TOGETHER]
            with publishing_together(), in_one_breath():
                taken = self._take_together(portion)
            count += len(taken) + sum(1 for file in portion if file not in taken and self._take(file))
        return count

    def waiting(self) -> int:
        return sum(1 for _file in self._waiting(most=10_000))

    def _waiting(self, most: int = MOST_PER_SWEEP) -> list[Path]:
        found = sorted(self.folder.glob("*.json"), key=lambda file: file.name)
        return found[:most]

    def _take_together(self, files: list[Path]) -> set[Path]:
        """Those that could be settled with others of their tenant, in one transaction each tenant; who does not fit, or
        breaks the others, is left to be taken alone.
        """
        taken: set[Path] = set()
        for tenant, found in self._by_tenant(files).items():
            if len(found) < 2:
                continue
            told = [fact for _file, facts in found for fact in facts if type(fact) in SETTLED_TOGETHER]
            try:
                self.ingest.take_together(tenant, told)
            except DATABASE_AWAY:
                raise
            except Exception as problem:
                log.warning(
                    "Records are settled one by one.", count=len(found), problem=type(problem).__name__
                )
                continue
            for file, facts in found:
                if self._finish(file, facts):
                    taken.add(file)
        return taken

    def _by_tenant(self, files: list[Path]) -> dict[str, list[tuple[Path, list[Fact]]]]:
        found: dict[str, list[tuple[Path, list[Fact]]]] = {}
        for file in files:
            try:
                told = self.parse(file.read_bytes())
            except (FileNotFoundError, ValueError):
                continue
            records = [fact for fact in told if isinstance(fact, LegSettled)]
            tenant = self.ingest.place_of(records[0]) if len(records) == 1 else ""
            if tenant and all(type(fact) in FIT_TOGETHER for fact in told):
                found.setdefault(tenant, []).append((file, told))
        return found

    def _finish(self, file: Path, told: list[Fact]) -> bool:
        """What a record says beside how its leg went; after the commit, and told again it changes nothing."""
        try:
            for fact in told:
                if type(fact) not in SETTLED_TOGETHER:
                    self.ingest.take(fact)
                elif isinstance(fact, LegSettled) and fact.offer_id:
                    self._announce_recording(fact)
            self._put_away(file)
        except DATABASE_AWAY:
            raise
        except Exception:
            log.exception("A settled record could not be put away; it is taken again.", file=file.name)
            return False
        return True

    def _put_away(self, file: Path) -> None:
        self._without_secrets(file)
        self._move(file, self.folder / "done" / f"{datetime.now(UTC):%Y-%m-%d}")

    def _take(self, file: Path) -> bool:
        try:
            self._settle(file)
        except DATABASE_AWAY:
            raise
        except (FileNotFoundError, RecordMisplaced, ValueError) as error:
            self._put_aside(file, error)
            return False
        except Exception:
            # One record that breaks us must not keep the others from being settled.
            self._attempts[file.name] += 1
            log.exception("A call record could not be settled.", file=file.name)
            if self._attempts[file.name] >= MOST_ATTEMPTS:
                self._quarantine(file, "it broke the settlement")
            return False
        self._put_away(file)
        return True

    def _without_secrets(self, file: Path) -> None:
        clean = self.scrub(file.read_bytes())
        if clean is not None:
            beside = file.with_suffix(".clean")
            beside.write_bytes(clean)
            os.replace(beside, file)

    def _put_aside(self, file: Path, error: Exception) -> None:
        """A record that is only half there yet gets its time."""
        if isinstance(error, RecordMisplaced):
            self._quarantine(file, str(error))
        elif isinstance(error, ValueError) and self.now() - file.stat().st_mtime > HALF_WRITTEN_SECONDS:
            self._quarantine(file, f"unreadable: {error}")

    def _settle(self, file: Path) -> None:
        for fact in self.parse(file.read_bytes()):
            if isinstance(fact, LegSettled):
                check_place(fact)
            self.ingest.take(fact)
            if isinstance(fact, LegSettled) and fact.offer_id:
                self._announce_recording(fact)

    def _announce_recording(self, record: LegSettled) -> None:
        tenant = self.ingest.tenant_of(record.leg_id)
        if not tenant:
            return
        with enter(tenant):
            found = Recording.objects.filter(leg=record.leg_id, sha256="", ended_at__isnull=False)
            recording_id = found.values_list("pk", flat=True).first()
        if recording_id:
            self.on_recording(tenant, recording_id)

    def _quarantine(self, file: Path, why: str) -> None:
        log.error("A call record was put aside; someone has to look at it.", file=file.name, why=why)
        self._attempts.pop(file.name, None)
        self._move(file, self.folder / "quarantine")

    def _move(self, file: Path, folder: Path) -> None:
        folder.mkdir(parents=True, exist_ok=True)
        os.replace(file, folder / file.name)

    def forget_old(self) -> int:
        """Delete settled records older than a week; returns how many."""
        old = [file for file in self._done() if self.now() - file.stat().st_mtime > KEEP_DONE_SECONDS]
        for file in old:
            file.unlink(missing_ok=True)
        return len(old)

    def _done(self) -> Iterator[Path]:
        return (self.folder / "done").glob("*/*.json")


def check_place(record: LegSettled) -> None:
    """Raises RecordMisplaced. A caller's leg must be of the tenant whose number was dialled."""
    if not record.tenant:
        return
    with enter_public():
        if not tenant_queries.state_of(record.tenant):
            raise RecordMisplaced("it names a tenant that does not exist")
        if record.direction != Direction.INBOUND:
            return
        owner = tenant_queries.tenant_of_number(record.dialled)
    if owner is not None and owner.schema_name != record.tenant:
        raise RecordMisplaced("it names another tenant than the one whose number was dialled")
