"""What a work asks for, as one value: works with the same one can be taken by the same agents in the same order."""

from typing import Any, NamedTuple

from telephony.routing.shapes import VOICE, Requirement, RoutableAgent, Step, Work


class Signature(NamedTuple):
    """What decides who suits, and (with `preferred` and `strategy`) who of them is asked first."""

    queue_id: int | None
    requirements: tuple[Requirement, ...]
    target_agent: Any
    preferred: tuple[Requirement, ...] = ()
    group_id: int | None = None
    queue_ids: tuple[int, ...] = ()
    strategy: str = "most_skilled"
    kind: str = VOICE

    def suits(self, agent: RoutableAgent) -> bool:
        """May this agent take such work, were they free?"""
        if not agent.has_room_for(self.kind):
            return False
        if self.target_agent is not None:
            return bool(agent.id == self.target_agent)
        if not self.has_queue_of(agent):
            return False
        if self.group_id is not None and self.group_id not in agent.groups:
            return False
        skills = agent.skills
        return all(skills.get(skill, 0) >= level for skill, level in self.requirements)

    def has_queue_of(self, agent: RoutableAgent) -> bool:
        """Is the agent in its queue or in one of the others that may help? Without a queue everybody is."""
        if self.queue_id is None or self.queue_id in agent.queues:
            return True
        return any(queue_id in agent.queues for queue_id in self.queue_ids)

    def position_of(self, agent: RoutableAgent) -> int:
        """The agent's place in its queue; a helper's is the nearest they have in the queues that may help."""
        if self.queue_id is None:
            return 0
        if self.queue_id in agent.queues:
            return agent.queues[self.queue_id]
        return min((agent.queues[q] for q in self.queue_ids if q in agent.queues), default=0)


def asked_at(work: Work, step: int) -> Work | Step:
    """What holds the wishes of that step."""
    return work if step == 0 else work.steps[step - 1]


def signature_of(work: Work, step: int) -> Signature:
    """What the work asks for at that step. Order of requirements does not matter."""
    asked = asked_at(work, step)
    if asked.target_agent is not None:
        return Signature(work.queue_id, (), asked.target_agent, strategy=work.strategy, kind=work.kind)
    return Signature(
        work.queue_id,
        tuple(sorted(asked.requirements)),
        None,
        tuple(sorted(asked.preferred)),
        asked.group_id,
        () if work.queue_id is None else tuple(sorted(asked.queue_ids)),
        work.strategy,
        work.kind,
    )
