"""Reads of agents and their phones."""

from collections.abc import Collection
from datetime import UTC, datetime
from typing import Any

from django.db.models import OuterRef, QuerySet, Subquery, Value
from django.db.models.functions import Coalesce

from telephony.models import Agent, AgentStateChange, Device, NotReadyReason, QueueAgent
from tenants.prepared import Compiled, attach, given

LONG_AGO = Value(datetime(2000, 1, 1, tzinfo=UTC))


def with_cause(agents: QuerySet[Agent]) -> QuerySet[Agent]:
    """`state_cause`: what brought each to be online or not, ready or not, for this reason; not what they do in it."""
    changes = AgentStateChange.objects.annotate(why=Coalesce("reason_id", 0))
    now = {"presence": OuterRef("presence"), "routing_status": OuterRef("routing_status")}
    outer = {name: OuterRef(OuterRef(name)) for name in now}
    unlike = changes.filter(agent=OuterRef(OuterRef("pk"))).exclude(
        **outer, why=OuterRef(OuterRef("reason_or_0"))
    )
    since = Coalesce(Subquery(unlike.order_by("-at", "-pk").values("at")[:1]), LONG_AGO)
    like = changes.filter(agent=OuterRef("pk"), at__gte=since, why=OuterRef("reason_or_0"), **now)
    agents = agents.annotate(reason_or_0=Coalesce("not_ready_reason_id", 0))
    return agents.annotate(state_cause=Subquery(like.order_by("at", "pk").values("cause")[:1]))


_devices = Compiled(lambda: Device.objects.filter(agent_id__among=given("agents")))
_places = Compiled(lambda: QueueAgent.objects.filter(agent_id__among=given("agents")))
_agents_named = Compiled(lambda: agents_on_floor().filter(pk__among=given("ids")))


def agent_of(member: Any) -> Agent | None:
    """The agent a member works as, or None."""
    if not getattr(member, "pk", None):
        return None
    found = Agent.objects.filter(member_id=member.pk).select_related("not_ready_reason", "next_reason")
    return with_cause(found).first()


def agents_of(member_ids: Collection[int]) -> dict[int, Agent]:
    """As `agent_of` for many, by member, with their phones and queues."""
    found = Agent.objects.filter(member_id__in=member_ids).select_related("not_ready_reason", "next_reason")
    return {agent.member_id: agent for agent in with_cause(found).prefetch_related("devices", "queue_agents")}


def agent_ids_of(member_ids: Collection[int]) -> dict[int, int]:
    """The ids alone, by member: pages that come back ask nothing else at first."""
    return dict(Agent.objects.filter(member_id__in=member_ids).values_list("member_id", "pk"))


def agent(agent_id: int) -> Agent | None:
    found = Agent.objects.select_related("not_ready_reason", "next_reason")
    return found.filter(pk=agent_id).first()


def agents_on_floor() -> QuerySet[Agent]:
    """Everyone who may take calls, offline ones too, in the order of their extensions."""
    active = Agent.objects.filter(is_active=True).select_related("not_ready_reason", "next_reason")
    return with_cause(active)


def agents_named(agent_ids: Collection[int]) -> list[Agent]:
    """As `agents_on_floor`, some of them, with their phones and queues: told of with every call."""
    found = _agents_named(ids=list(agent_ids))
    attach(found, "devices", _devices(agents=list(agent_ids)), by="agent_id")
    attach(found, "queue_agents", _places(agents=list(agent_ids)), by="agent_id")
    return found


def agents_of_queue(queue_id: int) -> QuerySet[Agent]:
    return agents_on_floor().filter(queue_agents__queue_id=queue_id)


def colleagues_of(agent_id: int) -> QuerySet[Agent]:
    """To whom a call may be transferred right now."""
    ready = agents_on_floor().filter(presence=Agent.Presence.ONLINE, routing_status=Agent.RoutingStatus.READY)
    return ready.filter(activity=Agent.Activity.IDLE).exclude(pk=agent_id)


def agents_in_pages() -> list[int]:
    """Those signed in who were seen with an open page."""
    online = Agent.objects.filter(presence=Agent.Presence.ONLINE, page__isnull=False)
    return list(online.order_by("pk").values_list("pk", flat=True))


def not_ready_reasons() -> QuerySet[NotReadyReason]:
    return NotReadyReason.objects.all()


def state_changes(agent_ids: list[int] | None, start: datetime, end: datetime) -> QuerySet[AgentStateChange]:
    """Changes within [start, end), oldest first per agent.

    The state before `start` is the last one before it.
    """
    changes = AgentStateChange.objects.filter(at__gte=start, at__lt=end).select_related("agent", "reason")
    return changes if agent_ids is None else changes.filter(agent_id__in=agent_ids)
