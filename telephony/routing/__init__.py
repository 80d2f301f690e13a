"""Who gets the next call. Pure: no Django, no switch, no clock; see README.md."""

from telephony.routing.explanation import Explanation, Outcome, Verdict
from telephony.routing.replay import record, replay
from telephony.routing.router import Router
from telephony.routing.shapes import (
    Assignment,
    Availability,
    Reason,
    Requirement,
    RoutableAgent,
    Step,
    Trigger,
    Work,
)
from telephony.routing.strategies import STRATEGIES

__all__ = [
    "STRATEGIES",
    "Assignment",
    "Availability",
    "Explanation",
    "Outcome",
    "Reason",
    "Requirement",
    "RoutableAgent",
    "Router",
    "Step",
    "Trigger",
    "Verdict",
    "Work",
    "record",
    "replay",
]
