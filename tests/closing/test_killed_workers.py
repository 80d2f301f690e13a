"""F3, F5: the process that closes a month is really killed, at every write and commit; another goes on. Two at once
share a run.
"""

import json
import os
import subprocess
import sys

import pytest

from tests.closing.two_hands import TENANTS
from tests.servers import PROJECT, SERVERS


def close_of_two_tenants(way: str, tmp_path, told: list[str] | None = None) -> dict:
    return said_by(["killed_workers", way], tmp_path, told)


def said_by(program: list[str], tmp_path, told: list[str] | None = None) -> dict:
    with SERVERS.copy_of_database("_".join(["closing", *program])) as url:
        around = os.environ | {"DATABASE_URL": url, "RUN_DIR": str(tmp_path)}
        done = subprocess.run(
            [sys.executable, "-m", f"tests.closing.{program[0]}", *program[1:]], cwd=PROJECT, env=around,
            input=json.dumps(told), capture_output=True, text=True, timeout=200,
        )  # fmt: skip
    assert done.returncode == 0, done.stderr[-3000:]
    return json.loads(done.stdout.splitlines()[-1])


@pytest.mark.timeout(420)
def test_a_close_killed_at_every_write_ends_as_one_that_never_was(tmp_path) -> None:
    """Bills, numbers, ledger, drafts, tellings, mails and the log of both tenants: nothing twice, nothing missing."""
    whole = close_of_two_tenants("whole", tmp_path)
    assert [row[1] for row in whole["written"]["Bill"]] == ["CN2026-000001", "GB2026-000001"]
    killed = close_of_two_tenants("killed", tmp_path, whole["passed"])
    steps = (
        "INSERT billing_charge", "INSERT billing_invoice", "INSERT billing_invoiceline", "INSERT closing_series",
        "INSERT closing_bill", "INSERT closing_billline", "INSERT closing_billtax", "INSERT closing_telling",
        "INSERT people_auditentry", "UPDATE closing_close", "COMMIT", "COMMITTED",
    )  # fmt: skip
    assert {step: killed["deaths"].count(step) >= 2 for step in steps} == dict.fromkeys(steps, True)
    assert killed["written"] == whole["written"]


def test_two_at_once_share_a_run(tmp_path) -> None:
    """Each closes some, no tenant twice, no number is given twice or left out, nobody waits for ever."""
    told = said_by(["two_hands"], tmp_path)
    assert told["states"] == ["closed"]
    assert told["run"] == "done"
    assert sum(told["closed"]) == TENANTS
    assert min(told["closed"]) > 0
    assert told["numbers"] == [f"CN2026-{n:06}" for n in range(1, TENANTS + 1)]
    assert told["billed"] == told["ledger"]
