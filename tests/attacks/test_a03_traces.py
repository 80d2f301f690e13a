"""A3: what two tenants leave in the cache, in the queue of tasks and in the log while both work, by turns.

acme's rows hold canaries. All of it is looked through afterwards: nothing of acme's may lie where globex's is, no
message of a task and no line of the log may hold anything of a row.
"""

import logging
import re

import pytest
import redis

from tests.tenants.conftest import garden, inner_garden, someone  # noqa: F401  (fixtures)
from tests.tenants.planting import CANARY, NUMBER
from tests.tenants.probing import addresses, ask
from tests.tenants.test_permissions import LETTERS

pytestmark = pytest.mark.timeout(600)
TRACE = re.compile(rf"{CANARY}\d|{re.escape(NUMBER)}\d|203\.0\.113\.77".encode())
EVERY = 8
"""Of the addresses, each so manieth: all of them are asked elsewhere, here it is what stays behind."""


def kept(client: redis.Redis, key: bytes) -> bytes:
    kind = client.type(key)
    if kind == b"string":
        return client.get(key) or b""
    if kind == b"list":
        return b" ".join(client.lrange(key, 0, -1))
    if kind == b"hash":
        return repr(client.hgetall(key)).encode()
    if kind == b"set":
        return repr(client.smembers(key)).encode()
    return repr(client.zrange(key, 0, -1)).encode() if kind == b"zset" else b""


def test_two_tenants_by_turns_leave_nothing_of_each_other(
    garden,  # noqa: F811
    acme,
    globex,
    someone,  # noqa: F811
    redis_server,
    caplog,
):
    mine, theirs = someone(acme, *LETTERS), someone(globex, *LETTERS)
    data = {"number": NUMBER + "00000"}
    asked = 0
    with caplog.at_level(logging.INFO):
        for place, where in enumerate(addresses(garden)):
            if place % EVERY:
                continue
            for method in ("get", "post"):
                ask(mine, method, where, data)
                ask(theirs, method, where, {})
                asked += 2
    assert asked > 120
    client = redis.Redis.from_url(redis_server)
    found = {key: kept(client, key) for key in client.scan_iter(count=1000)}
    assert found, "nothing was kept at all: this looks at the wrong server"
    strangers = [key for key, text in found.items() if TRACE.search(key + text) and b"acme" not in key]
    assert strangers == []
    queued = [text for key, text in found.items() if client.type(key) == b"list"]
    assert not [text[:200] for text in queued if TRACE.search(text)]
    lines = "\n".join(record.getMessage() for record in caplog.records)
    assert TRACE.findall(lines.encode()) == []
    # And the database's own fence was in nobody's way.
    told = lines + " ".join(str(record.exc_info[1]) for record in caplog.records if record.exc_info)
    assert not re.findall(r"permission denied.*|must be owner.*", told)
