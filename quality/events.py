"""What quality tells browsers and the floors above: ids and a moment."""

from dataclasses import dataclass

from tenants.events import Event


@dataclass(frozen=True, kw_only=True)
class EvaluationPublished(Event):
    evaluation_id: int
    agent_id: int


@dataclass(frozen=True, kw_only=True)
class EvaluationRead(Event):
    evaluation_id: int
