"""Sockets of the workspace and the floor: who may listen, what they hear, what is refused."""

import orjson
import pytest
from asgiref.sync import async_to_sync, sync_to_async
from django.db import OperationalError
from django.utils import timezone

from telephony import events
from telephony.models import Call
from tenants.context import enter
from tenants.events import TenantSuspended, emit
from tenants.people.models import Member
from tests.telephony.sockets import browser, sockets  # noqa: F401  (a fixture)
from tests.telephony.staffed import floor  # noqa: F401  (a fixture)

pytestmark = pytest.mark.usefixtures("redis_server")


def tell(event) -> None:
    with enter("acme"):
        emit(event)


def call_of(floor, **fields) -> Call:  # noqa: F811
    with enter("acme"):
        now = timezone.now()
        given = {
            "caller_number": "+8613812342211",
            "caller_name": "Wang",
            "queue": floor["queue"],
            "arrived_at": now,
        }
        return Call.objects.create(**given | fields)


def test_the_snapshot_comes_first_and_then_the_news(floor, client_of, sockets):  # noqa: F811
    client = client_of(floor["members"]["ann"])

    @async_to_sync
    async def story():
        async with sockets(client, "/ws/workspace/") as page:
            snapshot = await page.hear("snapshot")
            assert snapshot["agent"]["extension"] == "1001"
            assert snapshot["call"] is None
            assert [row["name"] for row in snapshot["queues"]] == ["Sales"]
            assert "colleagues" not in snapshot, "A thousand rows for each of a thousand pages."
            call = await in_thread(lambda: call_of(floor, agent=floor["ann"], state="talking", version=3))
            await in_thread(
                lambda: tell(events.CallAnswered(occurred_at=timezone.now(), call_id=call.pk, agent_id=None))
            )
            news = await page.hear("call")
            assert news["row"]["id"] == str(call.pk)
            assert news["row"]["caller"] == "138****2211"
            assert news["row"]["version"] == 3

    story()


def in_thread(function):
    return sync_to_async(function)()


def test_a_colleagues_call_and_another_tenants_news_are_not_heard(floor, globex, member, client_of, sockets):  # noqa: F811
    ann, stranger = client_of(floor["members"]["ann"]), client_of(member(globex, "agent", "supervisor"))

    @async_to_sync
    async def story():
        async with (
            sockets(ann, "/ws/workspace/") as page,
            sockets(stranger, "/ws/workspace/") as workspace,
            sockets(stranger, "/ws/floor/") as board,
        ):
            assert (await workspace.hear("snapshot"))["queues"] == []
            assert (await board.hear("snapshot"))["agents"] == []
            await page.hear("snapshot")
            call = await in_thread(lambda: call_of(floor, agent=floor["ben"], state="talking"))
            now = timezone.now()
            await in_thread(
                lambda: tell(events.CallAnswered(occurred_at=now, call_id=call.pk, agent_id=None))
            )
            await in_thread(lambda: tell(events.AgentStateChanged(occurred_at=now, agent_id=floor["ben"].pk)))
            for silent in (workspace, board):
                assert await only_beats(silent)

    story()


def test_colleagues_are_heard_of_while_they_are_looked_for(floor, client_of, sockets):  # noqa: F811
    client = client_of(floor["members"]["ann"])
    bens_news = events.AgentStateChanged(occurred_at=timezone.now(), agent_id=floor["ben"].pk)

    @async_to_sync
    async def story():
        async with sockets(client, "/ws/workspace/") as page:
            await page.hear("snapshot")
            await in_thread(lambda: tell(bens_news))
            assert await only_beats(page, and_queues=True), "Nobody was looking for a colleague."
            await page.say({"type": "watch", "what": "colleagues"})
            assert [row["name"] for row in (await page.hear("colleagues"))["rows"]] == ["Ann", "Ben"]
            await in_thread(lambda: tell(bens_news))
            assert (await page.hear("agent"))["row"]["name"] == "Ben"
            for _twice in range(2):
                await page.say({"type": "unwatch", "what": "colleagues"})
            assert await only_beats(page, and_queues=True)
            await in_thread(lambda: tell(bens_news))
            assert await only_beats(page, and_queues=True)

    story()


async def only_beats(page, and_queues: bool = False) -> bool:
    expected = {"beat", "queues"} if and_queues else {"beat"}
    while not await page.receive_nothing(0.2):
        if orjson.loads(await page.receive_from())["type"] not in expected:
            return False
    return True


@pytest.mark.parametrize("path", ["/ws/workspace/", "/ws/floor/"])
@pytest.mark.parametrize(
    "origin", [None, "http://globex.localhost:8000", "http://evil.example", "http://acme.localhost"]
)
def test_a_foreign_origin_is_refused(floor, client_of, sockets, path, origin):  # noqa: F811
    page = browser(client_of(floor["members"]["boss"]), path, origin=origin)
    assert async_to_sync(refused)(page) == 4403


async def refused(page) -> int:
    await page.connect(3)
    code = await page.closed_with()
    await page.disconnect(3)
    return code


def test_a_session_of_one_tenant_opens_nothing_in_another(floor, client_of, sockets):  # noqa: F811
    page = browser(client_of(floor["members"]["boss"]), "/ws/floor/", host="globex.localhost:8000")
    assert async_to_sync(refused)(page) == 4401


def test_nobody_is_refused(floor, client, sockets):  # noqa: F811
    assert async_to_sync(refused)(browser(client, "/ws/floor/", host="acme.localhost:8000")) == 4401


def test_the_floor_is_not_for_agents(floor, client_of, sockets):  # noqa: F811
    assert async_to_sync(refused)(browser(client_of(floor["members"]["ann"]), "/ws/floor/")) == 4403


def test_a_role_that_is_taken_away_ends_the_news(floor, client_of, sockets, monkeypatch):  # noqa: F811
    monkeypatch.setattr("tenants.sockets.CHECK_SECONDS", 0.1)
    boss = floor["members"]["boss"]
    client = client_of(boss)

    def demote() -> None:
        with enter("acme"):
            Member.objects.filter(pk=boss.pk).update(roles=["agent"])

    @async_to_sync
    async def story():
        async with sockets(client, "/ws/floor/") as page:
            await page.hear("snapshot")
            await in_thread(demote)
            assert await page.closed_with() == 4401

    story()


def test_a_suspended_tenants_sockets_are_told_and_closed(floor, acme, globex, member, client_of, sockets):  # noqa: F811
    ann, other = client_of(floor["members"]["ann"]), client_of(member(globex, "agent"))

    def suspend() -> None:
        emit(TenantSuspended(occurred_at=timezone.now(), tenant_id=acme.pk))

    @async_to_sync
    async def story():
        async with sockets(ann, "/ws/workspace/") as page, sockets(other, "/ws/workspace/") as elsewhere:
            await page.hear("snapshot")
            await elsewhere.hear("snapshot")
            await in_thread(suspend)
            assert (await page.hear("signed_out"))["reason"] == "suspended"
            assert await page.closed_with() == 4410
            assert await only_beats(elsewhere)

    story()


@pytest.mark.parametrize(
    "text",
    ['{"type": "watch", "what": "floor"}', '{"type": "watch", "what": ["colleagues"]}', '{"type": "unwatch"}',
     " ", "no json", "[]", '{"type": 7}', '{"type": "shut_down"}', '{"type": "page_closed"}', '{"no": "type"}',
     '{"type": "answer", "call_id": "../../etc"}', '{"type": "answer"}',
     '{"type": "hang_up", "agent_id": 99, "call_id": "0"}',
     '{"type": "finish_wrap_up", "note": "' + "x" * 20_000 + '"}'],
)  # fmt: skip
def test_what_our_page_never_says_closes_the_socket(floor, client_of, sockets, text):  # noqa: F811
    client = client_of(floor["members"]["ann"])

    @async_to_sync
    async def story():
        async with sockets(client, "/ws/workspace/") as page:
            await page.hear("snapshot")
            await page.send_to(text_data=text)
            assert await page.closed_with() == 4400

    story()


def test_bytes_and_floods_close_the_socket(floor, client_of, sockets):  # noqa: F811
    client = client_of(floor["members"]["ann"])

    @async_to_sync
    async def story():
        async with sockets(client, "/ws/workspace/") as page:
            await page.hear("snapshot")
            await page.send_to(bytes_data=b"\x00\xff")
            assert await page.closed_with() == 4400
        async with sockets(client, "/ws/workspace/") as page:
            await page.hear("snapshot")
            for _ in range(40):
                await page.say({"type": "beat"})
            assert await page.closed_with() == 4429

    story()


def test_a_page_that_stops_reading_is_closed_and_comes_back(floor, client_of, sockets, monkeypatch):  # noqa: F811
    monkeypatch.setattr("tenants.sockets.BEAT_SECONDS", 0.1)
    monkeypatch.setattr("tenants.sockets.SLOW_AFTER", 2)
    client = client_of(floor["members"]["ann"])

    @async_to_sync
    async def story():
        async with sockets(client, "/ws/workspace/") as reader, sockets(client, "/ws/workspace/") as stalled:
            await reader.hear("snapshot")
            for _ in range(20):
                await reader.hear("beat")
                await reader.say({"type": "beat"})
            assert await stalled.closed_with() == 4408
            await reader.hear("beat")

    story()


def test_a_stalled_page_is_closed_when_its_time_is_over(floor, client_of, sockets, monkeypatch):  # noqa: F811
    monkeypatch.setattr("tenants.sockets.BEAT_SECONDS", 60)
    monkeypatch.setattr("tenants.sockets.SLOW_AFTER", 1)
    client = client_of(floor["members"]["ann"])

    @async_to_sync
    async def story():
        async with sockets(client, "/ws/workspace/") as stalled:
            assert await stalled.closed_with(timeout=30) == 4408

    story()


def test_a_socket_whose_news_fail_closes_instead_of_falling_silent(floor, client_of, sockets, monkeypatch):  # noqa: F811
    monkeypatch.setattr("telephony.consumers.FIGURES_EVERY", 0.1)
    client = client_of(floor["members"]["boss"])

    def broken():
        raise OperationalError("the database is away")

    @async_to_sync
    async def story():
        async with sockets(client, "/ws/floor/") as page:
            await page.hear("snapshot")
            monkeypatch.setattr("telephony.serializers.snapshots.figures", broken)
            assert await page.closed_with() == 4500

    story()
