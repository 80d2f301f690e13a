"""Who asks in the same moment is answered by one reading; nobody by one that began before they asked."""

import asyncio

import pytest
from django.contrib.sessions.backends.db import SessionStore
from django.db import OperationalError, connection
from django.test.utils import CaptureQueriesContext

from tenants.gathering import MOST_AT_ONCE, Gathering
from tenants.sessions import member_of_session, members_of_sessions


class Readings:
    """Each reading is kept; the ones that wait are let through by `go`."""

    def __init__(self) -> None:
        self.read: list[tuple[str, list[int]]] = []
        self.go = asyncio.Event()
        self.newest = 0

    async def __call__(self, group: str, keys: list[int]) -> list[tuple[str, int, int]]:
        self.read.append((group, keys))
        if 13 in keys:
            raise ValueError("unlucky")
        seen = self.newest
        await self.go.wait()
        return [(group, key, seen) for key in keys]


async def asked(gathering: Gathering, group: str, *keys: int) -> list[asyncio.Task]:
    """Once its reading has begun, where none was under way: by turns of the loop, not by a busy clock."""
    tasks = [asyncio.create_task(gathering.ask(group, key)) for key in keys]
    for _ in range(10):
        await asyncio.sleep(0)
    return tasks


def test_who_asks_while_one_reads_is_in_the_next_and_hears_the_newest():
    async def story() -> None:
        readings = Readings()
        gathering: Gathering = Gathering(readings)
        early = await asked(gathering, "acme", 1, 2)
        readings.newest = 7
        late = await asked(gathering, "acme", 3, 4, 5)
        assert readings.read == [("acme", [1, 2])], "One reading of a tenant at a time."
        readings.go.set()
        assert await asyncio.gather(*early) == [("acme", 1, 0), ("acme", 2, 0)]
        assert await asyncio.gather(*late) == [("acme", 3, 7), ("acme", 4, 7), ("acme", 5, 7)]
        assert readings.read[1:] == [("acme", [3, 4, 5])]
        assert await gathering.ask("acme", 6) == ("acme", 6, 7)

    asyncio.run(story())


def test_tenants_share_no_reading_and_wait_for_no_other():
    async def story() -> None:
        readings = Readings()
        gathering: Gathering = Gathering(readings)
        both = await asked(gathering, "acme", 1) + await asked(gathering, "globex", 1)
        assert readings.read == [("acme", [1]), ("globex", [1])]
        readings.go.set()
        assert [(await each)[0] for each in both] == ["acme", "globex"]

    asyncio.run(story())


def test_what_cannot_be_read_for_one_is_read_for_the_others():
    async def story() -> None:
        readings = Readings()
        readings.go.set()
        gathering: Gathering = Gathering(readings)
        found = await asyncio.gather(
            *(gathering.ask("acme", key) for key in (1, 13, 2)), return_exceptions=True
        )
        assert [found[0], found[2]] == [("acme", 1, 0), ("acme", 2, 0)]
        assert isinstance(found[1], ValueError)

    asyncio.run(story())


def test_a_database_that_is_away_is_asked_once_and_who_has_gone_not_at_all():
    async def story() -> None:
        read = []

        async def away(group: str, keys: list[int]) -> list[int]:
            read.append(keys)
            await asyncio.sleep(0.05)
            raise OperationalError("away")

        gathering: Gathering = Gathering(away)
        first = await asked(gathering, "acme", 1, 2)
        later = await asked(gathering, "acme", 3, 4)
        later[0].cancel()
        found = await asyncio.gather(*first, later[1], return_exceptions=True)
        assert [type(one) for one in found] == [OperationalError] * 3
        assert read == [[1, 2], [4]]

    asyncio.run(story())


def test_a_thousand_do_not_make_the_first_wait_for_the_last():
    async def story() -> None:
        readings = Readings()
        readings.go.set()
        gathering: Gathering = Gathering(readings)
        found = await asyncio.gather(*(gathering.ask("acme", key) for key in range(100, 1_100)))
        assert [key for _group, key, _seen in found] == list(range(100, 1_100))
        assert [len(keys) for _group, keys in readings.read] == [MOST_AT_ONCE] * 10

    asyncio.run(story())


def session_of(who, **more) -> str:
    session = SessionStore()
    session["_auth_user_id"] = str(who.pk)
    session["_auth_user_backend"] = "django.contrib.auth.backends.ModelBackend"
    session["_auth_user_hash"] = who.get_session_auth_hash()
    session.update(more)
    session.create()
    return session.session_key


@pytest.mark.parametrize("many", [False, True])
def test_many_sessions_are_believed_as_each_alone(many, acme, globex, member, inside):
    good, other, away = member(acme, "agent"), member(acme, "supervisor"), member(acme, "agent")
    stranger = member(globex, "agent")
    with inside(globex):
        foreign = session_of(stranger)
    with inside(acme):
        keys = {
            "good": session_of(good),
            "second": session_of(good),
            "other": session_of(other),
            "switched off": session_of(away),
            "signed out everywhere": session_of(other, _auth_user_hash="of before"),
            "no hash": session_of(other, _auth_user_hash=""),
            "another door": session_of(other, _auth_user_backend="evil.Backend"),
            "nobody": session_of(good, _auth_user_id=""),
            "gone": session_of(good, _auth_user_id="999999"),
            "foreign": foreign,
            "made up": "x" * 32,
            "hostile": "' or 1=1\x00",
            "empty": "",
        }
        old = SessionStore(session_of(good))
        old.set_expiry(-1)
        old.save()
        keys["expired"] = old.session_key
        type(away).objects.filter(pk=away.pk).update(is_active=False)
        if many:
            members = members_of_sessions(keys.values())
            found = {name: members.get(key) for name, key in keys.items()}
        else:
            found = {name: member_of_session(key) for name, key in keys.items() if name != "hostile"}
        believed = {name: who.pk for name, who in found.items() if who is not None}
        assert believed == {"good": good.pk, "second": good.pk, "other": other.pk}
        with CaptureQueriesContext(connection) as asked_:
            members_of_sessions([keys["good"], keys["second"], keys["other"]] * 30)
    assert len([one for one in asked_ if "SELECT" in one["sql"]]) == 2
