"""A telephony worker in this process on a real PostgreSQL, with a switch in memory that notes when it shall ring."""

from __future__ import annotations

import os
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime
from types import SimpleNamespace
from uuid import UUID

NUMBER = "+862155500001"


@dataclass
class Bench:
    """`rung_at` has the moment (perf_counter) of each call's first offer; `facts` counts what was taken in."""

    worker: object
    switch: object
    inbox: object
    queue_id: int
    rung_at: dict[UUID, float] = field(default_factory=dict)
    facts: int = 0

    def hand_over(self) -> None:
        """What the switch has told so far goes into the worker's inbox."""
        for fact in self.switch.all_told():
            self.inbox.put_fact(fact)
            self.facts += 1

    def settle(self, most_seconds: float = 120) -> None:
        end = time.monotonic() + most_seconds
        is_busy = True
        while is_busy and time.monotonic() < end:
            self.hand_over()
            is_busy = self.worker.turn(most=0) or not self.switch.told.empty() or self.inbox._has_any()

    def caller(self, number: int) -> UUID:
        return self.switch.caller_dials("acme", NUMBER, self.queue_id, number=f"+86138{number:08d}")


@contextmanager
def bench(*, agents: int) -> Iterator[Bench]:
    """acme with so many agents who are ready, their phones registered."""
    from tests.servers import SERVERS

    # The servers of the tests may lose a crash's last second; here each commit reaches the disk, as in earnest.
    SERVERS.postgres.is_durable = True
    SERVERS.start_postgres()
    SERVERS.start_valkey()
    try:
        yield _made(agents)
    finally:
        from django.db import connections

        connections.close_all()
        SERVERS.stop()


def _made(agents: int) -> Bench:
    import django

    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "contactcenter.settings")
    os.environ.setdefault("LOG_FORM", "json")
    django.setup()
    import structlog

    structlog.configure(wrapper_class=structlog.make_filtering_bound_logger(40))
    from telephony.worker.assembly import SETTINGS_KEPT_SECONDS
    from telephony.worker.inbox import Inbox
    from telephony.worker.loop import Worker
    from tenants.context import enter
    from tenants.models import Number, Tenant
    from tests.fakes.switch import FakeClock, FakeSwitch
    from tests.telephony.floor import open_cell
    from tests.telephony.office import HeldLease, QuietSigns

    made = SimpleNamespace()

    class NotingSwitch(FakeSwitch):
        def offer(self, command) -> None:
            made.bench.rung_at.setdefault(command.call_id, time.perf_counter())
            super().offer(command)

    class Now(FakeClock):
        def __call__(self) -> datetime:
            return datetime.now(UTC)

    open_cell()
    acme = Tenant.objects.get(schema_name="acme")
    Number.objects.create(e164=NUMBER, tenant=acme, country="CN", currency="CNY")
    switch, inbox = NotingSwitch(clock=Now(datetime.now(UTC))), Inbox()
    with enter("acme"):
        queue_id = _furnish(agents, switch, acme.domains.first().domain)
    worker = Worker(
        switch=switch,
        lease=HeldLease(),
        inbox=inbox,
        sweeper=SimpleNamespace(prove=lambda tenant, recording_id: None),
        signs=QuietSigns(),
        node="main-1",
        settings_kept_seconds=SETTINGS_KEPT_SECONDS,
    )
    made.bench = Bench(worker, switch, inbox, queue_id)
    switch.connect()
    made.bench.settle()
    return made.bench


def is_durable() -> bool:
    from django.db import connection

    with connection.cursor() as cursor:
        cursor.execute("show fsync")
        fsync = cursor.fetchone()[0]
        cursor.execute("show synchronous_commit")
        return (fsync, cursor.fetchone()[0]) == ("on", "on")


def _furnish(count: int, switch, domain: str) -> int:
    from django.utils import timezone

    from telephony.models import Agent, Device, Entry, Queue, QueueAgent
    from telephony.switch import Registration
    from tenants.people.models import Member

    now = timezone.now()
    queue = Queue.objects.create(name="Bench", wrap_up_seconds=0, offer_seconds=30, is_recorded=False)
    Entry.objects.create(number_e164=NUMBER, queue=queue)
    for number in range(1001, 1001 + count):
        member = Member.objects.create(username=f"bench{number}", name=f"Agent {number}", roles=["agent"])
        agent = Agent.objects.create(
            member=member,
            name=member.name,
            extension=str(number),
            presence=Agent.Presence.ONLINE,
            routing_status=Agent.RoutingStatus.READY,
        )
        Device.objects.create(agent=agent, sip_username=agent.extension, a1_hash="x" * 32, registered_at=now)
        QueueAgent.objects.create(queue=queue, agent=agent)
        contact = f"sip:{agent.extension}@127.0.0.1:7000"
        switch.phones[agent.extension, domain] = Registration(
            username=agent.extension, domain=domain, contact=contact
        )
    return queue.pk
