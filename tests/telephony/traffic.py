"""An ordinary day of calls: people call, wait, give up, are answered, held, sent on; the loop is sometimes behind."""

import random

from telephony import orders
from telephony.facts import HungUpBy
from telephony.models import Offer
from tests.telephony.watching import WatchedOffice

STEP = 1.0


class Traffic:
    """So many calls from one seed. The watchdog looks every two seconds, whatever the loop has taken in by then."""

    def __init__(self, office: WatchedOffice, seed: int, *, agents: int = 6) -> None:
        self._office, self._dice = office, random.Random(seed)
        self._agents = [office.floor.agent() for _agent in range(agents)]
        office.settle()
        self.callers = 0
        self._seconds = 0

    def run(self, calls: int) -> None:
        while self.callers < calls or self._office.switch.legs:
            self._people_act(is_over=self.callers >= calls)
            self._hear_some()
            self._seconds += 1
            self._office.floor.clock.pass_seconds(STEP)
            if self._seconds % 2 == 0:
                self._office.watch.turn()
        self._office.settle()

    def _people_act(self, *, is_over: bool) -> None:
        if not is_over and self._dice.random() < 0.7:
            self.callers += 1
            self._office.switch.caller_dials(
                "acme",
                self._office.floor.number,
                self._office.floor.queue.pk,
                number=f"+86138{self.callers:08d}",
            )
        for leg in list(self._office.switch.legs.values()):
            if leg.leg_id in self._office.switch.legs:
                self._someone_does(leg, hurry=0.5 if is_over else 0.12)

    def _someone_does(self, leg, *, hurry: float) -> None:
        chance, switch = self._dice.random(), self._office.switch
        if leg.offer_id and leg.answered_at is None and chance < 0.5:
            switch.pick_up(leg.leg_id)
        elif leg.offer_id and leg.answered_at is None and chance < 0.55:
            switch.end(leg.leg_id, cause="CALL_REJECTED", by=HungUpBy.PARTY)
        elif leg.is_waiting and chance < hurry / 4 or leg.bridged_leg_id and chance < hurry:
            switch.end(leg.leg_id, by=HungUpBy.PARTY)
        elif leg.offer_id and leg.bridged_leg_id and chance < hurry + 0.05:
            self._order_of_the_agent(leg)

    def _order_of_the_agent(self, leg) -> None:
        switch, kind = self._office.switch, self._dice.randrange(3)
        if kind == 0:
            switch.hold(leg.leg_id)
        elif kind == 1:
            switch.unhold(leg.leg_id)
        else:
            known = {"agent_id": leg.agent_id, "call_id": leg.call_id}
            self._office.give(orders.TransferToQueue(queue_id=self._office.floor.queue.pk, **known))

    def _hear_some(self) -> None:
        """What the switch has told is heard now; mostly all of it is taken in, sometimes only a part."""
        for fact in self._office.switch.all_told():
            self._office.inbox.put_fact(fact)
        if self._dice.random() < 0.3:
            for _turn in range(self._dice.randrange(4)):
                self._office.worker.turn(most=0)
        else:
            self._office.settle()

    def answered(self) -> int:
        with self._office.floor.inside():
            return Offer.objects.filter(outcome="bridged").count()
