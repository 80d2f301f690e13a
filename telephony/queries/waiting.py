"""The waiting list: every waiting call in the order it will be taken, and why not yet, agent by agent.

Worked out from the rows with a router of its own, never asked of the worker: what is shown is what the rows say.
"""

from dataclasses import dataclass, field
from datetime import datetime
from typing import Any
from uuid import UUID

from django.db.models import Count, Sum
from django.db.models.functions import Coalesce
from django.utils import timezone

from telephony.models import Agent, Offer, QueueStay
from telephony.queries.devices import has_phone
from telephony.queries.queues import waiting_stays
from telephony.queries.routables import Load, agents_as_routed, loads, routable, work_of
from telephony.routing import Availability, Explanation, Outcome, Router, Work
from telephony.routing.expectation import expected_wait, median_error
from telephony.routing.signature import signature_of

UNSUITED = frozenset({"not_wanted", "not_in_queue", "not_in_group", "lacks_skill", "excluded"})
"""Outcomes that do not pass with time: the agent may not take this call at all, as it asks now."""
FREE = frozenset({Outcome.JOINING, Outcome.FIRST, Outcome.BEHIND, Outcome.ON_OFFER})
MOST_MEASURED = 5000
"""Answered calls of today from which the error of the expected wait is taken."""


@dataclass(frozen=True, slots=True)
class Prospect:
    """How it stands for all works that ask the same: by outcome how many agents, who suits, who of them works, who is
    free.
    """

    counts: dict[Outcome, int]
    suited: frozenset[int]
    working: int
    free: int


@dataclass(slots=True)
class Waiter:
    """One call that waits. `ahead` are those before it whom at least one of its agents may take, `expected_seconds`
    from now on (None: nobody who could take it works). `ringing` is the offer that rings now: then it is in nobody's
    way, and no agent is judged for it.
    """

    stay: QueueStay
    work: Work
    step: int
    prospect: Prospect
    ringing: Offer | None = None
    ahead: int = 0
    expected_seconds: float | None = None


@dataclass(slots=True)
class WaitingLine:
    """All of a tenant at one moment, first taken first."""

    now: datetime
    agents: dict[int, Agent]
    loads: dict[int, Load]
    router: Router
    waiters: list[Waiter] = field(default_factory=list)

    def of_call(self, call_id: UUID) -> Waiter | None:
        return next((waiter for waiter in self.waiters if waiter.stay.call_id == call_id), None)

    def explain(self, waiter: Waiter) -> Explanation | None:
        """Every agent's verdict, best first, and the works ahead."""
        return self.router.explain(waiter.work.id, self.now.timestamp(), most=max(len(self.agents), 100))


def waiting_line(now: datetime) -> WaitingLine:
    """Seven queries, whatever the numbers."""
    midnight = timezone.localtime(now).replace(hour=0, minute=0, second=0, microsecond=0)
    load = dict(loads(midnight, now))
    agents = {agent.pk: agent for agent in agents_as_routed(now)}
    line = WaitingLine(now=now, agents=agents, loads=load, router=_router(agents, load, now))
    stays = waiting_stays().select_related("queue", "call").prefetch_related("queue__queue_skills")
    ringing = _ringing()
    handle = handle_seconds(midnight)
    prospects: dict[Any, Prospect] = {}
    for stay in stays:
        line.waiters.append(_waiter(line, stay, ringing.get(stay.pk), prospects))
    line.waiters.sort(key=lambda waiter: _order(waiter.work))
    _look_ahead(line, handle)
    return line


def _router(agents: dict[int, Agent], load: dict[int, Load], now: datetime) -> Router:
    """Nobody is matched: the router is only asked how things stand."""
    router = Router()
    for agent in agents.values():
        router.put_agent(routable(agent, load.get(agent.pk, Load()), now))
        if not (agent.is_ready and has_phone(agent)):
            router.agent_became_busy(agent.pk, Availability.NOT_READY)
    return router


def _order(work: Work) -> tuple[float, float, Any]:
    return work.queued_at - work.priority, work.queued_at, work.id


def _ringing() -> dict[int, Offer]:
    offers = Offer.objects.filter(ended_at=None, answered_at=None, stay__isnull=False).select_related("agent")
    return {offer.stay_id: offer for offer in offers}


def _waiter(
    line: WaitingLine, stay: QueueStay, ringing: Offer | None, prospects: dict[Any, Prospect]
) -> Waiter:
    work, now = work_of(stay), line.now.timestamp()
    step = work.step_at(now)
    waiter = Waiter(stay=stay, work=work, step=step, prospect=_NOBODY, ringing=ringing)
    if ringing is not None:
        return waiter
    line.router.work_arrived(work, now)
    alike = signature_of(work, step), work.excluded
    if alike not in prospects:
        prospects[alike] = _prospect(line, waiter)
    waiter.prospect = prospects[alike]
    return waiter


_NOBODY = Prospect(counts={}, suited=frozenset(), working=0, free=0)


def _prospect(line: WaitingLine, waiter: Waiter) -> Prospect:
    told = line.explain(waiter)
    if told is None:
        return _NOBODY
    suited = frozenset(v.agent_id for v in told.verdicts if v.outcome.value not in UNSUITED)
    at_work = sum(1 for verdict in told.verdicts
                  if verdict.agent_id in suited and verdict.outcome is not Outcome.NOT_READY)  # fmt: skip
    free = sum(1 for verdict in told.verdicts if verdict.outcome in FREE)
    return Prospect(counts=dict(told.counts), suited=suited, working=at_work, free=free)


def _look_ahead(line: WaitingLine, handle: dict[int, float]) -> None:
    """How many come before each, counted by what they ask: many ask the same, so few sets are compared."""
    before: list[tuple[frozenset[int], int]] = []
    places: dict[frozenset[int], int] = {}
    for waiter in line.waiters:
        if waiter.ringing is not None:
            waiter.expected_seconds = 0.0
            continue
        suited = waiter.prospect.suited
        waiter.ahead = sum(count for other, count in before if not suited.isdisjoint(other))
        waiter.expected_seconds = expected_wait(
            position=waiter.ahead + 1,
            free=waiter.prospect.free,
            working=waiter.prospect.working,
            handle_seconds=handle.get(waiter.stay.queue_id),
        )
        if suited not in places:
            places[suited] = len(before)
            before.append((suited, 0))
        before[places[suited]] = suited, before[places[suited]][1] + 1


def handle_seconds(midnight: datetime) -> dict[int, float]:
    """By queue, the mean of talk, hold and wrap-up of today's finished conversations."""
    rows = (
        Offer.objects.filter(
            offered_at__gte=midnight, outcome=Offer.Outcome.BRIDGED, talk_ended_at__isnull=False
        )
        .order_by()
        .values("stay__queue_id")
        .annotate(
            n=Count("pk"),
            total=Coalesce(Sum("talk_seconds"), 0)
            + Coalesce(Sum("hold_seconds"), 0)
            + Coalesce(Sum("wrap_up_seconds"), 0),
        )
    )
    return {row["stay__queue_id"]: row["total"] / row["n"] for row in rows}


@dataclass(frozen=True, slots=True)
class Accuracy:
    """How wrong the expected wait was today: the median of |expected - real| / real over `calls`; None without any."""

    median_error: float | None
    calls: int


def expectation_accuracy(now: datetime, queue_id: int | None = None) -> Accuracy:
    """Of today's answered stays that were given an expected wait, the latest 5,000."""
    midnight = timezone.localtime(now).replace(hour=0, minute=0, second=0, microsecond=0)
    found = QueueStay.objects.filter(
        entered_at__gte=midnight, exit=QueueStay.Exit.ANSWERED, expected_wait_seconds__isnull=False
    )
    if queue_id is not None:
        found = found.filter(queue_id=queue_id)
    rows = found.order_by("-entered_at").values_list("expected_wait_seconds", "entered_at", "answered_at")
    pairs = [
        (expected, (answered - entered).total_seconds())
        for expected, entered, answered in rows[:MOST_MEASURED]
        if answered is not None
    ]
    return Accuracy(median_error=median_error(pairs), calls=sum(1 for _told, actual in pairs if actual > 0))
