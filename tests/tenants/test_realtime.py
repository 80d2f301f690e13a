"""News from one process to the sockets of another: what arrives, where, and what happens when Redis goes away."""

import asyncio
import secrets
from collections.abc import Iterator
from types import SimpleNamespace

import pytest
import redis
from asgiref.sync import async_to_sync, sync_to_async

from contactcenter.run.valkey import Valkey, free_port
from tenants import realtime
from tenants.context import enter
from tenants.hub import Hub
from tenants.mailbox import Mailbox
from tenants.realtime import channel_of
from tests.servers import stop


class Redis:
    """A Valkey of the test's own, to be stopped and started."""

    def __init__(self, home) -> None:
        self._server = Valkey(home / "valkey", free_port(), secrets.token_hex(8))
        self._log = home / "valkey.log"
        self.url = self._server.url
        self.start()

    def start(self) -> None:
        self._process = self._server.start(self._log)

    def stop(self) -> None:
        stop(self._process)


@pytest.fixture
def own_redis(tmp_path, settings) -> Iterator[Redis]:
    tmp_path.chmod(0o755)
    server = Redis(tmp_path)
    settings.REDIS_URL = server.url
    yield server
    server.stop()


@sync_to_async
def publish(schema: str, audience: str, message: dict) -> None:
    with enter(schema):
        realtime.publish(audience, message)


async def heard(mailbox: Mailbox, seconds: float = 5) -> bytes:
    async with asyncio.timeout(seconds):
        return await mailbox.get()


async def nothing_heard(mailbox: Mailbox, seconds: float = 0.3) -> bool:
    try:
        await heard(mailbox, seconds)
    except TimeoutError:
        return True
    return False


def test_news_reach_the_audience_of_their_tenant_and_nobody_else(at_once, acme, globex, own_redis):
    @async_to_sync
    async def story():
        hub, floor, agent, elsewhere = Hub(own_redis.url), Mailbox(), Mailbox(), Mailbox()
        assert await hub.join("acme", "floor", floor)
        assert await hub.join("acme", "agent.7", agent)
        assert await hub.join("globex", "floor", elsewhere)
        await publish("acme", "floor", {"type": "call", "n": 1})
        assert await heard(floor) == b'{"type":"call","n":1}'
        assert await nothing_heard(agent)
        assert await nothing_heard(elsewhere)
        await hub.leave("acme", "floor", floor)
        await publish("acme", "floor", {"type": "call", "n": 2})
        assert await nothing_heard(floor)
        await hub.close()

    story()


def test_lost_news_are_announced_and_flow_again_by_themselves(at_once, acme, own_redis):
    @async_to_sync
    async def story():
        hub, floor = Hub(own_redis.url), Mailbox()
        assert await hub.join("acme", "floor", floor)
        await asyncio.to_thread(own_redis.stop)
        assert await heard(floor) == Mailbox.LOST
        await publish("acme", "floor", {"type": "call", "n": 1})
        await asyncio.to_thread(own_redis.start)
        # By the hub, which lost its connection, and by who could not send.
        assert [await heard(floor, 10), await heard(floor, 10)] == [Mailbox.FOUND] * 2
        await publish("acme", "floor", {"type": "call", "n": 2})
        assert await heard(floor) == b'{"type":"call","n":2}'
        await hub.close()

    story()


def test_who_was_not_told_takes_a_new_snapshot_and_nobody_else(at_once, acme, globex, own_redis, monkeypatch):
    """The hub noticed nothing: one send failed, and what came in the second after it was not sent either."""

    @async_to_sync
    async def story():
        hub, floor, agent, elsewhere = Hub(own_redis.url), Mailbox(), Mailbox(), Mailbox()
        assert await hub.join("acme", "floor", floor)
        assert await hub.join("acme", "agent.7", agent)
        assert await hub.join("globex", "floor", elsewhere)
        publisher = realtime._publisher(own_redis.url)
        with monkeypatch.context() as broken:
            broken.setattr(publisher, "_pool", LateRedis())
            await publish("acme", "floor", {"type": "call", "n": 1})
        await publish("acme", "agent.7", {"type": "call", "n": 2})
        assert await heard(floor) == Mailbox.FOUND
        assert await heard(agent) == Mailbox.FOUND
        assert await nothing_heard(elsewhere, 0.05)
        await publish("acme", "floor", {"type": "call", "n": 3})
        assert await heard(floor) == b'{"type":"call","n":3}'
        await hub.close()

    story()


class LateRedis:
    """Does not answer in time."""

    def get_connection(self) -> None:
        raise redis.TimeoutError("Timeout reading from socket")


def test_what_somebody_waits_for_does_not_wait_for_the_rest(at_once, acme, monkeypatch):
    trips: list[list[tuple[str, bytes]]] = []
    publisher = SimpleNamespace(send_all=lambda messages: trips.append(list(messages)))
    monkeypatch.setattr(realtime, "_publisher", lambda _url: publisher)
    with enter("acme"), realtime.publishing_together():
        realtime.publish("floor", {"n": 1})
        realtime.send_what_waits()
        assert trips == [[("rt:acme:floor", b'{"n":1}')]]
        realtime.send_what_waits()
        realtime.publish("floor", {"n": 2})
    assert trips[1:] == [[("rt:acme:floor", b'{"n":2}')]]


def test_joining_while_redis_is_away_is_honest(own_redis):
    own_redis.stop()

    @async_to_sync
    async def story():
        hub, floor = Hub(own_redis.url), Mailbox()
        assert not await hub.join("acme", "floor", floor, timeout=0.3)
        await asyncio.to_thread(own_redis.start)
        while await heard(floor, 10) != Mailbox.FOUND:
            pass
        await hub.close()

    story()


def test_a_full_mailbox_says_so_and_takes_no_more():
    @async_to_sync
    async def story():
        mailbox = Mailbox(size=2)
        for n in range(5):
            mailbox.put(str(n).encode())
        assert mailbox.is_overflowing
        assert [await heard(mailbox), await heard(mailbox)] == [b"0", b"1"]
        assert await nothing_heard(mailbox, 0.05)

    story()


@pytest.mark.parametrize("audience", ["", "floor:globex", "agent.*", "a b", "Floor\n"])
def test_an_audience_has_a_plain_name(audience):
    with pytest.raises(ValueError):
        channel_of("acme", audience)
