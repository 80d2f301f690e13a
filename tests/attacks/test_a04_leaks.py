"""A4: whatever enters, fails, is undone, gives its connection back or forgets to say where it is: never another's rows.

What counts is what the database itself says: the schema it looks into and the role it acts as. ATTACK_TURNS is how
often; the long form is 100,000.
"""

import asyncio
import contextlib
import os
import random
from concurrent.futures import ThreadPoolExecutor

import pytest
from asgiref.sync import async_to_sync, sync_to_async
from channels.db import database_sync_to_async
from django.conf import settings
from django.db import DatabaseError, close_old_connections, connection, connections, transaction

from tenants.context import enter
from tests.attacks.payloads import SEED

TURNS = int(os.environ.get("ATTACK_TURNS", "1600"))
THREADS, AT_ONCE = 8, 16
SCHEMAS = ("acme", "globex")
WHO = "SELECT current_schema(), current_user, session_user"
pytestmark = [pytest.mark.django_db(transaction=False), pytest.mark.timeout(900)]


class Nonsense(Exception):
    pass


def seen() -> tuple[str, str]:
    """(schema, role or "owner")"""
    with connection.cursor() as cursor:
        cursor.execute(WHO)
        schema, role, login = cursor.fetchone()
    return schema, "owner" if role == login else role


def expected(schema: str) -> tuple[str, str]:
    is_fenced = settings.DATABASE_FENCE != "off" and schema != "public"
    return schema, f"cc_{schema}" if is_fenced else "owner"


def plain(schema: str, other: str) -> list:
    with enter(schema):
        return [(seen(), schema)]


def nested(schema: str, other: str) -> list:
    with enter(schema):
        with enter(other):
            inside = seen()
        return [(inside, other), (seen(), schema)]


def raises(schema: str, other: str) -> list:
    with contextlib.suppress(Nonsense), enter(schema):
        raise Nonsense
    return [(seen(), "public")]


def undone(schema: str, other: str) -> list:
    with enter(schema):
        with contextlib.suppress(Nonsense), transaction.atomic(), enter(other):
            seen()
            raise Nonsense
        return [(seen(), schema)]


def broken(schema: str, other: str) -> list:
    with enter(schema):
        with contextlib.suppress(DatabaseError), transaction.atomic(), connection.cursor() as cursor:
            cursor.execute("SELECT nonsense")
        return [(seen(), schema)]


def given_back(schema: str, other: str) -> list:
    with enter(schema):
        seen()
        connection.close()
        return [(seen(), schema)]


def left_standing(schema: str, other: str) -> list:
    """Somebody sets a schema and never resets it; the next one says where they are."""
    connection.set_schema(schema)
    seen()
    try:
        with enter(other):
            return [(seen(), other)]
    finally:
        connection.set_schema_to_public()


WAYS = (plain, nested, raises, undone, broken, given_back, left_standing)


def tries(seed: int, turns: int) -> list[str]:
    dice, wrong = random.Random(seed), []
    try:
        for _turn in range(turns):
            schema = dice.choice(SCHEMAS)
            way = dice.choice(WAYS)
            told = way(schema, "globex" if schema == "acme" else "acme")
            wrong += [
                f"{way.__name__}: {found}, not {where}" for found, where in told if found != expected(where)
            ]
            if dice.random() < 0.2:
                close_old_connections()
    finally:
        connections.close_all()
    return wrong


def test_threads_that_enter_fail_and_undo_see_their_own(acme, globex):
    with ThreadPoolExecutor(THREADS) as pool:
        found = pool.map(lambda number: tries(SEED + number, TURNS // THREADS), range(THREADS))
        assert [line for lines in found for line in lines] == []


def test_coroutines_that_share_threads_see_their_own_and_those_that_say_nothing_see_nobody(acme, globex):
    def own(schema: str) -> tuple[str, str]:
        with enter(schema):
            return seen()

    def silent() -> tuple[str, str]:
        return seen()

    async def one(number: int) -> list[str]:
        dice, wrong = random.Random(SEED + number), []
        for _turn in range(TURNS // AT_ONCE // 4):
            schema = dice.choice(SCHEMAS)
            # Threads of a pool, each with a connection that somebody else had before.
            through = dice.choice((database_sync_to_async, sync_to_async))
            if (found := await through(own, thread_sensitive=False)(schema)) != expected(schema):
                wrong.append(f"{schema}: {found}")
            if (found := await through(silent, thread_sensitive=False)()) != expected("public"):
                wrong.append(f"nobody: {found}")
            await asyncio.sleep(0)
        return wrong

    async def story() -> list[list[str]]:
        return await asyncio.gather(*(one(number) for number in range(AT_ONCE)))

    assert [line for lines in async_to_sync(story)() for line in lines] == []
