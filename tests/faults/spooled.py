"""A spool of call records without a switch: what it holds, who settles it, and what the rows must say in the end."""

from __future__ import annotations

import json
import os
import random
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from uuid import UUID

import orjson
import psycopg

from tests.contract.furnish import HOT_LINE
from tests.servers import PROJECT, SERVERS

NOON_US = 1_790_000_000_000_000
CAME_BACK = 30.0


@dataclass
class Spool:
    """`seconds`: of each leg whose record was written, what is to be billed."""

    folder: Path
    database_url: str
    environment: dict[str, str]
    queue_id: int
    chance: random.Random
    seconds: dict[UUID, int] = field(default_factory=dict)
    _nursery: subprocess.Popen[str] | None = None
    _serial: int = 0

    def record(self, *, tenant: str = "acme", number: str = HOT_LINE, leg_id: UUID | None = None) -> bytes:
        """One caller's answered leg, of some seconds."""
        leg_id = leg_id or UUID(int=self.chance.getrandbits(128), version=4)
        begin = NOON_US + self._serial * 100_000
        seconds = self.seconds.get(leg_id) or self.chance.randrange(1, 600)
        if tenant == "acme":
            self.seconds[leg_id] = seconds
        variables = {
            "uuid": str(leg_id),
            "direction": "inbound",
            "cc_tenant": tenant,
            "cc_queue": str(self.queue_id),
            "cc_number": number,
            "start_uepoch": str(begin),
            "answer_uepoch": str(begin + 1_000_000),
            "end_uepoch": str(begin + 1_000_000 * (seconds + 1)),
            "billsec": str(seconds),
            "hangup_cause": "NORMAL_CLEARING",
            "sip_hangup_disposition": "recv_bye",
        }
        caller = {"caller_id_number": f"+86138{self._serial % 10**8:08d}", "destination_number": number}
        return orjson.dumps({"variables": variables, "callflow": [{"caller_profile": caller}]})

    def put(self, content: bytes, *, name: str = "") -> Path:
        """Whole at once, as a rename makes it."""
        self._serial += 1
        file = self.folder / (name or f"{self._serial:08d}.cdr.json")
        beside = file.with_suffix(".part")
        beside.write_bytes(content)
        beside.rename(file)
        return file

    def waiting(self) -> int:
        return sum(1 for _file in self.folder.glob("*.json"))

    # --- who settles

    def start_sweeper(self) -> int:
        if self._nursery is None:
            log = (self.folder.parent / "sweepers.log").open("ab")
            self._nursery = subprocess.Popen(
                [sys.executable, "-m", "tests.faults.sweepers", str(self.folder)], cwd=PROJECT,
                env=self.environment, text=True, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=log,
            )  # fmt: skip
        assert self._nursery.stdin is not None
        assert self._nursery.stdout is not None
        self._nursery.stdin.write("one more\n")
        self._nursery.stdin.flush()
        return int(self._nursery.stdout.readline())

    def kill(self, pid: int) -> None:
        os.kill(pid, signal.SIGKILL)

    def wait_until_settled(self, seconds: float = CAME_BACK) -> None:
        end = time.monotonic() + seconds
        while self.waiting() and time.monotonic() < end:
            time.sleep(0.05)

    def close(self) -> None:
        if self._nursery is not None:
            self._nursery.kill()
            self._nursery.wait()

    # --- what the rows say

    def rows(self, query: str) -> list[tuple[Any, ...]]:
        with psycopg.connect(self.database_url, autocommit=True) as connection:
            return connection.execute(query).fetchall()

    def wrong(self) -> list[str]:
        """What differs between records and rows: legs, calls, charges one by one, and the sum to the last digit."""
        found = []
        legs = {
            leg_id
            for (leg_id,) in self.rows("select id from acme.telephony_leg where settled_at is not null")
        }
        found += [f"{len(self.seconds.keys() - legs)} records lost"] * bool(self.seconds.keys() - legs)
        found += [f"{len(legs - self.seconds.keys())} legs of no record"] * bool(legs - self.seconds.keys())
        calls = self.rows("select count(*) from acme.telephony_call where ended_at is not null")[0][0]
        found += [f"{calls} calls ended"] * (calls != len(self.seconds))
        charges = self.rows(
            "select leg_id, billable_seconds, billed_seconds, unit_price, amount from billing_charge"
        )
        found += [f"{len(charges)} charges of {len(self.seconds)} legs"] * (len(charges) != len(self.seconds))
        other = [leg for leg, seconds, *_rest in charges if self.seconds.get(leg) != seconds]
        found += [f"{len(other)} charges of other seconds"] * bool(other)
        found += self._wrong_sum(charges)
        return found

    def _wrong_sum(self, charges: list[tuple[Any, ...]]) -> list[str]:
        from tenants.billing.rounding import amount_of, billed_seconds

        asked = "select minimum_seconds, increment_seconds, per_minute from billing_price"
        priced = {
            row
            for row in self.rows(f"{asked} where direction = 'inbound'")
            if charges and row[2] == charges[0][3]
        }
        if len(priced) != 1:
            return [f"{len(priced)} prices for one number"]
        minimum, increment, per_minute = priced.pop()
        expected = sum(
            amount_of(billed_seconds(seconds, minimum=minimum, increment=increment), per_minute)
            for seconds in self.seconds.values()
        )
        amount = sum(row[4] for row in charges)
        return [] if amount == expected else [f"{amount} charged instead of {expected}"]


@contextmanager
def a_spool(seed: int) -> Iterator[Spool]:
    name = f"spool_{os.getpid()}_{time.monotonic_ns() % 10**6}"
    with tempfile.TemporaryDirectory(prefix="cc-spool-") as home, SERVERS.copy_of_database(name) as url:
        folder = Path(home) / "spool"
        folder.mkdir()
        environment = os.environ | {
            "DATABASE_URL": url,
            "REDIS_URL": SERVERS.start_valkey().url,
            "RUN_DIR": str(Path(home) / "run"),
            "FREESWITCH_SPOOL": str(folder),
        }
        made = subprocess.run(
            [sys.executable, "-m", "tests.contract.furnish", "agents", "1"], cwd=PROJECT, env=environment,
            capture_output=True, text=True,
        )  # fmt: skip
        assert made.returncode == 0, made.stderr[-2000:]
        queue_id = json.loads(made.stdout.strip().splitlines()[-1])["queue"]
        chance = random.Random(seed)  # noqa: S311 - a story that can be told again, no secret
        spool = Spool(folder, url, environment, queue_id, chance)
        try:
            yield spool
        finally:
            spool.close()
