"""Why our rows and the switch came to differ, as far as can be told."""

from telephony.actions.truth import Finding
from telephony.models import Difference

Kind, Cause = Difference.Kind, Difference.Cause

USUAL: dict[str, str] = {
    Kind.GHOST_CALL: Cause.END_UNHEARD,
    Kind.GHOST_LEG: Cause.END_UNHEARD,
    Kind.UNKNOWN_LEG: Cause.EVENT_UNHEARD,
    Kind.STUCK_OFFER: Cause.END_UNHEARD,
    Kind.ZOMBIE_OFFER: Cause.CROSSED,
    Kind.LOST_BRIDGE: Cause.EVENT_UNHEARD,
    Kind.MISSING_WAITER: Cause.EVENT_UNHEARD,
    Kind.GHOST_WAITER: Cause.EVENT_UNHEARD,
    Kind.PHONE_GONE: Cause.REGISTRATION_EXPIRED,
    Kind.PHONE_UNKNOWN: Cause.EVENT_UNHEARD,
    Kind.READY_UNREACHABLE: Cause.CHANGED_BY_HAND,
    Kind.STUCK_ACTIVITY: Cause.CHANGED_BY_HAND,
    Kind.HIDDEN_ACTIVITY: Cause.CHANGED_BY_HAND,
    Kind.OVERDUE_WRAP_UP: Cause.TIMER_MISSED,
    Kind.ROUTER_DRIFT: Cause.NEWS_MISSED,
}
"""Our own actions keep an agent's columns in step with their rows: what is out of step was changed by hand."""


def cause_of(finding: Finding, trouble: str) -> str:
    """`trouble` is the cause of what has just gone wrong, or ""."""
    return trouble or USUAL[finding.kind]
