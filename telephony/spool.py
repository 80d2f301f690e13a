"""The switch's call records on disk → settled legs. A record leaves the folder only after its commit.

<spool>/*.json           written by the switch, maybe only half by now
<spool>/done/<day>/      settled; kept for a week
<spool>/quarantine/      unreadable, or of a tenant that cannot be: an error is logged, a person must look

Records of one tenant are settled together: a few at a time while calls go on, many when a heap waits.
"""

import time
from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
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
from telephony.queries.recordings import unproved_recordings
from telephony.spool_folder import SpoolFolder
from tenants import queries as tenant_queries
from tenants.context import enter, enter_public
from tenants.events import in_one_breath
from tenants.realtime import publishing_together

log = structlog.get_logger()

HALF_WRITTEN_SECONDS = 10.0
"""A record still unreadable when it is older than this is broken, not unfinished: a disk may stall for seconds."""
MOST_PER_SWEEP = 500
TOGETHER = 25
"""Records of one transaction: it holds the rows of their legs, which news of the switch may be about."""
TOGETHER_IN_A_HEAP = 250
"""Of legs that ended while nobody settled: there is hardly news of them any more."""
FIT_TOGETHER = frozenset(
    {LegSettled, FlowStepped, CallerHeld, RoomEntered, RoomLeft, LegsBridged, LegsUnbridged, LegMeasured}
)
MOST_ATTEMPTS = 3
SETTINGS_KEPT_SECONDS = 1.0
"""What a tenant's settings say is asked again after so long."""
DATABASE_AWAY = (OperationalError, InterfaceError, PoolTimeout)
_CONFLICTS = ("40P01", "40001", "55P03")


def is_conflict(error: BaseException) -> bool:
    """Two transactions stood in each other's way: the database is well, and the loser simply tries again."""
    return getattr(error.__cause__, "sqlstate", None) in _CONFLICTS


class RecordMisplaced(Exception):
    """The record names a tenant that does not exist, or one whose number was not dialled."""


def kept_whole(content: bytes) -> bytes | None:
    return None


@dataclass(slots=True)
class Paper:
    """One file and what it says."""

    file: Path
    content: bytes
    told: list[Fact]


@dataclass
class Sweep:
    """Sweeps one folder. `parse` raises ValueError on what is no whole record; `on_recording` hears (schema, id)."""

    folder: Path
    parse: Callable[[bytes], list[Fact]]
    on_recording: Callable[[str, UUID], None] = lambda schema, recording_id: None
    scrub: Callable[[bytes], bytes | None] = kept_whole
    """What is kept of a settled record instead of the whole; None: all of it."""
    now: Callable[[], float] = time.time
    ingest: Ingest = field(default_factory=lambda: Ingest(settings_kept_seconds=SETTINGS_KEPT_SECONDS))
    _attempts: Counter = field(default_factory=Counter)

    def __post_init__(self) -> None:
        self._files = SpoolFolder(self.folder, lambda: self.now())

    def run(self) -> int:
        """Settle what lies there; returns how many records. Raises DATABASE_AWAY errors, and nothing is lost then."""
        waiting, count = self._files.next(MOST_PER_SWEEP), 0
        together = TOGETHER_IN_A_HEAP if self.is_behind else TOGETHER
        for begin in range(0, len(waiting), together):
            portion = waiting[begin : begin + together]
            with publishing_together(), in_one_breath():
                taken = self._take_together(portion)
            count += len(taken) + sum(1 for file in portion if file not in taken and self._take(file))
        return count

    @property
    def is_behind(self) -> bool:
        """More waits than one sweep takes."""
        return self._files.is_heap

    def forget_old(self) -> int:
        return self._files.forget_old()

    # --- with others

    def _take_together(self, files: Sequence[Path]) -> set[Path]:
        """Those that could be settled with others of their tenant, in one transaction each tenant; who does not fit, or
        breaks the others, is left to be taken alone.
        """
        taken: set[Path] = set()
        for tenant, papers in self._by_tenant(files).items():
            taken |= self._settle_together(tenant, papers)
        return taken

    def _by_tenant(self, files: Sequence[Path]) -> dict[str, list[Paper]]:
        found: dict[str, list[Paper]] = {}
        for file in files:
            try:
                content = file.read_bytes()
                told = self.parse(content)
            except (FileNotFoundError, ValueError):
                continue
            records = [fact for fact in told if isinstance(fact, LegSettled)]
            tenant = self.ingest.place_of(records[0]) if len(records) == 1 else ""
            if tenant and all(type(fact) in FIT_TOGETHER for fact in told):
                found.setdefault(tenant, []).append(Paper(file, content, told))
        return found

    def _settle_together(self, tenant: str, papers: list[Paper]) -> set[Path]:
        """Where one of many breaks the others, each half is tried: most of them need not go alone."""
        if len(papers) < 2:
            return set()
        try:
            self.ingest.take_together(tenant, [fact for paper in papers for fact in paper.told])
        except DATABASE_AWAY:
            raise
        except Exception as problem:
            if len(papers) > TOGETHER:
                middle = len(papers) // 2
                halves = papers[:middle], papers[middle:]
                return set().union(*(self._settle_together(tenant, half) for half in halves))
            log.warning("Records are settled one by one.", count=len(papers), problem=type(problem).__name__)
            return set()
        self._announce(tenant, [fact for paper in papers for fact in paper.told])
        return {paper.file for paper in papers if self._put_away(paper.file, paper.content)}

    def _put_away(self, file: Path, content: bytes) -> bool:
        """After the commit, and told again it changes nothing."""
        try:
            self._files.put_away(file, self.scrub(content))
        except Exception:
            log.exception("A settled record could not be put away; it is taken again.", file=file.name)
            return False
        return True

    def _announce(self, tenant: str, told: Sequence[Fact]) -> None:
        """The recordings of these legs are whole: their hashes can be taken."""
        legs = [fact.leg_id for fact in told if isinstance(fact, LegSettled) and fact.offer_id]
        if not legs or not tenant:
            return
        with enter(tenant):
            found = unproved_recordings(legs)
        for recording_id in found:
            self.on_recording(tenant, recording_id)

    # --- alone

    def _take(self, file: Path) -> bool:
        try:
            content = file.read_bytes()
            self._settle(content)
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
        return self._put_away(file, content)

    def _settle(self, content: bytes) -> None:
        told = self.parse(content)
        for fact in told:
            if isinstance(fact, LegSettled):
                check_place(fact)
            self.ingest.take(fact)
        for record in told:
            if isinstance(record, LegSettled):
                self._announce(self.ingest.tenant_of(record.leg_id), [record])

    def _put_aside(self, file: Path, error: Exception) -> None:
        """A record that is only half there yet gets its time."""
        if isinstance(error, RecordMisplaced):
            self._quarantine(file, str(error))
        elif isinstance(error, ValueError) and self.now() - file.stat().st_mtime > HALF_WRITTEN_SECONDS:
            self._quarantine(file, f"unreadable: {error}")

    def _quarantine(self, file: Path, why: str) -> None:
        log.error("A call record was put aside; someone has to look at it.", file=file.name, why=why)
        self._attempts.pop(file.name, None)
        self._files.put_aside(file)


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
