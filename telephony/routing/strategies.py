"""Who of several free agents is asked first. A strategy ranks; within one rank the longest idle comes first.

A rank must not change while an agent is free: what it is made of is given with the agent (`put_agent` again
to change it). A new strategy is one more small class here.
"""

from collections.abc import Iterable
from typing import Protocol

from telephony.routing.shapes import Requirement, RoutableAgent


class Strategy(Protocol):
    """`rank` sorts agents, lowest first; `rank_names` says what its numbers are, for explanations."""

    rank_names: tuple[str, ...]

    def rank(
        self, agent: RoutableAgent, queue_id: int | None, requirements: Iterable[Requirement]
    ) -> tuple[int, ...]: ...


class MostSkilled:
    """Nearest position in the queue, then most skilled in what is asked, then longest idle."""

    rank_names: tuple[str, ...] = ("position", "missing_levels")

    def rank(
        self, agent: RoutableAgent, queue_id: int | None, requirements: Iterable[Requirement]
    ) -> tuple[int, ...]:
        levels = [agent.skills.get(skill, 0) for skill, _ in requirements]
        return _position(agent, queue_id), TOP_LEVEL * len(levels) - sum(levels)


class LongestIdle:
    """Nearest position in the queue, then longest idle; a skill is had or not."""

    rank_names: tuple[str, ...] = ("position",)

    def rank(
        self, agent: RoutableAgent, queue_id: int | None, requirements: Iterable[Requirement]
    ) -> tuple[int, ...]:
        return (_position(agent, queue_id),)


TOP_LEVEL = 10


def _position(agent: RoutableAgent, queue_id: int | None) -> int:
    return 0 if queue_id is None else agent.queues.get(queue_id, 0)
