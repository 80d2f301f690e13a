"""Is this talk recorded? One version of a tenant's policy is a document; the most specific rule decides.

    {"rules": [{"scope": "queue", "subject": 7, "mode": "percentage", "percent": 25}, …],
     "retention": "finance", "phrases": ["…"]}

A rule for the agent comes before one for the number that was dialled, that before one for the queue, and last the
tenant's own. Without any of them a queue's own setting decides, as before there was a policy.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from hashlib import sha256
from typing import Any
from uuid import UUID

MOST_RULES = 500
MOST_PHRASES = 30


class Mode(StrEnum):
    ALL = "all"
    ON_DEMAND = "on_demand"
    NEVER = "never"
    PERCENTAGE = "percentage"


class Scope(StrEnum):
    """The most specific first."""

    AGENT = "agent"
    NUMBER = "number"
    QUEUE = "queue"
    TENANT = "tenant"


QUEUES_OWN = "queue_setting"
"""What decided when no rule did."""


@dataclass(frozen=True, slots=True)
class Rule:
    scope: Scope
    mode: Mode
    subject: str = ""
    """A queue's or an agent's id, a number as +86…; empty for the tenant."""
    percent: int = 0

    def as_dict(self) -> dict[str, Any]:
        said: dict[str, Any] = {"scope": str(self.scope), "subject": self.subject, "mode": str(self.mode)}
        return {**said, "percent": self.percent} if self.mode == Mode.PERCENTAGE else said


@dataclass(frozen=True, slots=True)
class Policy:
    version: int = 0
    rules: Mapping[tuple[Scope, str], Rule] = field(default_factory=dict)
    retention: str = ""
    phrases: tuple[str, ...] = ()

    @property
    def may_record_somebody(self) -> bool:
        """Whoever is announced to nobody must be recorded by no agent's rule either."""
        return any(rule.scope == Scope.AGENT and rule.mode != Mode.NEVER for rule in self.rules.values())

    def as_document(self) -> dict[str, Any]:
        return {
            "rules": [rule.as_dict() for rule in self.rules.values()],
            "retention": self.retention,
            "phrases": list(self.phrases),
        }


@dataclass(frozen=True, slots=True)
class Decision:
    """`by` is the scope of the rule that decided, or `queue_setting`. `drawn` is this call's lot, 0 to 99.99."""

    mode: Mode
    is_recorded: bool
    version: int
    by: str
    subject: str = ""
    percent: int = 0
    drawn: float | None = None


def read_policy(document: Mapping[str, Any], version: int) -> Policy:
    """What cannot be read is left out: a broken rule stops no call, and the next one decides."""
    rules = [_rule(one) for one in document.get("rules", ()) if isinstance(one, Mapping)]
    return Policy(
        version=version,
        rules={(rule.scope, rule.subject): rule for rule in rules if rule is not None},
        retention=str(document.get("retention", ""))[:40],
        phrases=tuple(str(one)[:200] for one in document.get("phrases", ()))[:MOST_PHRASES],
    )


def _rule(said: Mapping[str, Any]) -> Rule | None:
    try:
        scope, mode = Scope(said["scope"]), Mode(said["mode"])
        percent = int(said.get("percent", 0)) if mode == Mode.PERCENTAGE else 0
    except (KeyError, ValueError, TypeError):
        return None
    subject = "" if scope == Scope.TENANT else str(said.get("subject", ""))[:40]
    is_whole = (scope == Scope.TENANT or bool(subject)) and 0 <= percent <= 100
    return Rule(scope=scope, mode=mode, subject=subject, percent=percent) if is_whole else None


def decide(
    policy: Policy,
    *,
    call_id: UUID,
    agent_id: int | None,
    number: str,
    queue_id: int | None,
    is_queue_recorded: bool,
) -> Decision:
    rule = _first(policy, agent_id=agent_id, number=number, queue_id=queue_id)
    if not is_queue_recorded and (rule is None or rule.scope == Scope.TENANT):
        return Decision(Mode.NEVER, False, policy.version, QUEUES_OWN, str(queue_id or ""))
    if rule is None:
        return Decision(Mode.ALL, True, policy.version, QUEUES_OWN, str(queue_id or ""))
    drawn = lot_of(call_id) if rule.mode == Mode.PERCENTAGE else None
    is_recorded = rule.mode == Mode.ALL or (drawn is not None and drawn < rule.percent)
    return Decision(rule.mode, is_recorded, policy.version, rule.scope, rule.subject, rule.percent, drawn)


def is_announced(
    policy: Policy, *, number: str | None, queue_id: int | None, is_queue_recorded: bool
) -> bool:
    """Whether callers are told: whenever a talk of theirs may be recorded, whoever answers and however the lot falls.

    `number` None: whichever of the tenant's was dialled.
    """
    if policy.may_record_somebody:
        return True
    of_numbers = [rule for rule in policy.rules.values() if rule.scope == Scope.NUMBER]
    if number is None and any(_may_record(rule) for rule in of_numbers):
        return True
    rule = _first(policy, agent_id=None, number=number or "", queue_id=queue_id)
    if rule is None or (rule.scope == Scope.TENANT and not is_queue_recorded):
        return is_queue_recorded
    return _may_record(rule)


def lot_of(call_id: UUID) -> float:
    """0 to 99.99, always the same for one call."""
    return int.from_bytes(sha256(call_id.bytes).digest()[:4]) % 10_000 / 100


def _may_record(rule: Rule) -> bool:
    return rule.mode != Mode.NEVER and (rule.mode != Mode.PERCENTAGE or rule.percent > 0)


def _first(policy: Policy, *, agent_id: int | None, number: str, queue_id: int | None) -> Rule | None:
    named = ((Scope.AGENT, agent_id), (Scope.NUMBER, number), (Scope.QUEUE, queue_id))
    for scope, subject in named:
        if subject and (rule := policy.rules.get((scope, str(subject)))):
            return rule
    return policy.rules.get((Scope.TENANT, ""))
