"""A small contact centre for stories: agents with phones, one queue, a number, and a switch that tells what we say."""

from dataclasses import dataclass, field
from datetime import datetime
from uuid import UUID

from django_tenants.utils import tenant_context

from telephony import actions
from telephony.cells.models import Cell, Lease, SwitchNode
from telephony.ingest import Ingest
from telephony.models import Agent, Call, Device, Entry, Offer, Queue, QueueAgent, QueueStay
from tests.fakes.switch import FakeClock, FakeSwitch

EPOCH = 7


def open_cell() -> Lease:
    cell, _new = Cell.objects.get_or_create(name="main")
    SwitchNode.objects.get_or_create(name="main-1", defaults={"cell": cell})
    return Lease.objects.get_or_create(cell=cell, defaults={"epoch": EPOCH, "holder": "test"})[0]


@dataclass
class Floor:
    """One tenant's floor. Everything is read again from the database when asked for."""

    tenant: object
    make_member: object
    switch: FakeSwitch
    ingest: Ingest = field(default_factory=Ingest)
    number: str = "+864001234567"

    def __post_init__(self) -> None:
        open_cell()
        with self.inside():
            self.queue = Queue.objects.create(name="Sales", wrap_up_seconds=30, offer_seconds=20)
            Entry.objects.create(number_e164=self.number, queue=self.queue)

    def inside(self):
        return tenant_context(self.tenant)

    @property
    def clock(self) -> FakeClock:
        return self.switch.clock

    @property
    def now(self) -> datetime:
        return self.switch.clock()

    def agent(self, *, is_ready: bool = True, queue: Queue | None = None) -> Agent:
        who = self.make_member(self.tenant, "agent")
        with self.inside():
            agent = Agent.objects.create(member=who, name=who.name, extension=actions.next_extension())
            Device.objects.create(agent=agent, sip_username=agent.extension, a1_hash="x" * 32)
            QueueAgent.objects.create(queue=queue or self.queue, agent=agent)
        self.switch.register(agent.extension, self.tenant.host)
        self.listen()
        if is_ready:
            self.clock.pass_seconds(1)
            with self.inside():
                actions.set_agent_ready(agent_id=agent.pk, at=self.now)
        return self.again(agent)

    def again(self, row):
        with self.inside():
            return type(row).objects.get(pk=row.pk)

    def listen(self) -> None:
        """Take in everything the switch has told so far."""
        for fact in self.switch.all_told():
            self.ingest.take(fact)

    def caller(self, number: str = "+8613812342211", queue: Queue | None = None, name: str = "") -> UUID:
        leg_id = self.switch.caller_dials(
            self.tenant.schema_name, self.number, (queue or self.queue).pk, number=number, name=name
        )
        self.listen()
        return leg_id

    def offer(self, call_id: UUID, agent: Agent) -> Offer:
        with self.inside():
            stay = self.stay(call_id)
            command = actions.offer_call(
                stay_id=stay.pk, agent_id=agent.pk, cell="main", epoch=EPOCH, explanation={}, at=self.now
            )
            self.switch.offer(command)
        self.listen()
        with self.inside():
            return Offer.objects.get(pk=command.offer_id)

    def talk(self, agent: Agent, seconds: float = 60) -> tuple[UUID, Offer]:
        """A caller is answered after 5 s and talks for so long."""
        call_id = self.caller()
        self.clock.pass_seconds(2)
        offer = self.offer(call_id, agent)
        self.clock.pass_seconds(3)
        self.switch.pick_up(offer.pk)
        self.listen()
        self.clock.pass_seconds(seconds)
        return call_id, offer

    def call(self, call_id: UUID) -> Call:
        with self.inside():
            return Call.objects.get(pk=call_id)

    def stay(self, call_id: UUID) -> QueueStay:
        with self.inside():
            return (
                QueueStay.objects.filter(call_id=call_id).select_related("queue").order_by("-entered_at")[0]
            )
