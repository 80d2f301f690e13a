"""Orders that come in by a socket: to the worker as the sender's own, or refused in words."""

import orjson
import pytest
import redis
from asgiref.sync import async_to_sync, sync_to_async
from django.conf import settings

from tenants.context import enter
from tenants.people.models import AuditEntry
from tests.telephony.sockets import browser, sockets  # noqa: F401  (a fixture)
from tests.telephony.staffed import floor  # noqa: F401  (a fixture)

pytestmark = pytest.mark.usefixtures("redis_server")


def in_thread(function):
    return sync_to_async(function)()


def test_an_order_without_a_worker_is_refused_in_words(floor, client_of, sockets):  # noqa: F811
    client = client_of(floor["members"]["ann"])

    @async_to_sync
    async def story():
        async with sockets(client, "/ws/workspace/") as page:
            await page.hear("snapshot")
            await page.say({"type": "set_ready"})
            refusal = await page.hear("order_refused")
            assert (refusal["order"], refusal["code"]) == ("set_ready", "telephony_unreachable")

    story()


def test_an_order_reaches_the_worker_as_the_senders_own(floor, client_of, sockets, redis_server):  # noqa: F811
    client, worker = client_of(floor["members"]["ann"]), listening_worker(redis_server)

    @async_to_sync
    async def story():
        async with sockets(client, "/ws/workspace/") as page:
            await page.hear("snapshot")
            await page.say({"type": "set_not_ready"})
            await in_thread(lambda: None)

    story()
    orders = [body["order"] for body in drained(worker)]
    assert [order["type"] for order in orders] == ["page_opened", "set_not_ready", "page_closed"]
    assert {order["agent_id"] for order in orders} == {floor["ann"].pk}


def test_an_agent_cannot_give_orders_for_a_colleague(floor, client_of, sockets, redis_server):  # noqa: F811
    client, worker = client_of(floor["members"]["ann"]), listening_worker(redis_server)

    @async_to_sync
    async def story():
        async with sockets(client, "/ws/workspace/") as page:
            await page.hear("snapshot")
            await page.say({"type": "set_not_ready", "agent_id": floor["ben"].pk})
            assert await page.closed_with() == 4400

    story()
    assert "set_not_ready" not in [body["order"]["type"] for body in drained(worker)]


def test_a_supervisor_sets_an_agent_not_ready_and_it_is_written_down(floor, client_of, sockets, redis_server):  # noqa: F811
    client, worker = client_of(floor["members"]["boss"]), listening_worker(redis_server)

    @async_to_sync
    async def story():
        async with sockets(client, "/ws/floor/") as page:
            await page.hear("snapshot")
            await page.say({"type": "set_not_ready", "agent_id": floor["ann"].pk})
            await page.say({"type": "answer", "agent_id": floor["ann"].pk})
            assert await page.closed_with() == 4400

    story()
    [body] = drained(worker)
    assert body["order"]["agent_id"] == floor["ann"].pk
    assert body["member_id"] == floor["members"]["boss"].pk
    with enter("acme"):
        entry = AuditEntry.objects.get()
    assert (entry.actor_id, entry.verb) == (floor["members"]["boss"].pk, "ordered set_not_ready")


def listening_worker(url: str):
    worker = redis.Redis.from_url(url).pubsub(ignore_subscribe_messages=True)
    worker.subscribe(f"orders:{settings.SWITCH['cell']}")
    worker.get_message(timeout=10)
    return worker


def drained(worker) -> list[dict]:
    bodies = []
    while (message := worker.get_message(timeout=0.3)) is not None:
        bodies.append(orjson.loads(message["data"]))
    return bodies
