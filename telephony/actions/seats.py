"""Seats as the floor knows them: what one is narrowed to, and what follows when one ends."""

from collections.abc import Iterable
from datetime import datetime
from typing import Any

from django.db import transaction
from django.utils.dateparse import parse_datetime

from telephony.actions.setup import change_agent, floor_changed
from telephony.errors import OutsideOfSeat
from telephony.models import Agent, AgentGroup, Queue, QueueAgent, SeatScope
from telephony.queries.teams import scope_of
from tenants.people.actions import record_audit


@transaction.atomic
def narrow_seat(*, member: Any, queue_ids: Iterable[int], group_ids: Iterable[int]) -> None:
    """From now on only these; both empty: not narrowed any more. Places in other queues are given up at once."""
    queues = list(Queue.objects.filter(pk__in=list(queue_ids)).order_by("name"))
    groups = list(AgentGroup.objects.filter(pk__in=list(group_ids)).order_by("name"))
    before = _told(SeatScope.objects.filter(member=member.pk).first())
    if not queues and not groups:
        SeatScope.objects.filter(member=member.pk).delete()
    else:
        scope, _made = SeatScope.objects.get_or_create(member_id=member.pk)
        scope.queues.set(queues)
        scope.groups.set(groups)
    after = {"queues": [str(one) for one in queues], "groups": [str(one) for one in groups]}
    if before == after:
        return
    record_audit(verb="narrowed the seat", subject=member, before=before, after=after)
    scope = SeatScope.objects.filter(member=member.pk).first()
    if scope is not None:
        give_up_places(scope=scope)
    floor_changed()


@transaction.atomic
def give_up_places(*, scope: SeatScope) -> None:
    """In queues that the seat is not for. Written down by their names."""
    allowed = list(scope.queues.values_list("pk", flat=True))
    if not allowed:
        return
    places = QueueAgent.objects.filter(agent__member_id=scope.member_id).exclude(queue__in=allowed)
    names = sorted(places.values_list("queue__name", flat=True))
    if names:
        places.delete()
        record_audit(verb="narrowed the seat", subject=scope.member, after={"left queues": names})


def _told(scope: SeatScope | None) -> dict[str, list[str]]:
    if scope is None:
        return {"queues": [], "groups": []}
    return {
        "queues": [str(one) for one in scope.queues.order_by("name")],
        "groups": [str(one) for one in scope.groups.order_by("name")],
    }


def narrowed_to(member: Any) -> dict[str, Any]:
    """What the seat is narrowed to and where they take calls, as `put_seat_back` needs it."""
    scope = SeatScope.objects.filter(member=member.pk).first()
    places = QueueAgent.objects.filter(agent__member_id=member.pk).order_by("queue_id")
    return {
        "queues": sorted(scope.queues.values_list("pk", flat=True)) if scope else [],
        "groups": sorted(scope.groups.values_list("pk", flat=True)) if scope else [],
        "places": [
            [place.queue_id, place.position, place.until.isoformat() if place.until else None]
            for place in places
        ],
    }


@transaction.atomic
def put_seat_back(*, member: Any, kept: dict[str, Any]) -> bool:
    """With the places that were given up, where the queue is still there. False when it says something else by now."""
    if narrowed_to(member) != kept["after"]:
        return False
    before = kept["before"]
    narrow_seat(member=member, queue_ids=before["queues"], group_ids=before["groups"])
    agent = Agent.objects.filter(member_id=member.pk, is_active=True).first()
    queues = set(Queue.objects.values_list("pk", flat=True))
    given_back = [place for place in before["places"] if place not in kept["after"]["places"]]
    if agent is not None:
        QueueAgent.objects.bulk_create(
            QueueAgent(
                queue_id=queue_id,
                agent=agent,
                position=position,
                until=parse_datetime(until) if until else None,
            )
            for queue_id, position, until in given_back
            if queue_id in queues
        )
    floor_changed()
    return True


def check_place(*, member: Any, queue: Queue) -> None:
    """Raises OutsideOfSeat where the member's seat is narrowed to other queues."""
    allowed = scope_of(member).queues
    if allowed is not None and queue.pk not in allowed:
        raise OutsideOfSeat(name=str(member), queue=queue.name)


@transaction.atomic
def leave_floor(*, member_id: int, at: datetime) -> None:
    """Access has ended: no more calls from now on. One in hand goes on, and its seat is free for somebody else."""
    agent = Agent.objects.filter(member_id=member_id, is_active=True).first()
    if agent is not None:
        change_agent(agent_id=agent.pk, at=at, is_active=False)
        floor_changed()
