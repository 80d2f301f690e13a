"""An office whose worker is watched: time passes in the watchdog's own steps, and differences are read as told."""

from uuid import UUID

import pytest

from telephony import orders
from telephony.models import Agent, Difference, Offer
from telephony.worker.troubles import Troubles
from telephony.worker.watchdog import Watch
from telephony.worker.watchdog.memory import Memories
from telephony.worker.watchdog.thread import TURN_EVERY
from tests.telephony.office import Office


class WatchedOffice(Office):
    def start(self) -> None:
        super().start()
        self.watch_anew()

    def watch_anew(self) -> None:
        self.watch = Watch(
            self.switch,
            self.inbox,
            cell="main",
            nodes=["main-1"],
            clock=self.worker.clock,
            troubles=getattr(self.worker, "troubles", Troubles()),
            # Loop and watchdog share the test's one thread: an answer is there at the next look.
            memories=Memories(self.inbox, patience=0),
        )

    def look(self) -> None:
        """One turn of the watchdog, if it may look, and whatever it led to."""
        if self.worker.is_routing and self.switch.is_connected:
            self.watch.turn()
        else:
            self.watch.forget()
        self.settle()

    def watch_for(self, seconds: float) -> None:
        """So much time passes, with a look every two seconds."""
        for _turn in range(round(seconds / TURN_EVERY)):
            self.pass_seconds(TURN_EVERY)
            self.look()

    def watch_until_healed(self, most: float = 10) -> float:
        """Seconds until nothing is open any more that was found; fails after `most`."""
        started = self.floor.now
        while (self.floor.now - started).total_seconds() < most:
            self.watch_for(TURN_EVERY)
            told = self.told()
            if told and all(healed for _kind, healed in told):
                return (self.floor.now - started).total_seconds()
        raise AssertionError(f"not healed after {most} s: {self.told()}")

    def told(self, floor=None) -> list[tuple[str, bool]]:
        """(kind, is healed) of every difference of a tenant, acme's unless told, oldest first."""
        with (floor or self.floor).inside():
            found = Difference.objects.order_by("found_at", "pk")
            return [(difference.kind, difference.healed_at is not None) for difference in found]

    def difference(self) -> Difference:
        """The only one there is."""
        with self.floor.inside():
            return Difference.objects.get()

    def give(self, order) -> None:
        """An order that waits until the loop gets to it."""
        self.inbox.put_order(
            orders.Envelope(
                order_id="o1",
                tenant=self.floor.tenant.schema_name,
                member_id=None,
                language="en",
                sent_at=self.floor.now.timestamp(),
                order=order,
            )
        )

    def ghosts(self) -> list[str]:
        """Agents shown on a call the switch has not, or free while their phone is in use: there may be none."""
        rings = {leg.agent_id: leg for leg in self.switch.legs.values() if leg.agent_id}
        busy = ("ringing", "talking", "hold", "dialling")
        with self.floor.inside():
            return [
                f"{agent.name} {agent.activity}"
                for agent in Agent.objects.all()
                if (agent.activity in busy) != (agent.pk in rings)
            ]

    def forget_what_was_told(self) -> None:
        """The switch says something and nobody hears it."""
        self.switch.all_told()


FOUND_WITHIN = 10
"""Seconds."""


@pytest.fixture
def office(floor, other_floor) -> WatchedOffice:
    """acme's floor; globex has an agent of its own, about whom nothing is ever told."""
    office = WatchedOffice(floor)
    other_floor.switch = office.switch
    office.theirs = other_floor.agent()
    office.pass_seconds(60)
    office.watch_for(2)
    yield office
    assert office.told(other_floor) == []
    assert other_floor.again(office.theirs).can_take_calls
    assert office.signs.failures == 0


@pytest.fixture
def agent(office) -> Agent:
    found = office.floor.agent()
    office.settle()
    return found


def talking(office, agent) -> tuple[UUID, Offer]:
    call_id = office.caller()
    offer = office.ringing()
    office.switch.pick_up(offer.pk)
    office.settle()
    assert office.floor.again(agent).activity == "talking"
    return call_id, offer
