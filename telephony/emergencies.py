"""Switching and drilling as the edges do it: the action, then the order to measure, outside its transaction."""

from datetime import datetime

from telephony import actions
from telephony.errors import TelephonyUnreachable
from telephony.models import EmergencySwitch
from telephony.orders import MeasureEmergency, send_order
from tenants.people.policies import Member

NO_WORKER = "no_worker"


def switch_plan(
    *, plan_id: int, is_on: bool, by: Member | None, at: datetime, reason: str = ""
) -> EmergencySwitch | None:
    """In effect whether or not somebody can measure it. None when it was so already."""
    made = actions.switch_emergency(plan_id=plan_id, is_on=is_on, by=by, at=at, reason=reason)
    if made is not None:
        try:
            send_order(MeasureEmergency(switch_id=made.pk), member=by)
        except TelephonyUnreachable:
            actions.note_switch_effect(switch_id=made.pk, effective_at=None, seconds=None, outcome=NO_WORKER)
    return made


def start_drill(*, plan_id: int, by: Member | None, at: datetime) -> EmergencySwitch:
    """Raises TelephonyUnreachable, and everything is as before, when nobody is there who could measure."""
    made = actions.begin_drill(plan_id=plan_id, by=by, at=at)
    try:
        send_order(MeasureEmergency(switch_id=made.pk), member=by)
    except TelephonyUnreachable:
        actions.end_drill(switch_id=made.pk, effective_at=None, seconds=None, outcome=NO_WORKER)
        raise
    return made
