"""Decides a stored decision again: the proof that what is said of it is why it was made."""

from collections.abc import Mapping
from typing import Any

from telephony.routing.router import Router
from telephony.routing.shapes import ONE_CALL, RoutableAgent, Work
from telephony.routing.trace import record

__all__ = ["record", "replay"]


def replay(inputs: Mapping[str, Any]) -> tuple[Any, ...]:
    """The agents a fresh router asks, told nothing but the facts in `inputs` (`record`, also read back from JSON).

    It looks at no stored verdict. Equal to `inputs["route"]["agents"]`, unless somebody changed the facts.
    """
    at = inputs["collect"]["at"]
    router = Router()
    for candidate in inputs["match"]["candidates"]:
        router.put_agent(_agent(candidate))
    router.tick(at)
    made = router.work_arrived(_work(inputs), at)
    return (made.agent_id, *made.together) if made else ()


def _agent(facts: Mapping[str, Any]) -> RoutableAgent:
    return RoutableAgent(
        id=facts["agent"],
        skills=dict(facts["skills"]),
        queues=dict(facts["queues"]),
        idle_since=facts["idle_since"],
        groups=frozenset(facts.get("groups", ())),
        busy_seconds=facts["busy_seconds"],
        turn=facts["turn"],
        capacity=facts.get("capacity", ONE_CALL),
        in_hand=facts.get("in_hand", {}),
    )


def _work(inputs: Mapping[str, Any]) -> Work:
    """The work as it asked at the step it had reached."""
    collect, analyse, candidates = inputs["collect"], inputs["analyse"], inputs["match"]["candidates"]
    return Work(
        id=collect["work"],
        queue_id=collect["queue"],
        queued_at=collect["queued_at"],
        requirements=_pairs(analyse["requirements"]),
        priority=collect["priority"],
        target_agent=analyse["target_agent"],
        excluded=frozenset(each["agent"] for each in candidates if each.get("is_excluded")),
        kind=collect["kind"],
        preferred=_pairs(analyse["preferred"]),
        group_id=analyse["group"],
        queue_ids=tuple(analyse["queues"]),
        strategy=analyse["strategy"],
        together=analyse["together"],
        scores={each["agent"]: each["score"] for each in candidates if "score" in each},
    )


def _pairs(stored: list[list[int]]) -> tuple[tuple[int, int], ...]:
    return tuple((skill, level) for skill, level in stored)
