"""One decision in four steps, as plain facts: collect, analyse, match, route. What is stored with an offer, so that
anybody can see later why it went where it went, and `replay` can decide it again.
"""

from typing import Any

from telephony.routing.explanation import Verdict, judge
from telephony.routing.line import Line, Waiting
from telephony.routing.roster import Roster
from telephony.routing.shapes import ONE_CALL, Trigger
from telephony.routing.shelf import Rostered
from telephony.routing.signature import Signature

VERSION = 1
STORED = 50
"""Candidates kept in full. Those asked and those next in turn are among them, so leaving out the rest decides alike."""
LOOKED_AT = 200
"""Agents judged for it: a trace must not cost more than the decision is worth."""


def record(
    waiting: Waiting, line: Line, roster: Roster, agents: tuple[Any, ...], now: float, trigger: Trigger
) -> dict[str, Any]:
    """The decision to ask `agents`, just before they are reserved. It can be JSON as it stands if the ids can."""
    work, signature = waiting.work, line.signature
    return {
        "version": VERSION,
        "collect": {
            "at": now,
            "trigger": trigger.value,
            "work": work.id,
            "kind": work.kind,
            "queue": work.queue_id,
            "queued_at": work.queued_at,
            "waited_seconds": now - work.queued_at,
            "priority": work.priority,
            "agents": len(roster),
        },
        "analyse": {
            "step": waiting.step,
            "requirements": [list(each) for each in signature.requirements],
            "preferred": [list(each) for each in signature.preferred],
            "group": signature.group_id,
            "queues": list(signature.queue_ids),
            "target_agent": signature.target_agent,
            "strategy": signature.strategy,
            "together": waiting.together,
            "is_scored": bool(work.scores),
        },
        "match": _match(waiting, line, roster, agents),
        "route": {"agents": list(agents)},
    }


def _match(waiting: Waiting, line: Line, roster: Roster, agents: tuple[Any, ...]) -> dict[str, Any]:
    most = max(STORED, len(agents))
    # Somebody who becomes free stands on no shelf yet.
    free = list(dict.fromkeys((*agents, *line.in_order(waiting.work, most))))[:most]
    judged = {agent_id: roster[agent_id] for agent_id in free}
    # Whoever is free comes before the others: where they fill it, nobody else is looked at.
    for rostered in roster.near(line.signature, LOOKED_AT) if len(free) < most else ():
        if len(judged) >= LOOKED_AT:
            break
        if not line.is_free_for(rostered, waiting.work):
            judged.setdefault(rostered.agent.id, rostered)
    verdicts = judge(waiting, line, roster, judged.values(), free, agents, most)
    told = _Told(waiting, line.signature)
    known = set(free)
    found = [told.of(judged[one.agent_id], one, one.agent_id in known) for one in verdicts]
    return {"candidates": found, "left_out": len(roster) - len(found)}


class _Told:
    """Of each agent the verdict, and of what is known of them all that this decision could ask for."""

    def __init__(self, waiting: Waiting, signature: Signature) -> None:
        self._work, self._group = waiting.work, signature.group_id
        self._skills = list(dict(signature.requirements + signature.preferred))
        self._queues = {signature.queue_id, *signature.queue_ids}

    def of(self, rostered: Rostered, verdict: Verdict, is_free: bool) -> dict[str, Any]:
        agent, work, queues, asked = rostered.agent, self._work, self._queues, self._skills
        skills = agent.skills
        facts: dict[str, Any] = {
            "agent": verdict.agent_id,
            "outcome": verdict.outcome.value,
            **verdict.detail,
            "idle_since": rostered.idle_since if is_free else None,
            "skills": [[skill, skills[skill]] for skill in asked if skill in skills] if asked else [],
            "queues": [[queue, position] for queue, position in agent.queues.items() if queue in queues],
            "busy_seconds": agent.busy_seconds,
            "turn": rostered.turn,
        }
        if self._group in agent.groups:
            facts["groups"] = [self._group]
        if agent.in_hand or (agent.capacity is not ONE_CALL and agent.capacity != ONE_CALL):
            facts["capacity"], facts["in_hand"] = dict(agent.capacity), dict(agent.in_hand)
        if agent.id in work.excluded:
            facts["is_excluded"] = True
        if agent.id in work.scores:
            facts["score"] = work.scores[agent.id]
            facts["features"] = dict(work.features.get(agent.id, {}))
        return facts
