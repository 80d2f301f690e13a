"""What agents, skills, queues and groups are called."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from telephony.models import Agent, AgentGroup, Queue, Skill


@dataclass(frozen=True)
class Names:
    """What ids are called. An id that is no more is shown as a number."""

    agents: Mapping[int, str] = field(default_factory=dict)
    skills: Mapping[int, str] = field(default_factory=dict)
    queues: Mapping[int, str] = field(default_factory=dict)
    groups: Mapping[int, str] = field(default_factory=dict)

    def agent(self, agent_id: Any) -> str:
        return _of(self.agents, agent_id)

    def skill(self, skill_id: Any) -> str:
        return _of(self.skills, skill_id)

    def queue(self, queue_id: Any) -> str:
        return _of(self.queues, queue_id)

    def group(self, group_id: Any) -> str:
        return _of(self.groups, group_id)


def _of(names: Mapping[int, str], key: Any) -> str:
    return names.get(key) or f"#{key}"


def read_names() -> Names:
    """All of this tenant: a floor has few enough to be read whole."""
    kinds = (Agent, Skill, Queue, AgentGroup)
    return Names(*(dict(kind.objects.order_by().values_list("pk", "name")) for kind in kinds))  # type: ignore[attr-defined]
