"""A waiting call asks for one agent or one group for a while: steps put into its asks, the others left as they are."""

from collections.abc import Callable
from datetime import datetime

from telephony.models import QueueAgent, QueueStay
from telephony.queries.routables import Asks, asks_of_queue


def only_agent(agent_id: int) -> Callable[[Asks], Asks]:
    return lambda asked: {"target_agent": agent_id}


def only_group(group_id: int) -> Callable[[Asks], Asks]:
    """Its agents sit in any queue: what they need is the skills."""
    places = QueueAgent.objects.filter(agent__group_members__group_id=group_id).order_by("queue_id")
    queues = list(places.values_list("queue_id", flat=True).distinct())
    return lambda asked: asked | {"group": group_id, "queues": queues, "target_agent": None}


def ask_for_a_while(stay: QueueStay, at: datetime, seconds: float, narrowed: Callable[[Asks], Asks]) -> None:
    """From now on, for so long, what it asks is narrowed; then it asks what it would have asked anyway."""
    asks = stay.routing.setdefault("asks", asks_of_queue(stay))
    waited = max(0.0, (at - stay.entered_at).total_seconds())
    until = waited + seconds
    steps = sorted(asks.get("steps", ()), key=lambda step: step["after"])
    begins = _step(narrowed(_asked_at(asks, steps, waited)), waited)
    ends = _step(_asked_at(asks, steps, until), until)
    kept = (
        [step for step in steps if step["after"] < waited],
        [step for step in steps if step["after"] > until],
    )
    asks["steps"] = [*kept[0], begins, ends, *kept[1]]


def _asked_at(asks: Asks, steps: list[Asks], waited: float) -> Asks:
    """What the call asks for after so many seconds: the last step reached, or the asks themselves."""
    reached = [step for step in steps if step["after"] <= waited]
    return reached[-1] if reached else asks


def _step(asked: Asks, after: float) -> Asks:
    """A step of its own with everything a step may say, so that nothing of an earlier one is left."""
    return {
        "after": round(after, 3),
        "requirements": asked.get("requirements", []),
        "preferred": asked.get("preferred", []),
        "group": asked.get("group"),
        "queues": asked.get("queues", []),
        "target_agent": asked.get("target_agent"),
    }
