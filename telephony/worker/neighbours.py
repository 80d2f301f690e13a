"""The cells beside ours: a tenant that moved may still have callers on the switches of the cell it left.

One worker decides for a tenant, that of the cell it lives in. The worker of another cell tells it what happens on its
own switches (`FarDesk`), and does there what it decides (`between.py`). Both go through Redis and neither has to
arrive: news that was lost is found by the watchdog's look at the rows, and a command that could not be handed over has
failed, as if the switch had not answered.
"""

import threading
from collections.abc import Callable, Collection, Iterable
from dataclasses import asdict
from typing import TYPE_CHECKING, Any
from uuid import UUID

import orjson
import redis
import structlog
from django.conf import settings
from django.db import connection

from telephony import events
from telephony.cells import moves
from telephony.models import Device, Leg, Offer
from telephony.spool import DATABASE_AWAY
from telephony.worker.clock import Clock
from telephony.worker.desk import HEARD
from telephony.worker.inbox import Inbox, News
from tenants import queries as tenant_queries
from tenants.context import enter
from tenants.events import Event

if TYPE_CHECKING:
    from tenants.models import Tenant

log = structlog.get_logger()

LOOK_EVERY = 1.0
"""Seconds between two looks at who lives where."""

TOLD = frozenset(kind.__name__ for kind in HEARD)


def road_to(cell: str) -> str:
    return f"between:{cell}"


class Neighbours(threading.Thread):
    """Who lives where, looked up each second. Made without a cell, and never started, it knows of no other cell."""

    def __init__(
        self,
        cell: str = "",
        inbox: Inbox | None = None,
        *,
        clock: Clock | None = None,
        may_act: Callable[[], bool] = lambda: False,
    ) -> None:
        super().__init__(name="neighbours", daemon=True)
        self.cell, self._inbox, self._may_act = cell, inbox or Inbox(), may_act
        self._clock = clock or Clock()
        self._homes: dict[str, str] = {}
        self._shared: dict[str, set[str]] = {}
        self._nodes: dict[str, str] = {}
        self._unexpected: set[str] = set()
        self._stopped = threading.Event()
        self._redis: redis.Redis | None = None

    # ---- what is known

    def home_of(self, tenant: str) -> str:
        """The other cell this tenant lives in; "" while it lives here."""
        return self._homes.get(tenant, "")

    def is_shared(self, tenant: str) -> bool:
        """It may have callers and phones in more than one cell."""
        return tenant in self._shared

    @property
    def guests(self) -> list[str]:
        """Tenants of other cells that may have callers on our switches."""
        return sorted(
            schema for schema, cells in self._shared.items() if self.cell in cells and self.home_of(schema)
        )

    def guests_of(self, tenants: "Iterable[Tenant]") -> "list[Tenant]":
        guests = self.guests
        return [tenant for tenant in tenants if tenant.schema_name in guests]

    def desk_of(self, tenant: str) -> "FarDesk | None":
        """Who hears the news of a tenant that lives elsewhere; None for our own."""
        home = self.home_of(tenant)
        if not home:
            return None
        if not self.is_shared(tenant):
            self._unexpected.add(tenant)
        return FarDesk(self, tenant, home)

    def cell_of_leg(self, leg_id: UUID) -> str:
        """The other cell on whose switch this leg is, or this offer's caller; "" when it is ours or nobody knows."""
        for tenant in [schema for schema in self._shared if not self.home_of(schema)]:
            with enter(tenant):
                called = Offer.objects.filter(pk=leg_id).values_list("call_id", flat=True).first()
                known = Leg.objects.filter(pk__in=[leg_id, called or leg_id]).exclude(node="")
                node = known.values_list("node", flat=True).first()
            if node is not None:
                cell = self._nodes.get(node, "")
                return "" if cell == self.cell else cell
        return ""

    def contacts(self, tenant: str, usernames: Collection[str], cell: str) -> dict[str, str]:
        """By user name: the address of those of these phones that are registered at no switch of this cell."""
        with enter(tenant):
            rows = Device.objects.filter(sip_username__in=usernames).exclude(node="")
            found = list(rows.values_list("sip_username", "node", "contact"))
        return {name: contact for name, node, contact in found if self._nodes.get(node) != cell}

    # ---- looking

    def run(self) -> None:
        while not self._stopped.wait(LOOK_EVERY):
            try:
                self.look()
            except DATABASE_AWAY:
                connection.close()
            except Exception:
                log.exception("Who lives in which cell could not be looked up.")
                connection.close()

    def stop(self) -> None:
        self._stopped.set()

    def look(self) -> None:
        """Whoever came or went: the floor is read again, by the worker that decides from now on."""
        if not self.cell:
            return
        while self._unexpected and self._may_act():
            moves.look_there_again(schema=self._unexpected.pop(), cell=self.cell, at=self._clock.now())
        homes, shared = tenant_queries.housed_elsewhere(self.cell), moves.open_moves()
        before = {**self._homes}, {**self._shared}
        if shared != self._shared:
            self._nodes = moves.cell_of_each_node()
        self._homes, self._shared = homes, shared
        for tenant in sorted({*shared, *before[1]}):
            now = homes.get(tenant), shared.get(tenant)
            if now != (before[0].get(tenant), before[1].get(tenant)) and self._may_act():
                news = events.FloorConfigured(occurred_at=self._clock.now())
                self._inbox.put_news(News(tenant, news))

    # ---- telling

    def tell(self, cell: str, said: dict[str, Any]) -> int:
        """How many heard it; 0 also when Redis is away."""
        if self._redis is None:
            self._redis = redis.Redis.from_url(settings.REDIS_URL, socket_timeout=1, socket_connect_timeout=1)
        try:
            return int(self._redis.publish(road_to(cell), orjson.dumps(said)))
        except (redis.RedisError, OSError) as error:
            log.warning("Another cell could not be told.", cell=cell, problem=type(error).__name__)
            return 0

    def tell_homes(self) -> None:
        """After a resync of ours: whatever changed for those who live elsewhere, their own worker reads it again."""
        for tenant in self.guests:
            FarDesk(self, tenant, self.home_of(tenant)).hear(
                events.FloorConfigured(occurred_at=self._clock.now())
            )


class FarDesk:
    """Stands where the tenant's desk would: what a desk hears goes to the worker of the cell the tenant lives in."""

    def __init__(self, neighbours: Neighbours, tenant: str, home: str) -> None:
        self._neighbours, self._tenant, self._home = neighbours, tenant, home

    def hear(self, *told: Event) -> None:
        for event in told:
            if type(event).__name__ not in TOLD:
                continue
            said = {
                "kind": "news",
                "tenant": self._tenant,
                "name": type(event).__name__,
                "values": asdict(event),
            }
            self._neighbours.tell(self._home, said)
