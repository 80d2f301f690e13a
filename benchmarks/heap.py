"""(d) A heap of call records settled: files of 17 KB as a FreeSWITCH writes them, a tenth of them told twice.

Ours reads, parses, settles (leg, call, stay, line, charge) and moves them; beside it the same records each in a
transaction of its own, and as the bound the rows that came of it by COPY into tables with the same indexes, which
reads no file, decides nothing and rates nothing. RECORDS says how many a round has; F14 has a hundred thousand.
"""

from __future__ import annotations

import io
import os
import random
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from functools import partial
from pathlib import Path
from uuid import UUID

import orjson

from benchmarks.harness import Report, Target, by_turns, check, ratio

RECORDS = int(os.environ.get("RECORDS", "2000"))
TITLE = f"d · {RECORDS:,} waiting call records settled"
SAMPLE = Path(__file__).parents[1] / "tests" / "recordings" / "cdr" / "caller_bridged.json"
FEW = 200
"""Of those settled one by one."""
NOON_US = 1_795_000_000_000_000
TABLES = ("telephony_leg", "telephony_call", "telephony_queuestay", "telephony_linequality", "billing_charge")
DIALLED = "+862155500001"


def run(repeats: int) -> Report:
    from tests.servers import SERVERS

    SERVERS.start_postgres()
    os.environ["REDIS_URL"] = SERVERS.start_valkey().url
    try:
        return _run(repeats)
    finally:
        from django.db import connections

        connections.close_all()
        SERVERS.stop()


def _run(repeats: int) -> Report:
    import django

    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "contactcenter.settings")
    django.setup()
    from tenants.context import enter
    from tests.contract import furnish

    with enter("public"):
        furnish.terms()
    with enter("acme"):
        queue = furnish.agents(1)["queue"]
    heap = Heap(int(str(queue)))
    found = by_turns(
        {
            "ours": partial(heap.settle, RECORDS),
            "alone": partial(heap.settle_alone, FEW),
            "copy": heap.copy,
        },
        repeats,
    )
    return _report(found, heap)


def _report(found: dict[str, dict[str, list[float]]], heap: Heap) -> Report:
    report, workload = Report(TITLE), f"{RECORDS:,} callers' records, a tenth told twice"
    names = {
        "ours": "together, as a heap",
        "alone": "each in its own transaction",
        "copy": "COPY of the finished rows, the database alone",
    }
    for key, name in names.items():
        report.row(workload, name, "records per second", "1/s", found[key]["rate"])
    report.row(workload, names["ours"], "records per CPU second of ours", "1/s", found["ours"]["per_cpu"])
    report.targets += [
        Target("together ÷ each alone", ratio(found["ours"]["rate"], found["alone"]["rate"]), at_least=3),
        # A record is judged, rated and told of in Python: what is left to COPY alone is shown, not asked for.
        Target(
            "together ÷ COPY",
            ratio(found["ours"]["rate"], found["copy"]["rate"]),
            at_least=0.03,
            is_gate=False,
        ),
        Target("records per second", found["ours"]["rate"][0], at_least=20_000, is_gate=False),
    ]
    report.checks.append(
        ("one leg, call and charge each, the ledger's sum exact", f"{heap.checked:,} records")
    )
    return report


class Heap:
    def __init__(self, queue_id: int) -> None:
        sample = orjson.loads(SAMPLE.read_bytes())
        sample["variables"] = {
            name: value for name, value in sample["variables"].items() if name != "cc_offer"
        } | {"cc_queue": str(queue_id), "cc_number": DIALLED, "cc_tenant": "acme"}
        self._sample, self._queue_id, self._chance, self.checked = sample, queue_id, random.Random(1), 0

    def settle(self, count: int) -> dict[str, float]:
        return self._settle(count)

    def settle_alone(self, count: int) -> dict[str, float]:
        from telephony import spool

        before = spool.TOGETHER, spool.TOGETHER_IN_A_HEAP
        spool.TOGETHER, spool.TOGETHER_IN_A_HEAP = 1, 1
        try:
            return self._settle(count)
        finally:
            spool.TOGETHER, spool.TOGETHER_IN_A_HEAP = before

    def _settle(self, count: int) -> dict[str, float]:
        from telephony.freeswitch import cdr
        from telephony.freeswitch.translate import Source
        from telephony.spool import Sweep

        with _folder() as folder:
            seconds = dict(self._put(folder, count))
            source = Source("main-1", str(folder / "recordings"))
            sweep = Sweep(folder, parse=lambda content: cdr.settle(content, source), scrub=cdr.scrubbed)
            began, cpu_began, settled = time.perf_counter(), time.process_time(), 0
            while found := sweep.run():
                settled += found
            took, cpu = time.perf_counter() - began, time.process_time() - cpu_began
        check(settled == count + count // 10, f"{settled} settled of {count} and their doubles")
        self._check(seconds)
        return {"rate": settled / took, "per_cpu": settled / cpu}

    def _put(self, folder: Path, count: int) -> Iterator[tuple[UUID, int]]:
        for place in range(count):
            leg_id = UUID(int=self._chance.getrandbits(128), version=4)
            seconds = self._chance.randrange(1, 600)
            content = self._record(leg_id, seconds, place)
            (folder / f"{leg_id}.cdr.json").write_bytes(content)
            if place % 10 == 0:
                (folder / f"{leg_id}.again.json").write_bytes(content)
            yield leg_id, seconds

    def _record(self, leg_id: UUID, seconds: int, place: int) -> bytes:
        begin = NOON_US + place * 100_000
        told = {
            "uuid": str(leg_id),
            "start_uepoch": str(begin),
            "answer_uepoch": str(begin + 1_000_000),
            "end_uepoch": str(begin + (seconds + 1) * 1_000_000),
            "billsec": str(seconds),
        }
        return orjson.dumps(self._sample | {"variables": self._sample["variables"] | told})

    def _check(self, seconds: dict[UUID, int]) -> None:
        from telephony.models import Call, Leg, LineQuality
        from tenants.billing.models import Charge
        from tenants.billing.rounding import amount_of, billed_seconds
        from tenants.context import enter

        with enter("acme"):
            for model in (Leg, Call, LineQuality):
                there = model.objects.filter(pk__in=seconds).count()
                check(there == len(seconds), f"{there} of {model.__name__}")
        charges = list(Charge.objects.filter(leg_id__in=seconds).select_related("price_list"))
        check(len(charges) == len(seconds), f"{len(charges)} charges for {len(seconds)} legs")
        price = charges[0].price_list.prices.get(direction="inbound", per_minute=charges[0].unit_price)
        wanted = sum(
            amount_of(
                billed_seconds(one, minimum=price.minimum_seconds, increment=price.increment_seconds),
                price.per_minute,
            )
            for one in seconds.values()
        )
        check(sum(charge.amount for charge in charges) == wanted, "the ledger's sum is wrong")
        self.checked += len(seconds)

    def copy(self) -> dict[str, float]:
        """Everything settled so far, table after table."""
        from django.db import connection

        from tenants.context import enter

        spent, rows = 0.0, 0
        with enter("acme"), connection.cursor() as cursor:
            for table in TABLES:
                text = io.BytesIO()
                with cursor.copy(f"COPY {table} TO STDOUT") as out:
                    for block in out:
                        text.write(block)
                cursor.execute(f"CREATE TEMP TABLE copied (LIKE {table} INCLUDING ALL)")
                began = time.perf_counter()
                with cursor.copy("COPY copied FROM STDIN") as into:
                    into.write(text.getvalue())
                spent += time.perf_counter() - began
                rows = max(rows, cursor.rowcount)
                cursor.execute("DROP TABLE copied")
        return {"rate": rows / spent}


@contextmanager
def _folder() -> Iterator[Path]:
    with tempfile.TemporaryDirectory(prefix="cc-heap-") as home:
        folder = Path(home) / "spool"
        folder.mkdir()
        yield folder
