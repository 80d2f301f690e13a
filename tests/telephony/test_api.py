"""Calls, agents, queues and orders for machines: each role sees its own, each tenant only itself."""

from uuid import UUID, uuid4

import pytest

from telephony import orders
from telephony.models import Call


@pytest.fixture
def agent(floor):
    return floor.agent()


def of(floor, agent):
    with floor.inside():
        return agent.member


def test_leaders_see_all_calls_and_agents_their_own(floor, agent, member, client_of):
    mine, _offer = floor.talk(agent)
    floor.switch.end(mine)
    other = floor.caller(number="+8613800000002")
    boss = client_of(member(floor.tenant, "supervisor"))
    seen = boss.get("/api/v1/calls/").json()["results"]
    assert {row["id"] for row in seen} == {str(mine), str(other)}
    assert {row["caller"] for row in seen} == {"138****2211", "138****0002"}
    own = client_of(of(floor, agent)).get("/api/v1/calls/").json()["results"]
    assert [row["id"] for row in own] == [str(mine)]
    assert client_of(of(floor, agent)).get(f"/api/v1/calls/{other}/").status_code == 404


@pytest.mark.parametrize("path", ["calls/", "agents/", "queues/", "my-state/"])
def test_finance_and_strangers_see_nothing(floor, member, client_of, client, path):
    assert client_of(member(floor.tenant, "finance")).get(f"/api/v1/{path}").status_code == 403
    assert client.get(f"/api/v1/{path}", SERVER_NAME=floor.tenant.host).status_code in (401, 403)


def test_another_tenants_leader_sees_none_of_it(floor, other_floor, member, client_of):
    call_id = floor.caller()
    stranger = client_of(member(other_floor.tenant, "owner"))
    assert stranger.get("/api/v1/calls/").json()["results"] == []
    assert stranger.get(f"/api/v1/calls/{call_id}/").status_code == 404
    assert stranger.get("/api/v1/agents/").json() == []
    assert [row["name"] for row in stranger.get("/api/v1/queues/").json()] == ["Sales"]


def test_calls_can_be_narrowed(floor, member, client_of):
    ended = floor.caller()
    floor.switch.end(ended)
    floor.caller(number="+8613800000002")
    boss = client_of(member(floor.tenant, "supervisor"))
    found = boss.get("/api/v1/calls/?exit=abandoned").json()["results"]
    assert [row["id"] for row in found] == [str(ended)]
    assert boss.get("/api/v1/calls/?since=yesterday").status_code == 400


def test_an_agent_reads_their_own_state(floor, agent, client_of):
    call_id = floor.caller()
    floor.offer(call_id, agent)
    state = client_of(of(floor, agent)).get("/api/v1/my-state/").json()
    assert (state["agent"]["activity"], state["call"]["id"]) == ("ringing", str(call_id))


def test_an_order_goes_to_the_worker_of_the_cell(floor, agent, client_of, monkeypatch):
    sent = []
    monkeypatch.setattr("telephony.api.views.send_order", lambda order, *, member: sent.append(order) or "o1")
    page = client_of(of(floor, agent))
    call_id = str(uuid4())
    answer = page.post(
        "/api/v1/orders/", {"type": "answer", "call_id": call_id}, content_type="application/json"
    )
    assert (answer.status_code, answer.json()) == (202, {"order_id": "o1"})
    assert [str(order.call_id) for order in sent] == [call_id]
    body = {"type": "consult_number", "call_id": call_id, "number": "010 6552 9988"}
    assert page.post("/api/v1/orders/", body, content_type="application/json").status_code == 202
    assert sent[-1].number == "010 6552 9988"


@pytest.mark.parametrize(
    "body",
    [
        {},
        {"type": "shut_down"},
        {"type": "answer"},
        {"type": "answer", "call_id": "1; drop"},
        {"type": "page_closed"},
        {"type": "send_keys", "call_id": str(UUID(int=1)), "keys": "1,reload"},
        {"type": "consult_number", "call_id": str(UUID(int=1))},
    ],
)
def test_what_is_no_order_is_refused(floor, agent, client_of, body, monkeypatch):
    monkeypatch.setattr("telephony.api.views.send_order", lambda *_a, **_k: pytest.fail("sent"))
    page = client_of(of(floor, agent))
    assert page.post("/api/v1/orders/", body, content_type="application/json").status_code == 400


def test_nobody_orders_for_somebody_else_but_a_leader_may_pause_them(
    floor, agent, member, client_of, monkeypatch
):
    sent = []
    monkeypatch.setattr("telephony.api.views.send_order", lambda order, *, member: sent.append(order) or "o1")
    colleague, boss = floor.agent(), member(floor.tenant, "supervisor")
    pause = {"type": "set_not_ready", "agent_id": agent.pk}
    answer = {"type": "answer", "agent_id": agent.pk, "call_id": str(uuid4())}

    def status(who, body) -> int:
        return client_of(who).post("/api/v1/orders/", body, content_type="application/json").status_code

    assert status(of(floor, colleague), pause) == 403
    assert status(boss, answer) == 403
    assert sent == []
    assert status(boss, pause) == 202
    assert [order.agent_id for order in sent] == [agent.pk]


def test_without_a_worker_an_order_is_refused_in_plain_words(floor, agent, client_of, redis_server, settings):
    settings.REDIS_URL = redis_server
    orders._connection.cache_clear()
    page = client_of(of(floor, agent))
    answer = page.post("/api/v1/orders/", {"type": "set_ready"}, content_type="application/json")
    assert (answer.status_code, answer.json()["code"]) == (503, "telephony_unreachable")
    assert floor.again(agent).version == agent.version
    with floor.inside():
        assert not Call.objects.exists()


def test_an_order_survives_its_journey(floor, agent, redis_server, settings):
    import redis

    settings.REDIS_URL = redis_server
    orders._connection.cache_clear()
    hearing = redis.Redis.from_url(redis_server).pubsub(ignore_subscribe_messages=True)
    hearing.subscribe("orders:main")
    hearing.get_message(timeout=5)
    with floor.inside():
        order_id = orders.send_order(orders.SetNotReady(reason_id=3), member=agent.member)
    body = next(filter(None, (hearing.get_message(timeout=5) for _ in range(5))))["data"]
    envelope = orders.read_envelope(body)
    assert (envelope.order_id, envelope.tenant) == (order_id, "acme")
    assert envelope.order == orders.SetNotReady(agent_id=agent.pk, reason_id=3)
    for junk in (b"", b"{}", b"[]", b'{"order": {"type": "set_ready"}}', b"\xff"):
        with pytest.raises(orders.OrderNotUnderstood):
            orders.read_envelope(junk)
