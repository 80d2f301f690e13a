"""F3, F5: the process that closes a month is really killed, at every write and commit; another goes on."""

import json
import os
import subprocess
import sys

import pytest

from tests.servers import PROJECT, SERVERS


def close_of_two_tenants(way: str, tmp_path, told: list[str] | None = None) -> dict:
    with SERVERS.copy_of_database(f"closing_{way}") as url:
        around = os.environ | {"DATABASE_URL": url, "RUN_DIR": str(tmp_path)}
        done = subprocess.run(
            [sys.executable, "-m", "tests.closing.killed_workers", way], cwd=PROJECT, env=around,
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
