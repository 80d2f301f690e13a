"""What the switch may be told without asking a row again: who may register, and where numbers lead for everybody.

Read whole, tenant by tenant; the same functions decide as for one question (routes.py), so that both say the same.
"""

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import datetime, time, timedelta

from telephony.models import EmergencyPlan, EmergencySwitch, Entry, Queue
from telephony.queries.arrivals import chooses_queue, settled, shut, standing_arrival
from telephony.queries.devices import may_register
from telephony.queries.emergency import DRILL_LIMIT, RUNNING, plan_in_effect
from telephony.queries.hours import local_time, spans_on
from telephony.queries.plans import active_rules
from telephony.queries.remembered import remembering
from telephony.queries.routes import (
    InboundRoute,
    emergency_route,
    published_version,
    queue_route,
    switch_language,
)
from tenants.context import enter_row
from tenants.queries import TenantOnLine

MINUTE = timedelta(minutes=1)


@dataclass(frozen=True)
class KnownRoute:
    """`is_for_all`: neither the caller nor who is signed in has a say; else it is what the switch's own file would say.

    `until`: from then on opening hours may say otherwise (seconds since 1970); None: nothing but a change does.
    """

    route: InboundRoute
    is_for_all: bool
    until: float | None = None


@dataclass(frozen=True)
class KnownTenant:
    """`phones`: user name → (agent's id, a1 hash). `entries`: number as written in its row → where it leads."""

    tenant: TenantOnLine
    phones: dict[str, tuple[int, str]] = field(default_factory=dict)
    entries: dict[str, KnownRoute] = field(default_factory=dict)


def known_tenant(tenant: TenantOnLine, at: datetime) -> KnownTenant:
    """Of a tenant that is not active nothing is read: its callers hear a notice, its phones stay out."""
    if tenant.state != "active" or tenant.row is None:
        return KnownTenant(tenant)
    with enter_row(tenant.row), remembering():
        return KnownTenant(tenant, _phones(at), dict(_entries(tenant, at)))


def _phones(at: datetime) -> dict[str, tuple[int, str]]:
    rows = may_register(at)
    return {name: (agent, a1) for name, agent, a1 in rows.values_list("sip_username", "agent_id", "a1_hash")}


def _entries(tenant: TenantOnLine, at: datetime) -> Iterator[tuple[str, KnownRoute]]:
    drills = EmergencySwitch.objects.filter(is_drill=True, outcome=RUNNING, asked_at__gt=at - DRILL_LIMIT)
    is_drilled = drills.exists()
    has_plans = EmergencyPlan.objects.filter(is_on=True).exists()
    may_move = any(chooses_queue(rule.effects) for rule in active_rules())
    for entry in Entry.objects.select_related("queue", "flow").order_by("number_e164"):
        told = {"tenant": tenant.schema, "language": switch_language(tenant.language)}
        plan = plan_in_effect(entry) if has_plans or is_drilled else None
        if plan is not None:
            route = emergency_route(plan, entry.number_e164, told)
            yield entry.number_e164, KnownRoute(route, is_for_all=not is_drilled)
            continue
        is_for_all = not (
            is_drilled
            or may_move
            or entry.number_e164 in tenant.choosy
            or _depends_on_the_moment(entry.queue, at)
        )
        arrived = (settled if is_for_all else standing_arrival)(entry.queue, at=at)
        route = queue_route(arrived, entry.number_e164, {**told, "flow_version_id": published_version(entry)})
        yield entry.number_e164, KnownRoute(route, is_for_all, _until(entry.queue, at))


def _depends_on_the_moment(queue: Queue, at: datetime) -> bool:
    """Who is signed in and who waits decide, unless it is shut anyway."""
    if shut(queue, at):
        return False
    is_limited = queue.max_waiting is not None and queue.when_full != Queue.Limit.WAIT
    return is_limited or queue.when_nobody != Queue.Limit.WAIT


def _until(queue: Queue, at: datetime) -> float | None:
    """Hours are looked at anew each minute, and where they end within one; clocks change at full minutes."""
    if queue.hours_id is None or queue.state != Queue.State.OPEN:
        return None
    local = local_time(at)
    minute = local.replace(second=0, microsecond=0)
    ends = [
        MINUTE,
        *(_within(minute.time(), edge) for span in spans_on(queue.hours_id, local.date()) for edge in span),
    ]
    soonest = min(end for end in ends if minute + end > local)
    return (at - (local - minute) + soonest).timestamp()


def _within(minute: time, edge: time) -> timedelta:
    """How far into this minute a span begins or ends; a whole minute when it does not."""
    if (edge.hour, edge.minute) != (minute.hour, minute.minute):
        return MINUTE
    return timedelta(seconds=edge.second, microseconds=edge.microsecond) or MINUTE


__all__ = ["KnownRoute", "KnownTenant", "known_tenant"]
