"""Which legs of a tenant stand just as the switch's list shows them, so that nobody need ask about each of them.

The list is one question, a dump is one for each leg. Two thousand calls of a worker that died are told in one list;
what it cannot tell, or tells otherwise than our rows, is asked about.
"""

from collections.abc import Mapping
from datetime import datetime
from uuid import UUID

from telephony import conversations
from telephony.models import Leg, QueueStay
from telephony.switch import LegGlimpse

Wait = tuple[int, datetime]
"""The queue, and since when."""
_COLUMNS = (
    "call_id", "created_at", "answered_at", "line_marks", "bridged_to", "unbridged_at", "fell_back_at",
)  # fmt: skip
_ALONE = frozenset({conversations.UNBRIDGED, conversations.LEFT})


def standing_so(listed: Mapping[UUID, LegGlimpse]) -> set[UUID]:
    """Of this tenant's open legs those that stand as listed: answered or not, with whom, and in which line."""
    legs = Leg.objects.filter(ended_at=None, settled_at=None).only("pk", *_COLUMNS)
    stays = QueueStay.objects.filter(left_at=None, is_estimated=False)
    waits = {
        call_id: (queue, at) for call_id, queue, at in stays.values_list("call_id", "queue_id", "entered_at")
    }
    return {leg.pk for leg in legs if leg.pk in listed and _stands_so(leg, listed[leg.pk], waits.get(leg.pk))}


def _stands_so(leg: Leg, seen: LegGlimpse, waits: Wait | None) -> bool:
    if leg.call_id is None or leg.created_at is None or seen.is_answered != (leg.answered_at is not None):
        return False
    if seen.other_leg_id is not None:
        return waits is None and _is_joined(leg, seen.other_leg_id)
    if not _is_alone(leg):
        return False
    if seen.place == "waiting":
        return waits is not None and waits == (seen.queue_id, seen.queued_at)
    return waits is None and (seen.place == "voicemail") == (leg.fell_back_at is not None)


def _is_joined(leg: Leg, other_leg_id: UUID) -> bool:
    if not leg.line_marks:
        return leg.bridged_to == other_leg_id and leg.unbridged_at is None
    return list(leg.line_marks[-1][1:]) == [conversations.BRIDGED, str(other_leg_id)]


def _is_alone(leg: Leg) -> bool:
    """Neither joined, nor aside, nor in a room: of the last two the list says nothing."""
    if not leg.line_marks:
        return leg.bridged_to is None or leg.unbridged_at is not None
    return leg.line_marks[-1][1] in _ALONE
