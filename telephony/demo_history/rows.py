"""The rows of a demo's past while they are made, and how they are saved at once."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime, timedelta

from telephony.models import Agent, AgentStateChange, Call, Leg, Offer, QueueStay


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
        Offer.objects.bulk_create(self.offers)
        AgentStateChange.objects.bulk_create(self.states)


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
