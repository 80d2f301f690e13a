"""A worker with a switch in memory, a held lease and a clock the story moves."""

from types import SimpleNamespace

from telephony import orders
from telephony.facts import SwitchConnected
from telephony.models import Offer
from telephony.worker.inbox import Inbox
from telephony.worker.loop import Worker
from tests.telephony.floor import EPOCH


class HeldLease(SimpleNamespace):
    cell, holder, epoch, is_held, is_due = "main", "test", EPOCH, True, False

    def release(self) -> None:
        self.is_held = False


class QuietSigns(SimpleNamespace):
    failures = 0

    def note_fact(self, fact, now) -> None:
        if isinstance(fact, SwitchConnected):
            self.cores = {"main-1": fact.core_uuid}

    def note_beat(self) -> None: ...
    def show(self, *_args, **_more) -> None: ...

    def count_failure(self) -> None:
        self.failures += 1


class TestClock:
    """Follows the switch's clock, so that both are in one story."""

    __test__ = False

    def __init__(self, clock) -> None:
        self.now = clock
        self._clock = clock

    def seconds(self) -> float:
        return self._clock().timestamp()


class Office:
    """A worker and a floor; `settle` lets everything that is due happen."""

    def __init__(self, floor) -> None:
        self.floor = floor
        self.switch = floor.switch
        self.start()

    def start(self) -> None:
        self.inbox, self.signs = Inbox(), QuietSigns(cores={})
        self.worker = Worker(
            switch=self.switch,
            lease=HeldLease(),
            inbox=self.inbox,
            sweeper=SimpleNamespace(prove=lambda tenant, recording_id: None),
            signs=self.signs,
            node="main-1",
            clock=TestClock(self.switch.clock),
        )
        self.switch.connect()
        self.settle()

    def settle(self) -> None:
        is_busy = True
        while is_busy:
            for fact in self.switch.all_told():
                self.inbox.put_fact(fact)
            is_busy = self.worker.turn(most=0) or not self.switch.told.empty() or self.inbox._has_any()

    def order(self, order, member_id: int | None = None) -> None:
        envelope = orders.Envelope(
            order_id="o1",
            tenant=self.floor.tenant.schema_name,
            member_id=member_id,
            language="en",
            sent_at=self.switch.clock().timestamp(),
            order=order,
        )
        self.inbox.put_order(envelope)
        self.settle()

    def caller(self, **known):
        call_id = self.switch.caller_dials(
            self.floor.tenant.schema_name, self.floor.number, self.floor.queue.pk, **known
        )
        self.settle()
        return call_id

    def pass_seconds(self, seconds: float) -> None:
        self.floor.clock.pass_seconds(seconds)
        self.settle()

    def ringing(self) -> Offer | None:
        with self.floor.inside():
            return Offer.objects.filter(ended_at=None, answered_at=None).first()
