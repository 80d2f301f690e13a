"""Something noticed about a caller, waiting or in a talk, sends the call to a group of agents."""

from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from django.db import transaction

from telephony.actions.interventions import MOST_SECONDS, keep_change, waiting_stay, write_change
from telephony.actions.narrowing import ask_for_a_while, only_group
from telephony.errors import GroupNotFound, PriorityOutOfRange, QueueClosed, TriggerWithoutName
from telephony.models import AgentGroup, Call, Queue, QueueStay
from telephony.orders import EscalateTalk, send_order

ESCALATED_SECONDS = 300
"""Seconds of waiting an escalated call is given for free, unless told otherwise."""
ESCALATED_FOR = 60.0
"""Seconds for which only the group is asked; then everyone who was asked before is asked too."""
ON_ITS_WAY = timedelta(seconds=30)
"""How long after a talk was escalated its caller's next wait is taken for the one it led to."""


@transaction.atomic
def escalate_call(
    *,
    call_id: UUID,
    trigger: str,
    group_id: int,
    at: datetime,
    by: str = "",
    seconds: int = ESCALATED_SECONDS,
    for_seconds: float = ESCALATED_FOR,
) -> QueueStay:
    """Something noticed about the caller (anger in the voice, a robot that gives up) sends the call to a group of
    agents, with `seconds` given for free; after `for_seconds` the others are asked too. The routing keeps `trigger`.

    Told again with the same trigger it changes nothing. Raises CallNotFound, CallWaitsNoLonger, CallIsRinging,
    GroupNotFound, PriorityOutOfRange, TriggerWithoutName.

    A talk that goes on is ended for its agent: the caller goes back into the call's queue, for that group first. Then
    QueueClosed and TelephonyUnreachable may be raised too, and nothing has changed.
    """
    trigger = " ".join(trigger.split())
    if not 0 < len(trigger) <= 80:
        raise TriggerWithoutName(field="trigger")
    if not 0 <= seconds <= MOST_SECONDS:
        raise PriorityOutOfRange(field="seconds")
    talk = _talk_of(call_id)
    stay = talk or waiting_stay(call_id)
    group = AgentGroup.objects.filter(pk=group_id).first()
    if group is None:
        raise GroupNotFound
    told = {"what": "escalated", "trigger": trigger, "group": group.pk}
    if any(told.items() <= change.items() for change in stay.routing.get("changes", ())):
        return stay
    if talk is not None:
        return _escalate_talk(talk, told | {"group_name": group.name}, seconds, for_seconds, at=at, by=by)
    ask_for_a_while(stay, at, for_seconds, only_group(group.pk))
    stay.priority = min(stay.priority + seconds, MOST_SECONDS)
    change = told | {"group_name": group.name, "seconds": seconds, "for_seconds": for_seconds}
    return keep_change(stay, change, at=at, by=by, verb="escalated the call")


def _talk_of(call_id: UUID) -> QueueStay | None:
    """The answered stay of a talk that goes on; None when the caller waits, rings somebody, or has left."""
    call = Call.objects.select_for_update(no_key=True).filter(pk=call_id, ended_at=None).first()
    if call is None:
        return None
    talks = call.offers.filter(ended_at=None, answered_at__isnull=False, talk_ended_at=None)
    if not talks.exists() or call.stays.filter(left_at=None).exists():
        return None
    stay = call.stays.select_related("queue").order_by("-entered_at").first()
    if stay is not None:
        stay.call = call
    return stay


def _escalate_talk(
    stay: QueueStay, told: dict[str, Any], seconds: int, for_seconds: float, *, at: datetime, by: str
) -> QueueStay:
    if stay.queue.state != Queue.State.OPEN:
        raise QueueClosed
    change = told | {"seconds": seconds, "for_seconds": for_seconds, "of": "talk"}
    write_change(stay, change, at=at, by=by, verb="escalated the call")
    # Refused in here, when no worker listens, what was written is taken back. The worker looks after our commit at the
    # earliest: it asks for the call's lock.
    send_order(EscalateTalk(call_id=stay.call_id, queue_id=stay.queue_id), member=None)
    return stay


def carry_escalation(stay: QueueStay) -> None:
    """A talk was escalated and its caller waits again: this wait asks for that group first. Saving it is the
    caller's.
    """
    before = QueueStay.objects.filter(call_id=stay.call_id, entered_at__lt=stay.entered_at).order_by(
        "-entered_at"
    )
    previous = before.first()
    changes = previous.routing.get("changes", []) if previous else []
    if not changes or changes[-1].get("of") != "talk":
        return
    change = changes[-1]
    if stay.entered_at - datetime.fromisoformat(change["at"]) > ON_ITS_WAY:
        return
    ask_for_a_while(stay, stay.entered_at, float(change["for_seconds"]), only_group(int(change["group"])))
    stay.priority = min(stay.priority + int(change["seconds"]), MOST_SECONDS)
    stay.routing["asks"]["priority"] = stay.priority
    stay.routing["changes"] = [{key: value for key, value in change.items() if key != "of"}]
