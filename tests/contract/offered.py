"""What was decided about a call: the stored rows, and the words its page tells them in.

`python -m tests.contract.offered <call> …` prints the words of acme's calls: `{call: [a wait, …]}`.
"""

from __future__ import annotations

import json
import os
import re
import sys
from dataclasses import dataclass, field
from typing import Any
from uuid import UUID

_TIME = re.compile(r"\d+:\d\d")


@dataclass(frozen=True)
class Offered:
    """One row of an offer."""

    id: UUID
    agent: str
    outcome: str
    is_group: bool
    explanation: dict[str, Any]
    told: Told = field(default_factory=lambda: Told.nothing())

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

    @classmethod
    def nothing(cls) -> Told:
        return cls("", "", "", [], {}, [], [])

    @property
    def last(self) -> dict[str, Any]:
        return self.offers[-1]

    @property
    def reason(self) -> str:
        return self.reason_of(self.last)

    @staticmethod
    def reason_of(offer: dict[str, Any]) -> str:
        """Why they were rung; how long the caller had waited stands as …"""
        return _TIME.sub("…", offer["reason"])

    @property
    def waited_seconds(self) -> int:
        [minutes, seconds] = _TIME.findall(self.last["reason"])[-1].split(":")
        return int(minutes) * 60 + int(seconds)

    @property
    def others(self) -> dict[str, str]:
        return self.last["others"]

    def why_not(self, *names: str) -> set[str]:
        """What put these behind the one who was rung, whatever their place in the order."""
        return {self.others[name].partition(": ")[2] for name in names}


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
