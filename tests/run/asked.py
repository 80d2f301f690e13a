"""A running web asked as the switch asks it: by heart, or, when the form says its letters, by Django."""

import base64
import json
import re
import time
import urllib.parse
import urllib.request
from collections.abc import Iterator

import psycopg

from tests.run.started import Started

FORM = "application/x-www-form-urlencoded"


def answer(started: Started, section: str, form: dict[str, str]) -> bytes:
    """Django's own: the door leaves a form alone that says more of itself than the switch does."""
    is_djangos, said = _ask(started, section, form, f"{FORM}; charset=utf-8")
    assert is_djangos
    return said


def by_heart(started: Started, section: str, form: dict[str, str]) -> bytes | None:
    """What the door says; None when it has asked Django."""
    is_djangos, said = _ask(started, section, form, FORM)
    return None if is_djangos else said


def until_by_heart(started: Started, section: str, form: dict[str, str]) -> None:
    """The first question has the door read all rows."""
    deadline = time.monotonic() + 20
    while by_heart(started, section, form) is None:
        assert time.monotonic() < deadline, "the door knows nothing"
        time.sleep(0.2)


def _ask(started: Started, section: str, form: dict[str, str], kind: str) -> tuple[bool, bytes]:
    """(whether Django has answered, which sets headers of its own; what was said)"""
    told = json.loads((started.run_dir / "settings.json").read_text())
    secret = base64.b64encode(f"switch:{told['SWITCH_SECRET']}".encode()).decode()
    request = urllib.request.Request(
        f"http://127.0.0.1:{started.port}/switch/{section}",
        urllib.parse.urlencode(form).encode(),
        {"Authorization": f"Basic {secret}", "Content-Type": kind},
    )
    with urllib.request.urlopen(request, timeout=10) as found:
        return found.headers["Content-Security-Policy"] is not None, found.read()


def numbers(started: Started) -> list[str]:
    """All the switch would know by itself."""
    text = (started.run_dir / "switch" / "conf" / "numbers.xml").read_text()
    return re.findall(r'expression="\^\(\?:\\\+\|00\)\?(\d+)\$"', text)


def phones(started: Started) -> Iterator[tuple[str, str]]:
    """(user name, host) of every phone of every tenant."""
    told = json.loads((started.run_dir / "settings.json").read_text())
    with psycopg.connect(told["DATABASE_URL"], autocommit=True) as line:
        hosts = line.execute(
            "select t.schema_name, d.domain from tenants_tenant t join tenants_domain d on d.tenant_id = t.id"
            " where t.state = 'active' and t.schema_name <> 'public'"
        ).fetchall()
        for schema, host in hosts:
            found = line.execute(
                f"select sip_username from {schema}.telephony_device d join {schema}.telephony_agent a"
                " on a.id = d.agent_id where a.is_active and d.a1_hash <> ''"
            )
            yield from ((name, host) for (name,) in found.fetchall())
