"""Rows as the pure router sees them: a stay as work, an agent as somebody who may take it."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from django.db.models import Count, Max, Prefetch, Q, QuerySet, Sum
from django.db.models.functions import Coalesce

from telephony.models import Agent, GroupMember, Offer, QueueAgent, QueueStay
from telephony.queries.devices import has_phone
from telephony.routing import RoutableAgent, Step, Work

Asks = dict[str, Any]

LEFT_ALONE = timedelta(seconds=5)
"""How long the worker leaves an agent alone who has just not taken a call."""


@dataclass(frozen=True, slots=True)
class Load:
    """One agent's day so far: seconds on calls, when last rung (Unix time, 0 for never), and until when left alone."""

    busy_seconds: float = 0.0
    turn: float = 0.0
    alone_until: datetime | None = None


def asks_of(stay: QueueStay) -> Asks:
    """What the stay asks for: as planned at entry, or what its queue demands where no plan was kept."""
    planned = stay.routing.get("asks")
    return planned if planned else asks_of_queue(stay)


def asks_of_queue(stay: QueueStay) -> Asks:
    """For a stay that began without a plan."""
    skills = sorted(stay.queue.queue_skills.all(), key=lambda row: row.skill_id)
    return {
        "queue": stay.queue_id,
        "strategy": stay.queue.strategy,
        "priority": stay.priority,
        "requirements": [[row.skill_id, row.min_level] for row in skills if not row.is_preferred],
        "preferred": [[row.skill_id, row.min_level] for row in skills if row.is_preferred],
        "group": None,
        "queues": [],
        "target_agent": stay.target_agent_id,
        "steps": [],
    }


def work_of(stay: QueueStay) -> Work:
    """The stay as the router is told of it."""
    since = stay.waiting_since
    kept = (stay.entered_at - since).total_seconds()
    return work_from(asks_of(stay), stay.pk, stay.queue_id, since, float(stay.priority), kept=kept)


def work_from(
    asks: Asks, work_id: Any, queue_id: int, queued_at: datetime, priority: float, *, kept: float = 0.0
) -> Work:
    """`kept` are the seconds waited in queues before this one: steps count from entering this one."""
    scores = {int(agent): given for agent, given in (asks.get("scores") or {}).items()}
    return Work(
        id=work_id,
        queue_id=queue_id,
        queued_at=queued_at.timestamp(),
        priority=priority,
        steps=tuple(
            Step(after_seconds=float(step["after"]) + kept, **_asked(step))
            for step in sorted(asks.get("steps", ()), key=lambda step: step["after"])
        ),
        strategy=asks.get("strategy") or "most_skilled",
        together=int(asks.get("together") or 1),
        scores={agent: float(given.get("score", 0.0)) for agent, given in scores.items()},
        features={agent: given.get("features", {}) for agent, given in scores.items()},
        **_asked(asks),
    )


def _asked(asks: Asks) -> dict[str, Any]:
    return {
        "requirements": _pairs(asks.get("requirements", ())),
        "preferred": _pairs(asks.get("preferred", ())),
        "group_id": asks.get("group"),
        "queue_ids": tuple(asks.get("queues", ())),
        "target_agent": asks.get("target_agent"),
    }


def _pairs(rows: Iterable[Iterable[int]]) -> tuple[tuple[int, int], ...]:
    return tuple((int(skill), int(level)) for skill, level in rows)


def agents_as_routed(now: datetime) -> QuerySet[Agent]:
    """Everyone who may take calls, with skills, phones and the places that are theirs at this moment."""
    lasting = Q(until=None) | Q(until__gt=now)
    return (
        Agent.objects.filter(is_active=True)
        .select_related("not_ready_reason")
        .prefetch_related(
            "agent_skills",
            "devices",
            Prefetch("queue_agents", QueueAgent.objects.filter(lasting)),
            Prefetch("group_members", GroupMember.objects.filter(lasting)),
        )
    )


def routable(agent: Agent, load: Load, now: datetime) -> RoutableAgent:
    """With `idle_since` only who could be rung at this moment."""
    is_alone = load.alone_until is not None and load.alone_until > now
    is_free = agent.can_take_calls and has_phone(agent) and not is_alone
    return RoutableAgent(
        id=agent.pk,
        skills={skill.skill_id: skill.level for skill in agent.agent_skills.all()},
        queues={place.queue_id: place.position for place in agent.queue_agents.all()},
        groups=frozenset(place.group_id for place in agent.group_members.all()),
        idle_since=agent.idle_since.timestamp() if is_free else None,
        busy_seconds=load.busy_seconds,
        turn=load.turn,
    )


def loads(midnight: datetime, now: datetime, agent_id: int | None = None) -> Mapping[int, Load]:
    """By agent, or of one, of the offers since midnight; who was not offered anything is not in it."""
    whose = Q() if agent_id is None else Q(agent_id=agent_id)
    unlucky = Q(outcome__in=(Offer.Outcome.MISSED, Offer.Outcome.REFUSED, Offer.Outcome.FAILED))
    rows = (
        Offer.objects.filter(whose, offered_at__gte=midnight)
        .order_by()
        .values("agent_id")
        .annotate(
            n=Count("pk"),
            busy=Coalesce(Sum("talk_seconds"), 0)
            + Coalesce(Sum("hold_seconds"), 0)
            + Coalesce(Sum("wrap_up_seconds"), 0),
            last=Max("offered_at"),
            missed=Max("ended_at", filter=unlucky & Q(ended_at__gt=now - LEFT_ALONE)),
        )
    )
    return {
        row["agent_id"]: Load(
            busy_seconds=float(row["busy"]),
            turn=row["last"].timestamp(),
            alone_until=row["missed"] + LEFT_ALONE if row["missed"] else None,
        )
        for row in rows
    }
