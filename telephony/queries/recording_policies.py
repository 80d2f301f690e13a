"""What a tenant's recording policy says now, said before, and would say of a call."""

from dataclasses import replace
from typing import Any
from uuid import UUID

from telephony.models import Agent, Entry, Queue, RecordingPolicy
from telephony.queries.recording_room import recording_stopped_by
from telephony.queries.remembered import once
from telephony.recording.rules import Decision, Policy, Scope, decide, is_announced, read_policy
from tenants.prepared import Compiled


def recording_policy() -> Policy:
    """The newest version; without one an empty policy of version 0, by which each queue's own setting decides."""
    return once("recording_policy", newest_policy, is_setting=True)


def newest_policy() -> Policy:
    """Asked for now, for whoever changes it."""
    found = _newest.first()
    return read_policy(*found) if found else Policy()


_newest = Compiled(
    lambda: RecordingPolicy.objects.order_by("-version").values_list("document", "version")[:1]
)


def recording_mode_for(
    *, call_id: UUID, agent_id: int | None, number: str, queue: Queue | None, is_recorded: bool = True
) -> Decision:
    """Whether this talk is recorded, and what says so. Asks nothing where settings are remembered.

    `is_recorded` is what counts of a call without a queue.
    """
    decision = decide(
        recording_policy(),
        call_id=call_id,
        agent_id=agent_id,
        number=number,
        queue_id=queue.pk if queue else None,
        is_queue_recorded=queue.is_recorded if queue else is_recorded,
    )
    # Recording stops before calls do.
    if decision.is_recorded and (full := recording_stopped_by()):
        return replace(decision, is_recorded=False, by=f"no_room_{full}", subject="")
    return decision


def is_call_announced(queue: Queue, number: str | None = None) -> bool:
    """Whether callers who come to this queue are told that they may be recorded; see `rules.is_announced`."""
    return is_announced(
        recording_policy(), number=number, queue_id=queue.pk, is_queue_recorded=queue.is_recorded
    )


def policy_versions(limit: int = 50) -> list[RecordingPolicy]:
    return list(RecordingPolicy.objects.order_by("-version")[:limit])


def policy_version(version: int) -> RecordingPolicy | None:
    return RecordingPolicy.objects.filter(version=version).first()


def recordable_subjects() -> dict[Scope, list[tuple[str, str]]]:
    """By scope, what a rule may be about: (subject, name)."""
    return {
        Scope.QUEUE: [(str(pk), name) for pk, name in Queue.objects.values_list("pk", "name")],
        Scope.NUMBER: [(number, number) for number in Entry.objects.values_list("number_e164", flat=True)],
        Scope.AGENT: [
            (str(pk), f"{extension} {name}")
            for pk, extension, name in Agent.objects.values_list("pk", "extension", "name")
        ],
    }


def stamp_of(decision: Decision) -> dict[str, Any]:
    """What an offer keeps of the decision."""
    by = f"{decision.by}:{decision.subject}" if decision.subject else decision.by
    return {
        "recording_mode": str(decision.mode),
        "recording_version": decision.version,
        "recording_by": by[:60],
    }
