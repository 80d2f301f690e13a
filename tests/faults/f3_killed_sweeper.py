"""F3: who settles call records is killed again and again, while two hundred new ones a second are written."""

from __future__ import annotations

import threading
import time

from tests.faults.results import Result
from tests.faults.spooled import Spool, a_spool

ID = "F3"
PROVES = (
    "no record is lost or charged twice by a settlement that is killed at any moment, and the sum is exact"
)
SHORT = {"kills": 5, "rate": 100}
LONG = {"rehearsal": {"kills": 100, "rate": 200}}
TOLD_TWICE = 0.1


def run(kind: str, *, kills: int, rate: int, seed: int = 1) -> Result:
    with a_spool(seed) as spool:
        writing = threading.Event()
        writer = threading.Thread(target=_write, args=(spool, rate, writing), daemon=True)
        pid = spool.start_sweeper()
        writer.start()
        for _kill in range(kills):
            # From the middle of a transaction to the moment between a commit and the moving of its files.
            time.sleep(spool.chance.uniform(0.01, 0.6))
            spool.kill(pid)
            pid = spool.start_sweeper()
        writing.set()
        writer.join()
        spool.wait_until_settled(600)
        left, aside = spool.waiting(), len(list((spool.folder / "quarantine").glob("*")))
        wrong = spool.wrong()
        count = len(spool.seconds)
    wrong += [f"{left} records still wait"] * bool(left) + [f"{aside} put aside"] * bool(aside)
    done = (
        f"{kills} × kill -9 of the settlement beside {rate} new records a second, a tenth of them told twice"
    )
    seen = f"{count:,} legs: {', '.join(wrong) or '0 lost, 0 doubled, the sum of the ledger exact'}"
    return Result(ID, kind, done, not wrong, seen, {"kills": kills, "records": count})


def _write(spool: Spool, rate: int, ended: threading.Event) -> None:
    began, written = time.monotonic(), 0
    while not ended.is_set():
        while written < rate * (time.monotonic() - began):
            content = spool.record()
            spool.put(content)
            if spool.chance.random() < TOLD_TWICE:
                spool.put(content)
            written += 1
        time.sleep(0.005)
