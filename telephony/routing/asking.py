"""What a call asks for while it waits: its queue's terms, what the rules added and the agent it spoke with, as one
timeline of steps. Pure; moments are seconds since the caller joined the line.
"""

from dataclasses import dataclass
from typing import Any

from telephony.routing.rules import Decision

Levels = tuple[tuple[int, int], ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Widening:
    """One of the queue's own steps. Queues and lowered levels of earlier steps stay; the group is this step's."""

    after: int
    group_id: int | None = None
    level_drop: int = 0
    queue_id: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Terms:
    """What a queue asks of agents by itself: (skill, lowest level) required and preferred."""

    queue_id: int
    strategy: str = "most_skilled"
    together: int = 1
    required: Levels = ()
    preferred: Levels = ()
    widenings: tuple[Widening, ...] = ()


@dataclass(frozen=True, slots=True)
class Remembered:
    """The agent who is asked alone at first."""

    agent_id: int
    for_seconds: int


def asks_of(
    terms: Terms, decision: Decision, *, priority: int = 0, remembered: Remembered | None = None
) -> dict[str, Any]:
    """JSON for `QueueStay.routing["asks"]`. An agent a rule names comes before the one who is remembered."""
    alone = remembered
    if decision.agent:
        alone = Remembered(decision.agent.id, decision.agent.for_seconds or 0)
    asked = _Asked(terms, decision, alone)
    steps: list[dict[str, Any]] = []
    now = asked.at(0)
    for moment in asked.moments():
        then = asked.at(moment)
        if then != now:
            steps.append({"after": moment, **then})
        now = then
    return {
        "queue": terms.queue_id,
        "strategy": terms.strategy,
        "together": terms.together,
        "priority": priority,
        **asked.at(0),
        "scores": {},
        "steps": steps,
    }


@dataclass(frozen=True, slots=True)
class _Asked:
    terms: Terms
    decision: Decision
    alone: Remembered | None

    def moments(self) -> list[int]:
        """When anything may change, in order, without the beginning."""
        moments = {widening.after for widening in self.terms.widenings}
        if self.alone:
            moments.add(self.alone.for_seconds)
        if self.decision.group and self.decision.group.for_seconds:
            moments.add(self.decision.group.for_seconds)
        return sorted(moments - {0})

    def at(self, moment: int) -> dict[str, Any]:
        passed = [widening for widening in self.terms.widenings if widening.after <= moment]
        drop = max((widening.level_drop for widening in passed), default=0)
        lowered = ((skill, level - drop) for skill, level in self._required())
        return {
            "requirements": sorted([skill, level] for skill, level in lowered if level > 0),
            "preferred": sorted([skill, level] for skill, level in self._preferred()),
            "group": self._group(moment, passed),
            "queues": sorted({one.queue_id for one in passed if one.queue_id} - {self.terms.queue_id}),
            "target_agent": self.alone.agent_id if self.alone and moment < self.alone.for_seconds else None,
        }

    def _required(self) -> Levels:
        """The queue's and the rules'; of one skill the higher level."""
        levels = dict(self.terms.required)
        for skill in self.decision.skills.values():
            if not skill.is_preferred:
                levels[skill.skill_id] = max(skill.level, levels.get(skill.skill_id, 0))
        return tuple(levels.items())

    def _preferred(self) -> Levels:
        levels = dict(self.terms.preferred)
        levels |= {
            skill.skill_id: skill.level for skill in self.decision.skills.values() if skill.is_preferred
        }
        return tuple(levels.items())

    def _group(self, moment: int, passed: list[Widening]) -> int | None:
        wanted = self.decision.group
        if wanted and (wanted.for_seconds is None or moment < wanted.for_seconds):
            return wanted.id
        return passed[-1].group_id if passed else None
