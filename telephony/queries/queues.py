"""Reads of queues as they are now."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db.models import Count, Min, Q, QuerySet

from telephony.models import Agent, Queue, QueueStay
from tenants.prepared import Compiled, given


@dataclass(frozen=True, kw_only=True)
class QueueState:
    """One row of every board.

    `longest_since` is when the longest waiting caller began to wait, None if nobody does.
    """

    queue_id: int
    name: str
    is_open: bool
    waiting: int
    longest_since: datetime | None
    agents_free: int
    agents_busy: int
    agents_in_wrap_up: int
    agents_not_ready: int
    agents_offline: int


def queues() -> QuerySet[Queue]:
    return Queue.objects.all()


def queues_named(queue_ids: list[int]) -> list[Queue]:
    """Some of them, told of with every call."""
    return _queues_named(ids=queue_ids)


_queues_named = Compiled(lambda: queues().filter(pk__among=given("ids")))


def queue(queue_id: int) -> Queue | None:
    return Queue.objects.filter(pk=queue_id).first()


def queues_of_agent(agent_id: int) -> QuerySet[Queue]:
    return Queue.objects.filter(queue_agents__agent_id=agent_id)


def waiting_stays(queue_ids: list[int] | None = None) -> QuerySet[QueueStay]:
    """Who waits now, longest first."""
    waiting = QueueStay.objects.filter(left_at=None, call__ended_at=None).order_by("entered_at", "pk")
    return waiting if queue_ids is None else waiting.filter(queue_id__in=queue_ids)


def queue_state(queue: Queue) -> QueueState:
    return queue_states([queue])[0]


def queue_states(queues: list[Queue]) -> list[QueueState]:
    """The state of several queues with two queries, in the order given."""
    ids = [queue.pk for queue in queues]
    waiting: dict[int, dict[str, Any]] = {row["queue_id"]: row for row in _counted_waiting(queues=ids)}
    staff: dict[int, dict[str, Any]] = {row["pk"]: row for row in _counted_staff(queues=ids)}
    return [_state(queue, waiting.get(queue.pk, {}), staff[queue.pk]) for queue in queues]


def _waiting() -> QuerySet[Any, Any]:
    waiting = waiting_stays().filter(queue_id__among=given("queues")).order_by().values("queue_id")
    return waiting.annotate(n=Count("pk"), since=Min("entered_at"))


def _staff() -> QuerySet[Any, Any]:
    online = Q(agents__presence=Agent.Presence.ONLINE, agents__is_active=True)
    ready = online & Q(agents__routing_status=Agent.RoutingStatus.READY)
    idle = Q(agents__activity=Agent.Activity.IDLE)
    wrap_up = Q(agents__activity=Agent.Activity.WRAP_UP)
    return (
        Queue.objects.filter(pk__among=given("queues"))
        .values("pk")
        .annotate(
            free=Count("agents", filter=ready & idle),
            wrapping=Count("agents", filter=online & wrap_up),
            busy=Count("agents", filter=online & ~idle & ~wrap_up),
            paused=Count(
                "agents", filter=online & idle & ~Q(agents__routing_status=Agent.RoutingStatus.READY)
            ),
            away=Count("agents", filter=Q(agents__presence=Agent.Presence.OFFLINE, agents__is_active=True)),
        )
    )


_counted_waiting, _counted_staff = Compiled(_waiting), Compiled(_staff)


def _state(queue: Queue, waiting: dict, staff: dict) -> QueueState:
    return QueueState(
        queue_id=queue.pk,
        name=queue.name,
        is_open=queue.state == Queue.State.OPEN,
        waiting=waiting.get("n", 0),
        longest_since=waiting.get("since"),
        agents_free=staff["free"],
        agents_busy=staff["busy"],
        agents_in_wrap_up=staff["wrapping"],
        agents_not_ready=staff["paused"],
        agents_offline=staff["away"],
    )
