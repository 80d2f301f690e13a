"""The switch's questions to our running web: what changed is answered anew within two seconds, also without a database.

The web is its own process with the whole product behind it; the switch is only there because the product wants one.
"""

from __future__ import annotations

import base64
import http.client
import select
import socket
import time
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path
from urllib.parse import urlencode

import psycopg
import pytest

from tests.contract.driver import DOMAIN, HOT_LINE, free_port, wait_until
from tests.contract.furnish import PASSWORD
from tests.contract.product import WEB_SECRET, Product, running_product
from tests.contract.rehearsed import RehearsalUnderTest
from tests.contract.web import Phone
from tests.servers import SERVERS

pytestmark = pytest.mark.timeout(150)
SOON = 2.0
HASH = Phone.of("1001", DOMAIN, PASSWORD).a1_hash


@pytest.fixture
def product(tmp_path: Path, django_db_setup: None) -> Iterator[Product]:
    web_port = free_port()
    line = RehearsalUnderTest(tmp_path, web_url=f"http://127.0.0.1:{web_port}")
    line.start()
    try:
        with running_product(line, web_port, f"door_{web_port}") as product:
            product.furnish(2)
            product.more["WEB_SERVER"] = "uvicorn"
            product.start_web()
            yield product
    finally:
        line.stop()


def ask(product: Product, section: str, **form: str) -> tuple[int, str]:
    line = http.client.HTTPConnection("127.0.0.1", product.web_port, timeout=10)
    secret = base64.b64encode(f"switch:{WEB_SECRET}".encode()).decode()
    headers = {"Authorization": f"Basic {secret}", "Content-Type": "application/x-www-form-urlencoded"}
    try:
        line.request("POST", f"/switch/{section}", urlencode(form), headers)
        answer = line.getresponse()
        return answer.status, answer.read().decode()
    finally:
        line.close()


def phone(product: Product) -> str:
    return ask(product, "directory", user="1001", domain=DOMAIN)[1]


def place(product: Product) -> str:
    return ask(product, "dialplan", **{"Caller-Context": "public", "Hunt-Destination-Number": HOT_LINE})[1]


def is_answered_by_heart(product: Product) -> bool:
    """What Django answers carries its headers; the door sets none."""
    line = http.client.HTTPConnection("127.0.0.1", product.web_port, timeout=10)
    secret = base64.b64encode(f"switch:{WEB_SECRET}".encode()).decode()
    headers = {"Authorization": f"Basic {secret}", "Content-Type": "application/x-www-form-urlencoded"}
    line.request("POST", "/switch/directory", urlencode({"user": "1001", "domain": DOMAIN}), headers)
    answer = line.getresponse()
    answer.read()
    line.close()
    return answer.getheader("Content-Security-Policy") is None


def flood(product: Product) -> tuple[bytes, int]:
    """What the web says to a body without an end, and how much of it was taken until it hung up."""
    head = f"POST /prompts/ HTTP/1.1\r\nHost: acme.localhost:{product.web_port}\r\nTransfer-Encoding: chunked\r\n\r\n"
    piece, sent = b"10000\r\n" + bytes(0x10000) + b"\r\n", 0
    with socket.create_connection(("127.0.0.1", product.web_port), timeout=20) as line:
        line.sendall(head.encode())
        with suppress(OSError):
            while sent < 2**31 and not select.select([line], [], [], 0)[0]:
                line.sendall(piece)
                sent += 0x10000
        return line.recv(4096), sent


def test_what_changes_is_seen_soon_and_what_was_known_outlives_the_database_and_the_web(
    product: Product,
) -> None:
    wait_until(lambda: is_answered_by_heart(product), 20, "the door knows nothing")
    assert HASH in phone(product)
    said, taken = flood(product)
    assert said.startswith(b"HTTP/1.1 413")
    assert taken < 40 * 2**20
    assert "enter " in place(product)

    product.rows(
        "update acme.telephony_device set a1_hash = %s where sip_username = '1001' returning 1", "b" * 32
    )
    wait_until(lambda: "b" * 32 in phone(product), SOON, "a new password was not seen")
    product.rows("update acme.telephony_agent set is_active = false where extension = '1001' returning 1")
    wait_until(lambda: "not found" in phone(product), SOON, "who may take no calls registers")
    product.rows("update acme.telephony_agent set is_active = true where extension = '1001' returning 1")
    wait_until(lambda: "b" * 32 in phone(product), SOON)

    product.rows("update acme.telephony_queue set state = 'closed' returning 1")
    wait_until(lambda: "closed " in place(product), SOON, "a closed queue was not seen")
    product.rows(
        "insert into acme.telephony_emergencyplan (action, backup_number, is_on)"
        " values ('message', '', true) returning 1"
    )
    wait_until(lambda: "emergency " in place(product), SOON, "an emergency was not seen")
    product.rows("update tenants_tenant set state = 'suspended' where schema_name = 'acme' returning 1")
    wait_until(lambda: "suspended " in place(product), SOON, "a suspended tenant was not seen")
    assert "not found" in phone(product)
    product.rows("update tenants_tenant set state = 'active' where schema_name = 'acme' returning 1")
    wait_until(lambda: "emergency " in place(product), SOON)
    wait_until(lambda: "b" * 32 in phone(product), SOON)

    kept = product.line.directory / "answers.sealed"
    wait_until(
        lambda: kept.is_file() and time.time() - kept.stat().st_mtime > 6, 20, "nothing is kept on disk"
    )
    assert "b" * 32 not in kept.read_text()
    [(name,)] = product.rows("select current_database()")
    with psycopg.connect(SERVERS.postgres.url("postgres"), autocommit=True) as operator:
        operator.execute(f'alter database "{name}" allow_connections false')
        operator.execute("select pg_terminate_backend(pid) from pg_stat_activity where datname = %s", [name])
        try:
            for _ in range(20):
                assert "b" * 32 in phone(product)
                assert "emergency " in place(product)
            product.kill("web")
            product.start_web()
            for _ in range(20):
                assert "b" * 32 in phone(product)
                assert "emergency " in place(product)
        finally:
            operator.execute(f'alter database "{name}" allow_connections true')
    product.rows("update acme.telephony_emergencyplan set is_on = false returning 1")
    wait_until(lambda: "closed " in place(product), 5, "the database came back unnoticed")
