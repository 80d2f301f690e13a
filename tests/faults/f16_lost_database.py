"""F16: a tenant is deleted by mistake, then the whole database is lost while it is written to; both come back."""

from __future__ import annotations

import shutil
import signal
import subprocess
import tempfile
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path

import psycopg

from contactcenter.backup.books import differences
from contactcenter.backup.drill import books_of, brought_back, drill, last_commit
from contactcenter.backup.place import BackupPlace
from contactcenter.backup.taking import prepare_stream, stream_command, take_base, tool_environment, utc_now
from contactcenter.run.postgres import Postgres
from tests.faults.results import Result
from tests.servers import PASSWORD, TEMPLATE, template_cluster

ID = "F16"
PROVES = (
    "a database comes back to a moment with every row, and to the last second with all that was committed"
)
SHORT = {"rows": 400}
LONG = {"rehearsal": {"rows": 1_000_000}}
LOST_AT_MOST, BACK_WITHIN = 5.0, 1800.0

CHARGE = """INSERT INTO billing_charge (tenant_id, month, kind, state, reason, leg_id, source_key, node, number,
    other_number, billable_seconds, billed_seconds, is_estimated, label, quantity, unit_price, amount, currency,
    price_version, created_at)
    SELECT (SELECT id FROM tenants_tenant WHERE schema_name = %(house)s), '2026-10-01', 'inbound', 'priced', '',
    gen_random_uuid(), '', 'main-1', '+862155500000', '+8613812345678', n, n, false, '', n / 60.0, 0.1, n / 600.0,
    'CNY', 1, clock_timestamp() FROM generate_series(1, %(rows)s) n"""
CALL = """INSERT INTO {house}.telephony_call (id, direction, number, caller_number, caller_raw, caller_name, state,
    arrived_at, answered_at, ended_at, exit, ended_by, hangup_cause, talk_seconds, hold_seconds, wrap_up_seconds, note,
    language, collected, line, is_self_served, version)
    SELECT gen_random_uuid(), 'inbound', '+862155500000', '+86138' || n, '', '', 'ended', clock_timestamp(),
    clock_timestamp(), clock_timestamp(), 'answered', 'caller', 'NORMAL_CLEARING', n %% 600, 0, 0, '', '', '{{}}',
    '{{}}', false, 1 FROM generate_series(1, %(rows)s) n"""
ENTRY = """INSERT INTO {house}.people_auditentry (at, actor_name, verb, subject, subject_name, reason)
    SELECT clock_timestamp(), 'Ann', 'tested', 'a:' || n, '', 'round ' || %(round)s::text
    FROM generate_series(1, %(rows)s) n"""
BILL = """INSERT INTO closing_bill (tenant_id, kind, number, month, currency, issued_at, issued_on, language, seller,
    payer, is_tax_included, exact_total, net, tax, total, reason)
    SELECT id, 'invoice', 'CN2026-' || id, '2026-09-01', 'CNY', clock_timestamp(), '2026-10-01', 'en', '{}', '{}',
    false, 100.5, 100.5, 6.03, 106.53, '' FROM tenants_tenant WHERE schema_name <> 'public'"""


def run(kind: str, *, rows: int = 1_000_000) -> Result:
    with a_database(rows) as house:
        house.write_on()
        base_seconds = house.take_base()
        moment, expected = house.mark()
        house.write_on()
        time.sleep(0.5)
        house.lose_a_tenant()
        back = drill(house.place, url=house.url, judge=lambda found: differences(expected, found), at=moment,
                     is_whole=True)  # fmt: skip
        lost_at = house.lose_everything()
        with brought_back(house.place, url=house.url) as newest:
            came_back, last = house.rounds_in(newest.url), last_commit(newest)
            newest_seconds = newest.seconds
    lost = [round_ for round_ in house.acknowledged if round_ not in came_back]
    loss = (lost_at - last).total_seconds() if last else float("inf")
    wrong = back.wrong[:5] + [f"RPO {loss:.1f} s"] * (loss > LOST_AT_MOST)
    wrong += ["RTO"] * (max(back.restored_seconds, newest_seconds) > BACK_WITHIN)
    entries = sum(said["entries"] for said in back.found.audit.values())
    seen = (
        f"to the moment: {len(back.found.tables):,} tables equal row by row, {entries:,} audit entries with each chain"
        f" proved, ledger {back.found.ledger} and bills {back.found.bills} equal; RTO {back.restored_seconds:.1f} s"
        f" (and {back.compared_seconds:.1f} s to compare); to the end: RTO {newest_seconds:.1f} s, RPO {loss:.2f} s,"
        f" {len(lost)} of {len(house.acknowledged)} acknowledged commits lost; base copy {base_seconds:.1f} s"
    )
    done = (
        f"{rows:,} calls and charges, 2 tenants; one dropped, then kill -9 and the disk wiped under writers"
    )
    return Result(ID, kind, done, not wrong, "; ".join([*wrong, seen]), {"lost": len(lost)})


@dataclass
class House:
    """A database that is written to, its backup, and what its writer was told is committed."""

    postgres: Postgres
    server: subprocess.Popen
    place: BackupPlace
    stream: subprocess.Popen
    acknowledged: list[int] = field(default_factory=list)
    _writer: threading.Thread | None = None
    _paused: threading.Event = field(default_factory=threading.Event)

    @property
    def url(self) -> str:
        return self.postgres.url(TEMPLATE)

    def fill(self, rows: int) -> None:
        with psycopg.connect(self.url) as database:
            for house in ("acme", "globex"):
                database.execute(CALL.format(house=house), {"rows": rows // 2})
                database.execute(CHARGE, {"rows": rows // 2, "house": house})
                database.execute(ENTRY.format(house=house), {"rows": min(rows // 10, 2000), "round": 0})
            database.execute(BILL)

    def write_on(self) -> None:
        """Until the next mark or loss: a round is one transaction in each tenant, one after the other."""
        self._paused.clear()
        self._writer = threading.Thread(target=self._write, daemon=True)
        self._writer.start()

    def _write(self) -> None:
        # A loss ends it in the middle of a round: that one was acknowledged to nobody.
        with suppress(psycopg.Error), psycopg.connect(self.url, autocommit=True) as database:
            while not self._paused.is_set():
                number = (self.acknowledged[-1] if self.acknowledged else 0) + 1
                with database.transaction():
                    database.execute(ENTRY.format(house="acme"), {"rows": 1, "round": number})
                    database.execute(CHARGE, {"rows": 1, "house": "acme"})
                self.acknowledged.append(number)
                time.sleep(0.01)

    def _pause(self) -> None:
        self._paused.set()
        if self._writer:
            self._writer.join()

    def take_base(self) -> float:
        began = time.monotonic()
        take_base(self.url, self.place, utc_now)
        return time.monotonic() - began

    def mark(self) -> tuple[datetime, object]:
        """A moment at which nobody writes, and what stands there then."""
        self._pause()
        time.sleep(0.05)
        moment = datetime.now(UTC)
        return moment, books_of(self.url, is_whole=True)

    def lose_a_tenant(self) -> None:
        with psycopg.connect(self.url) as database:
            database.execute("DROP SCHEMA globex CASCADE")

    def lose_everything(self) -> datetime:
        """Not a byte of the database's disk is left; the moment it happened."""
        self.server.send_signal(signal.SIGKILL)
        self.server.wait()
        lost_at = datetime.now(UTC)
        shutil.rmtree(self.postgres.data)
        self._pause()
        self.stream.kill()
        self.stream.wait()
        return lost_at

    def rounds_in(self, url: str) -> set[int]:
        with psycopg.connect(url) as database:
            said = database.execute(
                "SELECT DISTINCT reason FROM acme.people_auditentry WHERE reason LIKE 'round %'"
            )
            return {int(reason.split()[1]) for (reason,) in said}


@contextmanager
def a_database(rows: int) -> Iterator[House]:
    home = Path(tempfile.mkdtemp(prefix="cc-f16-"))
    home.chmod(0o711)
    postgres = Postgres(home / "pg", PASSWORD)
    postgres.home.mkdir()
    subprocess.run(["cp", "-a", str(template_cluster()), str(postgres.data)], check=True)
    postgres.make()
    place = BackupPlace(home / "backup")
    server = postgres.start(home / "postgres.log")
    url = postgres.url(TEMPLATE)
    prepare_stream(url, place)
    stream = subprocess.Popen(
        stream_command(url, place), env=tool_environment(url), stderr=subprocess.DEVNULL
    )
    house = House(postgres, server, place, stream)
    try:
        house.fill(rows)
        yield house
    finally:
        for process in (stream, server):
            process.kill()
            process.wait()
        shutil.rmtree(home, ignore_errors=True)
        shutil.rmtree(postgres.socket_dir, ignore_errors=True)
