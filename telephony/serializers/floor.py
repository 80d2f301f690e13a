"""The supervisors' board outside Python: agents with their places, the day's figures by queue, what rings."""

from collections.abc import Collection
from datetime import datetime, timedelta
from functools import cache
from typing import Any, TypedDict

from django.utils import timezone

from telephony import metrics, queries
from telephony.models import Agent, AgentSkill, GroupMember, QueueAgent, QueueAlert
from telephony.queries.canary import broken_numbers
from telephony.queries.feed import feed
from telephony.queries.floor_figures import (
    Day,
    QueueFigures,
    agents_online,
    day_by_queue,
    figures_of_all,
    figures_of_queues,
)
from telephony.queries.placements import last_move_of
from telephony.queries.queue_alerts import Paces, Standing, open_alerts, standings_with
from telephony.queries.worktime import work_time_by_agent
from telephony.serializers.kept import remembered
from telephony.serializers.rows import Named, agent_row

KEPT = 1.0
"""Seconds for which figures are taken for true: several supervisors who look at one floor cost one look."""
OCCUPANCY_KEPT = 5.0
"""Made of everybody's whole day, and no state of the moment."""
PACES_KEPT = 3600.0


class PlacesRow(TypedDict):
    """Where an agent belongs and what they can; it changes by hand, not with calls."""

    id: int
    queues: list[int]
    groups: list[int]
    skills: dict[str, int]
    team: int | None
    site: int | None
    """The person's own, or else their team's."""


class AlertRow(TypedDict):
    """`value`, `worst` and `limit` are callers, seconds or percent, as the kind says."""

    id: int
    queue: Named
    kind: str
    limit: float
    value: float
    worst: float
    waiting: int
    expected_wait_seconds: float | None
    agents_to_add: int | None
    raised_at: Any
    cleared_at: Any
    seen_by: str
    seen_at: Any
    version: int


def agents(ids: Collection[int] | None = None) -> list[dict[str, Any]]:
    """Rows of agents with their places; of all, or of these."""
    found = queries.agents_on_floor().prefetch_related("devices", "queue_agents")
    shown = list(found if ids is None else found.filter(pk__in=ids))
    places = places_of([agent.pk for agent in shown])
    return [agent_row(agent) | places.get(agent.pk, _nowhere(agent.pk)) for agent in shown]


def places_of(agent_ids: Collection[int]) -> dict[int, PlacesRow]:
    """By agent; four queries."""
    homes = Agent.objects.filter(pk__in=agent_ids).order_by()
    known_homes = homes.values_list("pk", "member__team_id", "member__site_id", "member__team__site_id")
    found = {
        pk: _nowhere(pk) | {"team": team, "site": own or of_team} for pk, team, own, of_team in known_homes
    }
    for agent_id, queue_id in QueueAgent.objects.filter(agent__in=agent_ids).values_list(
        "agent_id", "queue_id"
    ):
        found[agent_id]["queues"].append(queue_id)
    for agent_id, group_id in GroupMember.objects.filter(agent__in=agent_ids).values_list(
        "agent_id", "group_id"
    ):
        found[agent_id]["groups"].append(group_id)
    known = AgentSkill.objects.filter(agent__in=agent_ids)
    for agent_id, skill_id, level in known.values_list("agent_id", "skill_id", "level"):
        found[agent_id]["skills"][str(skill_id)] = level
    return found


def _nowhere(agent_id: int) -> PlacesRow:
    return {"id": agent_id, "queues": [], "groups": [], "skills": {}, "team": None, "site": None}


def alert_row(alert: QueueAlert) -> AlertRow:
    return {
        "id": alert.pk,
        "queue": {"id": alert.queue_id, "name": alert.queue.name},
        "kind": alert.kind,
        "limit": alert.limit,
        "value": alert.value,
        "worst": alert.worst,
        "waiting": alert.waiting,
        "expected_wait_seconds": alert.expected_wait_seconds,
        "agents_to_add": alert.agents_to_add,
        "raised_at": alert.raised_at,
        "cleared_at": alert.cleared_at,
        "seen_by": str(alert.seen_by.name) if alert.seen_by else "",
        "seen_at": alert.seen_at,
        "version": alert.version,
    }


def alert_rows() -> list[AlertRow]:
    return [alert_row(alert) for alert in open_alerts()]


def figures(queue_ids: tuple[int, ...] | None = None, *, kept: float = KEPT) -> dict[str, Any]:
    """Of today: of all queues or of these together, and of each queue by itself. `kept=0` reads anew."""
    return remembered(("figures", queue_ids), kept, lambda: _figures(queue_ids))


def _figures(queue_ids: tuple[int, ...] | None) -> dict[str, Any]:
    now = timezone.now()
    midnight = timezone.localtime(now).replace(hour=0, minute=0, second=0, microsecond=0)
    today = cache(lambda: day_by_queue(midnight, midnight + timedelta(days=1)))
    day = figures_of_all(today()) if queue_ids is None else queries.figures_today(list(queue_ids))
    is_low = metrics.is_connect_rate_low(day.answered, day.offered, day.waiting)
    return {
        "offered": day.offered,
        "answered": day.answered,
        "abandoned": day.abandoned,
        "waiting": day.waiting,
        "longest_wait": day.longest_wait_seconds,
        "agents_online": agents_online(None if queue_ids is None else list(queue_ids)),
        "service_level": day.service_level,
        "average_speed_of_answer": day.average_speed_of_answer,
        "average_handle_time": day.average_handle_time,
        "average_talk_time": day.average_talk_time,
        # Agents serve several queues: of some of them there is none.
        "occupancy": None if queue_ids is not None else _occupancy(midnight, now),
        "connect_rate": day.connect_rate,
        "alerts": ["connect_rate"] if is_low else [],
        "broken_numbers": broken_numbers(),
        "queues": remembered(("queues",), KEPT, lambda: _queue_figures(today(), now)),
        "feed": feed(),
        "version": int(now.timestamp() * 1_000_000),
    }


def _occupancy(midnight: datetime, now: datetime) -> float | None:
    def read() -> float | None:
        times = work_time_by_agent(midnight, now, timezone.get_current_timezone_name()).values()
        return metrics.occupancy(sum(time.contact for time in times), sum(time.idle for time in times))

    return remembered(("occupancy",), OCCUPANCY_KEPT, read)


def _queue_figures(today: Day, now: datetime) -> list[dict[str, Any]]:
    """The queue's part of the day, and what somebody who came now would wait."""
    day = figures_of_queues(today)
    paces = remembered(("paces",), PACES_KEPT, Paces)
    return [
        _queue_row(one, day.get(one.queue.pk, QueueFigures(queue_id=one.queue.pk)))
        for one in standings_with(day, None, at=now, paces=paces)
    ]


def _queue_row(standing: Standing, day: QueueFigures) -> dict[str, Any]:
    return {
        "id": day.queue_id,
        "offered": day.offered,
        "answered": day.answered,
        "abandoned": day.abandoned,
        "service_level": day.service_level,
        "average_speed_of_answer": day.average_speed_of_answer,
        "average_handle_time": day.average_handle_time,
        "average_talk_time": day.average_talk_time,
        "connect_rate": day.connect_rate,
        "expected_wait": standing.expected_wait_seconds,
        "working": standing.working,
    }


def last_move(agent_id: int) -> dict[str, Any] | None:
    """What the agent is told: the latest move that holds, of which queue or skill, by whom and until when."""
    move = last_move_of(agent_id)
    if move is None:
        return None
    is_over = move.ended_at is not None
    return {
        "queue": move.queue.name if move.queue else "",
        "queue_id": move.queue_id,
        "skill": move.skill.name if move.skill else "",
        "now": move.before if is_over else move.after,
        "by": move.made_by,
        "until": None if is_over else move.until,
        "is_over": is_over,
    }
