"""An evaluation is published: the agent's page hears that there is one to read."""

from __future__ import annotations

from quality.events import EvaluationPublished
from tenants.events import subscribe
from tenants.realtime import publish


def subscribe_all() -> None:
    subscribe(EvaluationPublished, tell_the_agent)


def tell_the_agent(event: EvaluationPublished) -> None:
    # No `at`: in a message that is the server's clock, by which the page sets its timers.
    publish(f"agent.{event.agent_id}", {"type": "evaluation", "evaluation_id": event.evaluation_id})
