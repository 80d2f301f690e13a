# ruff: noqa: F811  (fixtures are imported by name)
"""A2: every message of every socket, with another tenant's ids in it. Nothing of theirs is read, touched or said."""

import orjson
import pytest
from asgiref.sync import async_to_sync

from telephony.orders import KINDS
from tenants.context import enter
from tenants.people.matrix import sayings
from tests.telephony.sockets import sockets  # noqa: F401  (a fixture)
from tests.telephony_rows import an_agent
from tests.tenants.conftest import inner_garden, someone  # noqa: F401  (fixtures)
from tests.tenants.planting import CANARY, NUMBER
from tests.tenants.probing import nothing_of_acme

pytestmark = pytest.mark.timeout(300)


def test_another_tenants_ids_in_a_message_reach_nothing(
    inner_garden,
    acme,
    globex,
    member,
    client_of,
    sockets,
    redis_server,
    monkeypatch,
):
    """Each is refused, or the socket is shut for nonsense: it is opened again for the next."""
    monkeypatch.setattr("tenants.sockets.BURST", 10_000)
    boss = member(globex, "owner", "supervisor", "agent")
    with enter("globex"):
        an_agent(boss)
    client, ids, heard = client_of(boss), inner_garden.by_name(), []
    said = sorted(
        {(one.where, one.message) for one in sayings() if one.where.startswith("/ws/") and one.message}
    )

    @async_to_sync
    async def story() -> None:
        for road, message in said:
            async with sockets(client, road) as page:
                await page.hear("snapshot")
                await page.say(_filled(message, ids))
                while True:
                    output = await page.receive_output(15)
                    heard.append(str(output))
                    if output["type"] == "websocket.close":
                        break
                    if orjson.loads(output["text"])["type"] == "order_refused":
                        break

    with nothing_of_acme():
        story()
    assert len(heard) >= len(said) > 20
    assert CANARY not in str(heard)
    assert NUMBER not in str(heard)


def _filled(message: str, ids: dict[str, str]) -> dict:
    known = {
        name: ids.get(name.removeprefix("to_"), ids.get(name)) for name in KINDS[message].__dataclass_fields__
    }
    return {"type": message} | {name: value or "1" for name, value in known.items()}
