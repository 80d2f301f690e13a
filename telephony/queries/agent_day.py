"""One agent's day: in which state from when to when, and with whom."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from telephony.models import Agent, AgentStateChange, Offer


@dataclass(frozen=True, kw_only=True)
class Span:
    """`state` is one word for a band: offline, ready, not_ready, or the activity. `change` is what it began with, None
    at the day's beginning when nothing was known before.
    """

    state: str
    start: datetime
    end: datetime
    change: AgentStateChange | None

    @property
    def seconds(self) -> float:
        return (self.end - self.start).total_seconds()


@dataclass(frozen=True, kw_only=True)
class AgentDay:
    """Whiles follow each other without a gap from `start` to `end` (now, or the day's end)."""

    start: datetime
    end: datetime
    spans: list[Span]
    offers: list[Offer]

    def seconds_by_state(self) -> dict[str, float]:
        found: dict[str, float] = {}
        for span in self.spans:
            found[span.state] = found.get(span.state, 0.0) + span.seconds
        return found


def agent_day(agent: Agent, start: datetime, end: datetime) -> AgentDay:
    """Three queries. `end` is at most now."""
    changes = AgentStateChange.objects.filter(agent=agent).select_related("reason")
    before = changes.filter(at__lt=start).order_by("-at", "-pk").first()
    today = list(changes.filter(at__gte=start, at__lt=end).order_by("at", "pk"))
    offers = Offer.objects.filter(agent=agent, offered_at__gte=start, offered_at__lt=end)
    return AgentDay(
        start=start,
        end=end,
        spans=_spans(before, today, start, end),
        offers=list(offers.select_related("call", "call__queue", "stay__queue").order_by("-offered_at")),
    )


def _spans(
    before: AgentStateChange | None, changes: Iterable[AgentStateChange], start: datetime, end: datetime
) -> list[Span]:
    """Neighbours that look alike are one; the reason of not being ready tells two apart."""
    edges: list[tuple[datetime, AgentStateChange | None]] = [
        (start, before),
        *((one.at, one) for one in changes),
    ]
    found: list[Span] = []
    for place, (at, change) in enumerate(edges):
        until = edges[place + 1][0] if place + 1 < len(edges) else end
        if until <= at:
            continue
        if found and _look(found[-1].change) == _look(change):
            found[-1] = Span(state=found[-1].state, start=found[-1].start, end=until, change=found[-1].change)
        else:
            found.append(Span(state=_look(change)[0], start=at, end=until, change=change))
    return found


def _look(change: AgentStateChange | None) -> tuple[str, Any]:
    """As the board shows it: what they do first, then whether they want calls; presence decides."""
    if change is None:
        return "offline", None
    if change.activity != Agent.Activity.IDLE:
        return change.activity, None
    if change.presence == Agent.Presence.OFFLINE:
        return "offline", None
    if change.routing_status == Agent.RoutingStatus.READY:
        return "ready", None
    return "not_ready", change.reason_id
