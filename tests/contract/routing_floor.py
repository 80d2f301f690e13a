"""The floor on which the stories of routing are played: one worker, one set of phones, a helper beside the product."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from itertools import count
from typing import Any
from uuid import UUID

import pytest

from telephony import facts
from telephony.routing import replay
from tests.contract.assistant import AGENTS, EXTENSIONS
from tests.contract.clerk import Clerk, a_clerk
from tests.contract.driver import DOMAIN, SwitchUnderTest, free_port, wait_until
from tests.contract.killed_switch import kill_and_start_again
from tests.contract.offered import Offered, Told
from tests.contract.product import Product
from tests.contract.web import Phone, Route
from tests.servers import SERVERS

_numbers = count(1)
PASSWORD = "phone-secret"


@dataclass
class RoutingProduct(Product):
    """Only the worker, and records in a place of its own: other stories look at theirs."""

    @property
    def environment(self) -> dict[str, str]:
        spool = self.line.directory / "routing-spool"
        spool.mkdir(exist_ok=True)
        return super().environment | {"FREESWITCH_SPOOL": str(spool)}


@dataclass
class Stage:
    product: RoutingProduct
    assistant: Clerk
    made: dict[str, Any] = field(default_factory=dict)

    @property
    def line(self) -> SwitchUnderTest:
        return self.product.line

    def ask(self, what: str, **wishes: Any) -> Any:
        return self.assistant.ask(what, **wishes)

    def agent(self, name: str) -> int:
        return self.made["agents"][name]

    # ---- what happens

    def caller(self, queue: str, number: str = "") -> UUID:
        """Somebody dials a number that leads to this queue, and waits there."""
        number = number or f"+86139{next(_numbers):08d}"
        self.line.call(f"+8640000{self.made['queues'][queue]:04d}", number=number)
        told = self.line.log.wait(facts.LegQueued, 30, caller_number=number)
        wait_until(lambda: self.stays(told.leg_id), 30, "the caller is in no line of ours")
        return told.leg_id

    def offers(self, call_id: UUID) -> list[Offered]:
        rows = self.product.rows(
            "select o.id, a.name, o.outcome, o.is_group, o.explanation from acme.telephony_offer o"
            " join acme.telephony_agent a on a.id = o.agent_id where o.call_id = %s"
            " order by o.offered_at, a.extension",
            call_id,
        )
        return [Offered(*row) for row in rows]

    def offered(self, call_id: UUID, times: int = 1) -> list[Offered]:
        """The offers made for this call, once they are made and their phones ring."""
        found = wait_until(
            lambda: len(rows := self.offers(call_id)) >= times and rows, 30, "the call was not offered"
        )
        for offer in found:
            self.line.log.wait(facts.LegRinging, 30, leg_id=offer.id)
        return found

    def only_offer(self, queue: str, number: str = "") -> Offered:
        """Whom a caller is offered to. The stored facts decide the same again, and the caller goes home."""
        call_id = self.caller(queue, number)
        [offer] = self.offered(call_id)
        names = {agent_id: name for name, agent_id in self.made["agents"].items()}
        assert [names[agent_id] for agent_id in replay(offer.explanation["inputs"])] == [offer.agent]
        [told] = self.told(call_id)
        assert (told.queue, told.last["agent"]) == (queue, offer.agent)
        self.go_home(call_id)
        return replace(offer, told=told)

    def told(self, call_id: UUID) -> list[Told]:
        """The waits of a call as its page tells them. Decided again from what is stored, each offer is the same."""
        waits = [Told(**wait) for wait in self.ask("words", call_id=str(call_id))]
        assert {offer["replayed"] for wait in waits for offer in wait.offers} <= {"same"}
        return waits

    def stay(self, call_id: UUID) -> tuple[Any, ...]:
        """(queue, exit, priority, routing) of the newest stay."""
        return self.stays(call_id)[-1]

    def stays(self, call_id: UUID) -> list[tuple[Any, ...]]:
        return self.product.rows(
            "select q.name, s.exit, s.priority, s.routing from acme.telephony_queuestay s"
            " join acme.telephony_queue q on q.id = s.queue_id where s.call_id = %s order by s.entered_at",
            call_id,
        )

    def idle_longest(self, *names: str) -> str:
        rows = self.product.rows(
            "select name from acme.telephony_agent where name = any(%s) order by idle_since", list(names)
        )
        return rows[0][0]

    def go_home(self, *calls: UUID) -> None:
        for call_id in calls:
            self.line.switch.hang_up(call_id)
        self.wait_for_quiet()

    def wait_for_quiet(self) -> None:
        """Nobody waits, rings or talks, and everybody could be rung."""
        asked = (
            "select (select count(*) from acme.telephony_call where ended_at is null),"
            " (select count(*) from acme.telephony_agent"
            "  where presence = 'online' and (activity <> 'idle' or routing_status <> 'ready'))"
        )
        wait_until(lambda: self.product.rows(asked) == [(0, 0)], 30, "the floor did not become quiet")

    def lose_switch(self) -> None:
        """It dies with all that is on it, and comes back: the phones register, the agents say that they are ready."""
        run = "select core_uuid from public.cells_switchnode"
        before = self.product.rows(run)
        kill_and_start_again(self.line)
        # Written down when rows and switch agree: whoever is ready sooner is made not ready by that, as their phone is
        # not registered with the new run.
        wait_until(lambda: self.product.rows(run) != before, 30, "the new run of the switch was not taken up")
        self.product.wait_for_routing(self.product.processes["worker"].pid)
        self.make_ready()
        self.product.wait_for_phones(*(EXTENSIONS[name] for name in AGENTS))
        self.product.make_ready([self.agent(name) for name in AGENTS])
        self.wait_for_quiet()

    def make_ready(self) -> None:
        for name in AGENTS:
            self.line.web.phones[(EXTENSIONS[name], DOMAIN)] = Phone.of(EXTENSIONS[name], DOMAIN, PASSWORD)
        phones(self.line)
        for queue_id in self.made["queues"].values():
            number = f"+8640000{queue_id:04d}"
            route = Route(tenant="acme", number=number, queue_id=queue_id, max_wait_seconds=600)
            self.line.web.routes[number] = route


def phones(line: SwitchUnderTest) -> None:
    """One for each agent, that rings until it is told to pick up."""
    names = [EXTENSIONS[name] for name in AGENTS]
    if hasattr(line, "shared_phone"):
        line.shared_phone(names, DOMAIN, PASSWORD, answer_after=600)
        return
    for name in names:
        line.phone(name, DOMAIN, PASSWORD, answer_after=None)


@pytest.fixture(scope="module")
def whole_floor(running_switch: SwitchUnderTest, django_db_setup: None) -> Iterator[Stage]:
    running_switch.begin_test()
    name = f"routing_{free_port()}"
    with SERVERS.copy_of_database(name) as url:
        product = RoutingProduct(running_switch, url, free_port(), running_switch.directory)
        log = product.logs / "assistant.log"
        with a_clerk("tests.contract.assistant", product.environment, log) as assistant:
            stage = Stage(product, assistant)
            try:
                stage.made = stage.ask("furnish")
                stage.make_ready()
                product.start_worker()
                yield stage
            finally:
                product.stop()
        running_switch.end_test()


@pytest.fixture
def floor(whole_floor: Stage) -> Iterator[Stage]:
    """Everybody is free; whoever still waits at the end of a story goes home."""
    whole_floor.wait_for_quiet()
    whole_floor.line.log.begin()
    yield whole_floor
    waiting = whole_floor.product.rows("select id from acme.telephony_call where ended_at is null")
    for (call_id,) in waiting:
        if whole_floor.line.switch.exists(call_id):
            whole_floor.line.switch.hang_up(call_id)
