"""What one tenant's rows say is going on: plain tuples, in a handful of queries, because they are read every few
seconds beside routing.
"""

from dataclasses import dataclass
from datetime import datetime
from typing import NamedTuple
from uuid import UUID

from django.db import connection
from django.db.models import Q, QuerySet

from telephony.actions.agent_activity import legs_without_offer
from telephony.models import Agent, Call, Device, Leg, Offer, QueueStay
from telephony.queries.devices import chosen_device


class LegRow(NamedTuple):
    id: UUID
    node: str
    call_id: UUID | None
    kind: str
    agent_id: int | None
    bridged_to: UUID | None
    unbridged_at: datetime | None
    answered_at: datetime | None


class CallRow(NamedTuple):
    id: UUID
    state: str
    version: int
    agent_id: int | None


class StayRow(NamedTuple):
    id: int
    call_id: UUID
    call_ended_at: datetime | None
    queue_state: str


class OfferRow(NamedTuple):
    id: UUID
    call_id: UUID
    agent_id: int
    stay_id: int | None
    offered_at: datetime
    expires_at: datetime
    answered_at: datetime | None
    ended_at: datetime | None
    doing: str = ""


class AgentRow(NamedTuple):
    id: int
    presence: str
    routing_status: str
    activity: str
    wrap_up_until: datetime | None
    version: int

    @property
    def is_ready(self) -> bool:
        return (self.presence, self.routing_status) == (Agent.Presence.ONLINE, Agent.RoutingStatus.READY)


class PhoneRow(NamedTuple):
    username: str
    agent_id: int
    is_registered: bool
    node: str = ""


class OwnLegRow(NamedTuple):
    agent_id: int
    id: UUID
    answered_at: datetime | None
    direction: str
    kind: str = ""


@dataclass(frozen=True)
class Rows:
    """`offers` are open ones; `over` are ended offers whose leg we still show open."""

    legs: dict[UUID, LegRow]
    calls: dict[UUID, CallRow]
    stays: list[StayRow]
    offers: dict[UUID, OfferRow]
    over: dict[UUID, OfferRow]
    agents: dict[int, AgentRow]
    phones: list[PhoneRow]
    own_legs: list[OwnLegRow]
    wrapping: set[int]
    """Agents with a wrap-up that has begun and not ended."""

    reachable: set[int]
    """Agents whom something would ring."""


def read_rows() -> Rows:
    """Of the current tenant. Three short queries where nothing goes on, as with most tenants of a cell at most times;
    up to ten where calls do, over partial indexes of what is open.
    """
    agents = Agent.objects.filter(is_active=True).values_list(*AgentRow._fields)
    people = {row[0]: AgentRow(*row) for row in agents}
    phones, reachable = _phones()
    if not _is_anything_open():
        return Rows(
            legs={},
            calls={},
            stays=[],
            offers={},
            over={},
            agents=people,
            phones=phones,
            own_legs=[],
            wrapping=set(),
            reachable=reachable,
        )
    legs = [LegRow(*row) for row in _open_legs().values_list(*LegRow._fields)]
    offers = {row[0]: OfferRow(*row) for row in _offers().values_list(*OfferRow._fields)}
    orphans = [leg.id for leg in legs if leg.kind == Leg.Kind.AGENT and leg.id not in offers]
    ended = Offer.objects.filter(pk__in=orphans).values_list(*OfferRow._fields) if orphans else []
    return Rows(
        legs={leg.id: leg for leg in legs},
        calls={row[0]: CallRow(*row) for row in _open_calls().values_list(*CallRow._fields)},
        stays=_open_stays(),
        offers=offers,
        over={row[0]: OfferRow(*row) for row in ended},
        agents=people,
        phones=phones,
        own_legs=[
            OwnLegRow(*row)
            for row in legs_without_offer().order_by("created_at").values_list(*OwnLegRow._fields)
        ],
        wrapping=set(_open_wrap_ups().values_list("agent_id", flat=True)),
        reachable=reachable,
    )


def _is_anything_open() -> bool:
    """One query over all that could be: whatever a tenant's day leaves behind has one of these open."""
    asked = (
        _open_legs(),
        _open_calls(),
        _offers(),
        QueueStay.objects.filter(left_at=None),
        _open_wrap_ups(),
    )
    questions = [found.order_by().values("pk")[:1].query.sql_with_params() for found in asked]
    statement = "SELECT " + " OR ".join(f"EXISTS({sql})" for sql, _values in questions)
    with connection.cursor() as cursor:
        cursor.execute(statement, [value for _sql, values in questions for value in values])
        return bool(cursor.fetchone()[0])


def _open_legs() -> QuerySet[Leg]:
    return Leg.objects.filter(ended_at=None, settled_at=None)


def _open_calls() -> QuerySet[Call]:
    return Call.objects.filter(ended_at=None)


def _offers() -> QuerySet[Offer]:
    return Offer.objects.filter(ended_at=None)


def _open_stays() -> list[StayRow]:
    found = QueueStay.objects.filter(left_at=None)
    return [StayRow(*row) for row in found.values_list("pk", "call_id", "call__ended_at", "queue__state")]


def _phones() -> tuple[list[PhoneRow], set[int]]:
    """Those that register, and the agents whom something would ring."""
    of_agents: dict[int, list[Device]] = {}
    for device in Device.objects.select_related("agent"):
        of_agents.setdefault(device.agent_id, []).append(device)
    registering = [
        PhoneRow(device.sip_username, device.agent_id, device.is_registered, device.node)
        for devices in of_agents.values()
        for device in devices
        if device.kind != Device.Kind.NUMBER
    ]
    reachable = {pk for pk, devices in of_agents.items() if chosen_device(devices[0].agent, devices)}
    return registering, reachable


def _open_wrap_ups() -> QuerySet[Offer]:
    return Offer.objects.filter(Q(wrap_up_started_at__isnull=False), wrap_up_ended_at=None)
