"""What agents do as our rows have it, beside what their offers and legs say they do. Pure."""

from collections.abc import Iterator
from datetime import datetime, timedelta
from typing import Any

from telephony.actions.agent_activity import activity_of_leg, activity_of_offer
from telephony.actions.truth import Finding
from telephony.models import Agent, Difference
from telephony.worker.watchdog.rows import AgentRow, Rows

Kind = Difference.Kind
WRAP_UP_GRACE = timedelta(seconds=2)


def of_agents(rows: Rows, now: datetime) -> Iterator[Finding]:
    reachable = rows.reachable
    expected = expected_activities(rows)
    for agent in rows.agents.values():
        if agent.is_ready and agent.id not in reachable:
            yield _of_agent(Kind.READY_UNREACHABLE, agent, ours={"status": "ready"}, theirs={"phone": None})
        activity = expected.get(agent.id, Agent.Activity.IDLE)
        if activity != agent.activity:
            kind = Kind.HIDDEN_ACTIVITY if agent.activity == Agent.Activity.IDLE else Kind.STUCK_ACTIVITY
            yield _of_agent(
                kind, agent, ours={"activity": agent.activity}, theirs={"activity": str(activity)}
            )
        elif agent.wrap_up_until is not None and now > agent.wrap_up_until + WRAP_UP_GRACE:
            until = agent.wrap_up_until.isoformat()
            yield _of_agent(
                Kind.OVERDUE_WRAP_UP, agent, ours={"activity": "wrap_up"}, theirs={"until": until}
            )


def _of_agent(kind: str, agent: AgentRow, *, ours: dict[str, Any], theirs: dict[str, Any]) -> Finding:
    """With the row's version: an agent who changed between two looks is not the same suspicion."""
    return Finding(
        kind=kind,
        subject=str(agent.id),
        agent_id=agent.id,
        ours={**ours, "version": agent.version},
        theirs=theirs,
    )


def expected_activities(rows: Rows) -> dict[int, str]:
    """What each agent who is not idle is doing, as their offers and legs have it."""
    found: dict[int, str] = dict.fromkeys(rows.wrapping, Agent.Activity.WRAP_UP)
    for leg in reversed(rows.own_legs):
        found[leg.agent_id] = activity_of_leg(
            is_answered=bool(leg.answered_at), direction=leg.direction, kind=leg.kind
        )
    for offer in sorted(rows.offers.values(), key=lambda offer: offer.offered_at):
        found[offer.agent_id] = activity_of_offer(is_answered=bool(offer.answered_at), doing=offer.doing)
    return found
