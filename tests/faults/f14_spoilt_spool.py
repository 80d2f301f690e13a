"""F14: records half-written, empty, spoilt, told twice, of another tenant, of none; and a great heap of good ones."""

from __future__ import annotations

import time
from uuid import uuid4

from tests.faults.results import Result
from tests.faults.spooled import Spool, a_spool

ID = "F14"
PROVES = (
    "what is no whole record of its tenant is put aside and told; the good ones beside it are settled once"
)
SHORT = {"backlog": 200}
LONG = {"rehearsal": {"backlog": 100_000}}
EACH = 10


def run(kind: str, *, backlog: int, seed: int = 1) -> Result:
    with a_spool(seed) as spool:
        for number in range(backlog):
            content = spool.record()
            spool.put(content)
            if number % 10 == 0:
                spool.put(content)
        halves = [(spool.folder / f"half{number}.json", spool.record()) for number in range(EACH)]
        spoilt = _spoil(spool)
        began = time.monotonic()
        spool.start_sweeper()
        for file, content in halves:
            file.write_bytes(content[: len(content) // 2])
        time.sleep(1)
        for file, content in halves:
            file.write_bytes(content)
        spool.wait_until_settled(60 + backlog / 50)
        rate = (backlog + EACH) / (time.monotonic() - began)
        aside = sorted(file.name for file in (spool.folder / "quarantine").glob("*"))
        wrong = spool.wrong() + [f"{spool.waiting()} still wait"] * bool(spool.waiting())
        told = (spool.folder.parent / "sweepers.log").read_text(errors="replace").count("has to look at it")
    wrong += [f"{len(aside)} put aside, {spoilt} spoilt"] * (len(aside) != spoilt)
    wrong += [f"{told} alarms"] * (told != spoilt)
    done = f"{backlog:,} records wait, a tenth twice; {EACH} half-written, finished later; {spoilt} spoilt"
    good = "all good ones settled once, all spoilt ones put aside with an alarm"
    seen = f"{', '.join(wrong) or good}; {rate:.0f} a second"
    return Result(ID, kind, done, not wrong, seen, {"records": backlog})


def _spoil(spool: Spool) -> int:
    """How many were laid beside the good ones that nobody may settle."""
    for number in range(EACH):
        (spool.folder / f"empty{number}.json").write_bytes(b"")
        (spool.folder / f"cut{number}.json").write_bytes(b'{"variables": {"uuid": "')
        (spool.folder / f"noise{number}.json").write_bytes(spool.chance.randbytes(300))
        (spool.folder / f"list{number}.json").write_bytes(b"[1, 2]")
        spool.put(spool.record(tenant="nobody", leg_id=uuid4()), name=f"nobody{number}.json")
        spool.put(spool.record(tenant="globex", leg_id=uuid4()), name=f"globex{number}.json")
    return 6 * EACH
