"""Two cells, each with its own switch and worker: a tenant moves from one to the other while it has calls."""

from __future__ import annotations

import os
import subprocess
from collections.abc import Iterator
from dataclasses import dataclass
from uuid import UUID

import pytest

from telephony import facts
from tests.contract.driver import DOMAIN, HOT_LINE, SwitchUnderTest, wait_until
from tests.contract.furnish import PASSWORD
from tests.contract.kinds import KINDS, under_test
from tests.contract.product import Product
from tests.contract.test_nodes import _stop
from tests.contract.web import Route
from tests.servers import SERVERS

pytestmark = pytest.mark.timeout(300)
MOVE = """
from django.utils import timezone
from telephony.cells.moves import begin_move
begin_move(schema="acme", to_cell="second", at=timezone.now(), reason="a test")
"""


@dataclass
class TwoCells:
    east: SwitchUnderTest
    west: SwitchUnderTest
    first: Product
    second: Product
    agents: list[dict]

    def start_workers(self) -> None:
        for product in (self.first, self.second):
            product._start("worker", "manage.py", "run_telephony")
        routing = "select count(*) from cells_lease where report ->> 'is_routing' = 'true'"
        wait_until(lambda: self.first.rows(routing) == [(2,)], 60, "the two workers do not route")

    def move(self) -> subprocess.CompletedProcess[str]:
        return self.first.run("manage.py", "shell", "-c", MOVE)

    def waiting(self, line: SwitchUnderTest, number: str) -> UUID:
        line.call(number=number)
        leg_id = line.log.wait(facts.LegQueued, 20, caller_number=number).leg_id
        kept = "select count(*) from acme.telephony_queuestay where call_id = %s"
        wait_until(lambda: self.first.rows(kept, leg_id) == [(1,)], 20, f"{number} stands in no line")
        return leg_id

    def talks(self, line: SwitchUnderTest, caller: UUID) -> None:
        wait_until(
            lambda: any(
                caller in (joined.leg_id, joined.other_leg_id) for joined in line.log.all(facts.LegsBridged)
            ),
            30,
            f"{caller} was not joined",
        )

    def offered(self) -> list[UUID]:
        found = self.first.rows("select call_id from acme.telephony_offer order by offered_at")
        return [row[0] for row in found]


@pytest.fixture(params=KINDS)
def two(
    request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory, django_db_setup: None
) -> Iterator[TwoCells]:
    kind = under_test(request.param)
    east, west = (kind(tmp_path_factory.mktemp(node), node=node) for node in ("east", "west"))
    started: list[SwitchUnderTest] = []
    try:
        for line in (east, west):
            line.start()
            started.append(line)
        with SERVERS.copy_of_database(f"cells_{os.getpid()}_{request.param}") as url:
            made = TwoCells(east, west, *_products(east, west, url), agents=[])
            _furnish(made)
            yield made
            made.first.stop()
            made.second.stop()
    finally:
        for line in started:
            _stop(line)


def _products(east: SwitchUnderTest, west: SwitchUnderTest, url: str) -> tuple[Product, Product]:
    first, second = Product(east, url, 8000, east.directory), Product(west, url, 8000, west.directory)
    first.more = {"SWITCH_NODE": "east"}
    second.more = {"SWITCH_NODE": "west", "SWITCH_CELL": "second"}
    return first, second


def _furnish(two: TwoCells) -> None:
    made = two.first.furnish_floor(2, wrap_up_seconds=1)
    two.agents = made["agents"]
    for line in (two.east, two.west):
        line.web.routes[HOT_LINE] = Route("acme", HOT_LINE, made["queue"], max_wait_seconds=600)
        for agent in two.agents:
            line.web.phones[agent["username"], DOMAIN] = line.web_phone(agent["username"])
        line.log.begin()


def test_a_tenant_moves_to_another_cell_and_no_caller_notices(two: TwoCells) -> None:
    east, west, first = two.east, two.west, two.first
    one, other = two.agents
    two.start_workers()
    for agent in two.agents:
        east.phone(agent["username"], DOMAIN, PASSWORD, answer_after=0.3)
    # On the rehearsal switch a phone elsewhere is answered by the world outside.
    west.outside_answers()
    first.wait_for_phones(*(agent["username"] for agent in two.agents))
    first.make_ready([one["id"]])
    talking = two.waiting(east, "13800000001")
    two.talks(east, talking)
    line = [two.waiting(east, "13800000002"), two.waiting(east, "13800000003")]

    done = two.move()
    assert done.returncode == 0, done.stderr[-2000:]
    line.append(two.waiting(west, "13800000004"))
    assert east.log.all(facts.LegHungUp) == []

    # The order comes to the old cell's worker, who sends it on; the new one decides, the old one rings the phone.
    first.make_ready([other["id"]])
    two.talks(east, line[0])
    east.switch.hang_up(talking)
    two.talks(east, line[1])
    east.switch.hang_up(line[0])
    two.talks(west, line[2])
    assert two.offered() == [talking, *line]
    ended = {fact.leg_id for log in (east.log, west.log) for fact in log.all(facts.LegHungUp)}
    assert ended & {talking, *line} == {talking, line[0]}
    waited = (
        "select count(*) from acme.telephony_queuestay"
        " where entered_at <> (routing ->> 'waiting_since')::timestamptz and routing ? 'waiting_since'"
    )
    assert first.rows(waited) == [(0,)]

    east.switch.hang_up(line[1])
    west.switch.hang_up(line[2])
    settled = "select count(*) from acme.telephony_leg where settled_at is not null"
    wait_until(lambda: first.rows(settled) == [(8,)], 40, "not every leg was settled")
    exits = "select exit, count(*) from acme.telephony_call group by exit"
    assert first.rows(exits) == [("answered", 4)]
    charges = "select count(*), count(distinct leg_id) from public.billing_charge"
    assert first.rows(charges) == [(4, 4)]
    assert first.rows("select kind, ours, theirs from acme.telephony_difference") == []
    nodes = "select node, count(*) from acme.telephony_leg group by node order by node"
    assert first.rows(nodes) == [("east", 6), ("west", 2)]


def test_the_old_cell_s_worker_dies_and_its_callers_are_still_served_in_their_order(two: TwoCells) -> None:
    east, first = two.east, two.first
    one = two.agents[0]
    two.start_workers()
    east.phone(one["username"], DOMAIN, PASSWORD, answer_after=0.3)
    first.wait_for_phones(one["username"])
    line = [two.waiting(east, "13800000001"), two.waiting(east, "13800000002")]
    assert two.move().returncode == 0
    lost = "select count(*) from acme.telephony_call where ended_at is not null"

    first.kill_worker()
    first._start("worker", "manage.py", "run_telephony")
    first.wait_for_routing_of("main")
    assert first.rows(lost) == [(0,)]
    first.make_ready([one["id"]])
    two.talks(east, line[0])
    east.switch.hang_up(line[0])
    two.talks(east, line[1])
    assert two.offered() == line
