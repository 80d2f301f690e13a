"""The rows of a demo's past while they are made, and how they are saved at once."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime, timedelta

from telephony.models import Agent, AgentStateChange, Call, Leg, LineQuality, Offer, QueueStay


@dataclass
class Shift:
    """An agent's day: when they are free next, and what they did."""

    agent: Agent
    free_at: datetime
    lunch_at: datetime | None
    states: list[AgentStateChange] = field(default_factory=list)

    def be(
        self, at: datetime, activity: str, *, ready: bool = True, online: bool = True, cause: str = "call"
    ) -> None:
        self.states.append(
            AgentStateChange(
                agent=self.agent,
                at=at,
                presence="online" if online else "offline",
                routing_status="ready" if ready else "not_ready",
                activity=activity,
                cause=cause,
            )
        )


@dataclass
class Rows:
    calls: list[Call] = field(default_factory=list)
    stays: list[QueueStay] = field(default_factory=list)
    offers: list[Offer] = field(default_factory=list)
    legs: list[Leg] = field(default_factory=list)
    states: list[AgentStateChange] = field(default_factory=list)

    def save(self) -> None:
        Call.objects.bulk_create(self.calls)
        QueueStay.objects.bulk_create(self.stays)
        Leg.objects.bulk_create(self.legs)
        LineQuality.objects.bulk_create([quality_of(leg) for leg in self.legs if leg.bridged_at])
        Offer.objects.bulk_create(self.offers)
        AgentStateChange.objects.bulk_create(self.states)


def quality_of(leg: Leg) -> LineQuality:
    """By the leg's id, so that every demo tells the same: most lines are fine, one in forty is poor."""
    chance = leg.pk.int % 1000 / 1000
    loss = round(14 + 12 * chance, 2) if leg.pk.int % 40 == 0 else round(1.2 * chance**3, 2)
    share = 100 - 2 * loss
    mos = min(4.5, 1 + 0.035 * share + 0.000007 * share * (share - 60) * (100 - share))
    return LineQuality(
        leg=leg,
        agent=leg.agent,
        trunk="" if leg.agent else "203.0.113.9",
        ended_at=leg.ended_at,
        mos=round(mos, 2),
        loss_percent=loss,
        jitter_ms=round(1 + 6 * chance + loss, 2),
        packets=50 * max(3, round((leg.ended_at - leg.bridged_at).total_seconds())),
    )


def legs_of(call: Call, offer: Offer | None) -> list[Leg]:
    """The caller's leg and, when somebody answered, the agent's; settled long ago."""
    answered_at = call.arrived_at + timedelta(seconds=1)
    times = {"ended_at": call.ended_at, "settled_at": call.ended_at, "cause": call.hangup_cause}
    caller = Leg(
        id=call.pk,
        call=call,
        kind="caller",
        direction="inbound",
        number=call.number,
        other_number=call.caller_number,
        created_at=call.arrived_at,
        answered_at=answered_at,
        bridged_at=call.answered_at,
        bridged_to=offer.pk if offer else None,
        billable_seconds=round((call.ended_at - answered_at).total_seconds()),
        **times,
    )
    if offer is None:
        return [caller]
    agent = Leg(
        id=offer.pk,
        call=call,
        kind="agent",
        agent=call.agent,
        direction="outbound",
        number=call.agent.extension,
        created_at=offer.offered_at,
        answered_at=call.answered_at,
        bridged_at=call.answered_at,
        bridged_to=call.pk,
        billable_seconds=0,
        **times,
    )
    return [caller, agent]
