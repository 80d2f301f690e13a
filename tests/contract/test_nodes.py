"""Two switches in one cell, one worker: callers on one, phones on the other, and one of them killed."""

from __future__ import annotations

import json
import os
import time
from collections.abc import Iterator
from dataclasses import dataclass

import pytest

from telephony import facts
from tests.contract.driver import DOMAIN, HOT_LINE, SwitchUnderTest, seconds_of, wait_until
from tests.contract.furnish import PASSWORD
from tests.contract.kinds import KINDS, under_test
from tests.contract.product import Product
from tests.contract.rehearsed import RehearsalUnderTest
from tests.contract.web import Route
from tests.servers import SERVERS

pytestmark = pytest.mark.timeout(240)


@dataclass
class TwoNodes:
    east: SwitchUnderTest
    west: SwitchUnderTest
    product: Product
    agents: list[dict]

    def settings(self) -> str:
        """FREESWITCH_NODES."""
        return json.dumps(
            [
                {
                    "node": line.node,
                    "event_port": line.settings.event_port,
                    "directory": str(line.directory),
                    "spool_dir": str(line.settings.spool_dir),
                    "recordings_dir": str(line.settings.recordings_dir),
                }
                for line in (self.east, self.west)
            ]
        )


@pytest.fixture(params=KINDS)
def cell(
    request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory, django_db_setup: None
) -> Iterator[TwoNodes]:
    kind = under_test(request.param)
    lines = [kind(tmp_path_factory.mktemp(node), node=node) for node in ("east", "west")]
    started = []
    try:
        for line in lines:
            line.start()
            started.append(line)
        with SERVERS.copy_of_database(f"nodes_{os.getpid()}_{request.param}") as url:
            two = _furnish(*lines, Product(lines[0], url, 8000, lines[0].directory))
            yield two
            two.product.stop()
    finally:
        for line in started:
            _stop(line)


def _stop(line: SwitchUnderTest) -> None:
    """Also one that was killed."""
    line.log.begin()
    if line.process and line.process.poll() is None:
        line.stop()
        return
    if not isinstance(line, RehearsalUnderTest):
        for party in line.parties:
            party.stop()
    line.switch.close()
    line.web.close()
    line.claim.close()


def _furnish(east: SwitchUnderTest, west: SwitchUnderTest, product: Product) -> TwoNodes:
    made = product.furnish_floor(3, wrap_up_seconds=1)
    two = TwoNodes(east, west, product, made["agents"])
    for line in (east, west):
        line.web.routes[HOT_LINE] = Route("acme", HOT_LINE, made["queue"], max_wait_seconds=600)
        for agent in two.agents:
            line.web.phones[agent["username"], DOMAIN] = line.web_phone(agent["username"])
        line.log.begin()
    product.more = {"FREESWITCH_NODES": two.settings()}
    return two


def talking(line: SwitchUnderTest, number: str) -> facts.LegsBridged:
    """A caller dials this switch and talks."""
    line.call(number=number)
    queued = line.log.wait(facts.LegQueued, 20, caller_number=number)
    return wait_until(
        lambda: next(
            (
                joined
                for joined in line.log.all(facts.LegsBridged)
                if queued.leg_id in (joined.leg_id, joined.other_leg_id)
            ),
            None,
        ),
        20,
        f"{number} was not joined",
    )


def handed_over_across(cell: TwoNodes, talk: facts.LegsBridged) -> None:
    """The agent asks a colleague whose phone is at the other switch, as theirs is, and hands the caller over: all on
    the caller's switch.
    """
    product = cell.product
    [(agent,)] = product.rows("select agent_id from acme.telephony_offer where id = %s", talk.offer_id)
    [(call,)] = product.rows("select call_id from acme.telephony_offer where id = %s", talk.offer_id)
    [(colleague,)] = product.rows("select id from acme.telephony_agent where activity = 'idle'")

    def order(kind: str, **values: object) -> None:
        values |= {"type": kind, "agent_id": agent, "call_id": str(call)}
        said = {
            "order_id": kind,
            "tenant": "acme",
            "member_id": None,
            "language": "en",
            "sent_at": time.time(),
        }
        product._redis().publish("orders:main", json.dumps(said | {"order": values}))

    order("consult_agent", to_agent_id=colleague)
    asking = "select count(*) from acme.telephony_agent where activity = 'consulting'"
    wait_until(lambda: product.rows(asking) == [(2,)], 20, "the two do not talk with each other")
    order("hand_over")
    has_it = "select activity from acme.telephony_agent where id = %s"
    wait_until(lambda: product.rows(has_it, colleague) == [("talking",)], 20, "the colleague has no caller")
    wait_until(lambda: product.rows(has_it, agent) == [("idle",)], 20, "the agent is not free again")
    legs = "select distinct node from acme.telephony_leg where call_id = %s"
    assert product.rows(legs, call) == [("east",)]


def test_callers_of_one_switch_talk_to_phones_of_the_other_and_outlive_its_death(cell: TwoNodes) -> None:
    east, west, product = cell.east, cell.west, cell.product
    product.start_worker()
    for agent in cell.agents:
        west.phone(agent["username"], DOMAIN, PASSWORD, answer_after=0.3)
    # On the rehearsal switch a phone elsewhere is answered by the world outside.
    east.outside_answers()
    product.wait_for_phones(*(agent["username"] for agent in cell.agents))
    product.make_ready([agent["id"] for agent in cell.agents])
    far, near = talking(east, "13800000001"), talking(west, "13800000002")
    assert [far.node, near.node] == ["east", "west"]
    busy = "select count(*) from acme.telephony_agent where activity = 'talking'"
    wait_until(lambda: product.rows(busy) == [(2,)], 20, "the rows do not show two talks")
    nodes = "select node, count(*) from acme.telephony_leg group by node order by node"
    assert product.rows(nodes) == [("east", 2), ("west", 2)]
    assert [row[0] for row in product.rows("select name from cells_switchnode order by name")] == [
        "east",
        "west",
    ]

    handed_over_across(cell, far)
    gone = len(east.log.all(facts.LegHungUp))

    assert west.process is not None
    west.process.kill()
    west.process.wait()
    said = "select report -> 'switch' -> 'away' from cells_lease"
    wait_until(lambda: product.rows(said) == [(["west"],)], 20, "nobody noticed that west is away")
    assert len(east.log.all(facts.LegHungUp)) == gone, "nobody of east was let go"

    caller = next(leg for leg in east.switch.live_legs() if leg.offer_id is None)
    east.switch.hang_up(caller.leg_id)
    settled = "select bool_and(settled_at is not null) from acme.telephony_leg where call_id = %s"
    wait_until(
        lambda: product.rows(settled, caller.leg_id) == [(True,)], 30, "east's records were not settled"
    )
    charged = "select leg_id, count(*) from public.billing_charge group by leg_id"
    assert product.rows(charged) == [(caller.leg_id, 1)]
    proved = "select path from acme.telephony_recording where sha256 <> ''"
    paths = wait_until(
        lambda: product.rows(proved)[1:] and product.rows(proved), 30, "the recordings were not proved"
    )
    assert all(seconds_of(east.settings.recordings_dir / path) > 0.2 for (path,) in paths)

    # What was on west is neither lost nor free while nobody knows; the agent of the ended call serves the next one.
    again = talking(east, "13800000003")
    assert again.node == "east"
    assert product.rows(
        "select count(*) from acme.telephony_leg where node = 'west' and ended_at is null"
    ) == [(2,)]
