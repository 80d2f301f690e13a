"""One at a time across processes: an advisory lock on a connection of its own.

Not on Django's: migrating hands that one back to the pool, and the lock would stay with an idle connection.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import psycopg
from django.db import connection

OPENING = 7_201
TEMPLATE = 7_202
FLEET = 7_203
KEEPING = 7_210
HOUSE = 7_211
SHEETS = 7_207
ARCHIVES = 7_208


def connection_parameters() -> dict[str, Any]:
    """host, port, user, password and dbname of Django's database, those that are set."""
    found = connection.settings_dict
    named = {"host": "HOST", "port": "PORT", "user": "USER", "password": "PASSWORD", "dbname": "NAME"}
    return {ours: str(found[theirs]) for ours, theirs in named.items() if found.get(theirs)}


@contextmanager
def wait_for_turn(kind: int, key: int = 0) -> Iterator[None]:
    with psycopg.connect(**connection_parameters(), autocommit=True) as own:
        own.execute("SELECT pg_advisory_lock(%s, %s)", [kind, key])
        yield


@contextmanager
def try_turn(kind: int, key: int) -> Iterator[bool]:
    """Yields False when somebody else has it."""
    with psycopg.connect(**connection_parameters(), autocommit=True) as own:
        row = own.execute("SELECT pg_try_advisory_lock(%s, %s)", [kind, key]).fetchone()
        yield bool(row and row[0])


@contextmanager
def try_any_turn(kind: int, count: int) -> Iterator[bool]:
    """One of `count` that may go on side by side; yields False when all are taken."""
    with psycopg.connect(**connection_parameters(), autocommit=True) as own:
        yield any(
            own.execute("SELECT pg_try_advisory_lock(%s, %s)", [kind, place]).fetchone() == (True,)
            for place in range(count)
        )
