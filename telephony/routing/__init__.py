"""Who gets the next call. Pure: no Django, no switch, no clock; see README.md."""

from telephony.routing.explanation import Explanation, Outcome, Verdict
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
from telephony.routing.strategies import LongestIdle, MostSkilled, Strategy

__all__ = [
    "Assignment",
    "Availability",
    "Explanation",
    "LongestIdle",
    "MostSkilled",
    "Outcome",
    "Reason",
    "Requirement",
    "RoutableAgent",
    "Router",
    "Step",
    "Strategy",
    "Trigger",
    "Verdict",
    "Work",
]
