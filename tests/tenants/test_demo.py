"""`manage.py open_demo` on a database of its own: what it opens, and that repeating it changes nothing."""

import json
import os
import stat
import subprocess
import sys
from pathlib import Path

import psycopg
import pytest

from tests.servers import SERVERS

PROJECT = Path(__file__).resolve().parents[2]


@pytest.fixture
def open_demo(committed_database, tmp_path):
    SERVERS.bring_texts(tmp_path)

    def run() -> dict:
        environment = os.environ | {
            "DATABASE_URL": committed_database,
            "RUN_DIR": str(tmp_path),
            "PORT": "8123",
        }
        done = subprocess.run(
            [sys.executable, "manage.py", "open_demo"],
            cwd=PROJECT,
            env=environment,
            capture_output=True,
            text=True,
        )
        assert done.returncode == 0, done.stderr[-2000:]
        return json.loads((tmp_path / "logins.json").read_text())

    return run


def count(url: str, sql: str) -> int:
    with psycopg.connect(url) as connection:
        return connection.execute(sql).fetchone()[0]


@pytest.mark.timeout(600)
def test_the_demo_opens_two_tenants_and_keeps_them(open_demo, committed_database, tmp_path):
    first = open_demo()
    roles = sorted((entry["tenant"], entry["role"]) for entry in first["logins"])
    people = ["admin", "agent", "agent", "finance", "inspector", "owner", "supervisor"]
    assert roles == [
        ("", "operator"),
        ("", "operator_finance"),
        *[("harbour", role) for role in people],
        *[("xinghe", role) for role in people],
    ]
    assert {entry["url"] for entry in first["logins"]} == {
        "http://localhost:8123/", "http://xinghe.localhost:8123/", "http://harbour.localhost:8123/"}  # fmt: skip
    assert len({entry["password"] for entry in first["logins"] + first["devices"]}) == 16 + 12
    assert stat.S_IMODE((tmp_path / "logins.json").stat().st_mode) == 0o600
    tables = ("people_member", "people_site", "people_team", "people_auditentry", "telephony_queue",
              "telephony_device", "ticketing_customer",
              "ticketing_ticket", "quality_scorecard")  # fmt: skip
    counted = [
        f"SELECT count(*) FROM {tenant}.{table}" for tenant in ("xinghe", "harbour") for table in tables
    ]
    before = [count(committed_database, sql) for sql in counted]
    assert all(before)
    assert before[0] == 11

    assert open_demo() == first
    assert [count(committed_database, sql) for sql in counted] == before
    assert count(committed_database, "SELECT count(*) FROM public.tenants_numberassignment") == 2
