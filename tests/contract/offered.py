"""What was decided about a call: the stored rows, and the words its page tells them in.

`python -m tests.contract.offered <call> …` prints the words of acme's calls: `{call: [a wait, …]}`.
"""

from __future__ import annotations

import json
import os
import sys
from dataclasses import dataclass
from typing import Any
from uuid import UUID


@dataclass(frozen=True)
class Offered:
    """One row of an offer."""

    id: UUID
    agent: str
    outcome: str
    is_group: bool
    explanation: dict[str, Any]

    @property
    def asked(self) -> dict[str, Any]:
        return self.explanation["inputs"]["analyse"]

    def verdict(self, agent_id: int) -> dict[str, Any]:
        candidates = self.explanation["inputs"]["match"]["candidates"]
        return next(found for found in candidates if found["agent"] == agent_id)


@dataclass(frozen=True)
class Told:
    """One wait in the words of the call's page, in English; its offers in the order they were made."""

    queue: str
    strategy: str
    priority: str
    asks: list[list[str]]
    rules: dict[str, list[str]]
    """The name of each rule that was asked → whether it fits, why not, what it does."""
    changes: list[list[str]]
    """Who changed what while it waited."""
    offers: list[dict[str, Any]]
    """Of each: "agent", "reason", "others" (the name of every other agent → why not they), "replayed"."""

    @property
    def last(self) -> dict[str, Any]:
        return self.offers[-1]


def told(call_id: UUID) -> list[dict[str, Any]]:
    """The waits of a call as its page shows them; run inside the tenant, where Django is."""
    from telephony.console.explanations import told_stays
    from telephony.queries import call_with_story

    return [
        {
            "queue": stay.stay.queue.name,
            "strategy": stay.strategy,
            "priority": stay.priority,
            "asks": stay.asks,
            "rules": {
                rule.name: ["fits" if rule.fits else "does not fit", rule.why, rule.does]
                for rule in stay.rules
            },
            "changes": [[change.by, change.words] for change in stay.changes],
            "offers": [
                {
                    "agent": offer.offer.agent.name,
                    "reason": offer.reason,
                    "others": {other.agent: other.words for other in offer.others},
                    "replayed": offer.replayed,
                }
                for offer in stay.offers
            ],
        }
        for stay in told_stays(call_with_story(call_id))
    ]


def main(calls: list[str]) -> None:
    import django

    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "contactcenter.settings")
    django.setup()
    from tenants.context import enter

    with enter("acme"):
        print(json.dumps({call_id: told(UUID(call_id)) for call_id in calls}))


if __name__ == "__main__":
    main(sys.argv[1:])
