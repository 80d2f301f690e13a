"""How long agents were on contacts, idle, not ready: spans between state changes, cut at the hours."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime

from django.db import connection

# A state lasts until the next change of the same agent; the one before the period reaches into it. Slots are
# whole hours from `start`: a start at local midnight keeps them on local hours, whatever the clocks do.
_SPANS = """
WITH changes AS (
    (SELECT DISTINCT ON (agent_id) id, agent_id, at, presence, routing_status, activity
       FROM telephony_agentstatechange WHERE at < %(start)s ORDER BY agent_id, at DESC, id DESC)
    UNION ALL
    (SELECT id, agent_id, at, presence, routing_status, activity
       FROM telephony_agentstatechange WHERE at >= %(start)s AND at < %(end)s)
), spans AS (
    SELECT agent_id, presence, routing_status, activity, greatest(at, %(start)s) AS began,
           lead(at, 1, %(end)s) OVER (PARTITION BY agent_id ORDER BY at, id) AS ended
      FROM changes
), slots AS (
    SELECT agent_id, presence, routing_status, activity, slot,
           extract(epoch FROM least(ended, slot + interval '1 hour') - greatest(began, slot)) AS seconds
      FROM spans
      JOIN generate_series(%(start)s::timestamptz, %(end)s::timestamptz, interval '1 hour') AS slot
        ON slot < ended AND slot + interval '1 hour' > began
     WHERE presence = 'online'
), kinds AS (
    SELECT agent_id, slot AT TIME ZONE %(zone)s AS clock, seconds,
           activity IN ('talking', 'hold', 'wrap_up', 'consulting', 'dialling') AS is_contact,
           activity = 'idle' AND routing_status = 'ready' AS is_idle,
           activity = 'idle' AND routing_status = 'not_ready' AS is_not_ready
      FROM slots
)
"""
_SUMS = """
       coalesce(sum(seconds) FILTER (WHERE is_contact), 0)::float,
       coalesce(sum(seconds) FILTER (WHERE is_idle), 0)::float,
       coalesce(sum(seconds) FILTER (WHERE is_not_ready), 0)::float,
       coalesce(sum(seconds), 0)::float
  FROM kinds
"""
_BY_HOUR = f"{_SPANS} SELECT clock::date, extract(hour FROM clock)::int, {_SUMS} GROUP BY 1, 2"  # noqa: S608
_BY_AGENT = f"{_SPANS} SELECT agent_id, {_SUMS} GROUP BY 1"  # noqa: S608


@dataclass(frozen=True, kw_only=True)
class WorkTime:
    """Seconds. `online` is all of the time signed in, ringing too; the other three are parts of it."""

    contact: float = 0.0
    idle: float = 0.0
    not_ready: float = 0.0
    online: float = 0.0


def work_time_by_hour(start: datetime, end: datetime, zone: str) -> dict[tuple[date, int], WorkTime]:
    """Of all agents, by local date and hour of the clock; nothing after `end`, which is at most now."""
    return {(day, hour): _work_time(seconds) for day, hour, *seconds in _rows(_BY_HOUR, start, end, zone)}


def work_time_by_agent(start: datetime, end: datetime, zone: str) -> dict[int, WorkTime]:
    return {agent_id: _work_time(seconds) for agent_id, *seconds in _rows(_BY_AGENT, start, end, zone)}


def _rows(sql: str, start: datetime, end: datetime, zone: str) -> list[tuple]:
    if end <= start:
        return []
    with connection.cursor() as cursor:
        cursor.execute(sql, {"start": start, "end": end, "zone": zone})
        return cursor.fetchall()


def _work_time(seconds: list[float]) -> WorkTime:
    contact, idle, not_ready, online = seconds
    return WorkTime(contact=contact, idle=idle, not_ready=not_ready, online=online)
