"""How numbers that are shown do: of the last people called with one, how many answered."""

from datetime import datetime, timedelta

from django.db.models import OuterRef, Q, Subquery

from telephony.models import Call, Leg, PoolNumber

LOOKED_BACK = timedelta(days=7)
TOLD_NOTHING = (
    "ORIGINATOR_CANCEL", "LOSE_RACE", "NORMAL_TEMPORARY_FAILURE", "RECOVERY_ON_TIMER_EXPIRE",
    "NETWORK_OUT_OF_ORDER", "GATEWAY_DOWN", "INVALID_GATEWAY", "NORMAL_CIRCUIT_CONGESTION", "SWITCH_CONGESTION",
    "LOST", "UNALLOCATED_NUMBER", "INVALID_NUMBER_FORMAT", "NUMBER_CHANGED", "USER_BUSY",
)  # fmt: skip
"""We hung up, a line was down, nobody has that number, or they were on the telephone: not the shown number's doing."""


def last_answers(number: str, *, since: datetime, most: int) -> list[bool]:
    """Of the last ones called with this number, newest first: whether they answered."""
    # The leg that was dialled has the call's id.
    dialled = Leg.objects.filter(pk=OuterRef("pk"))
    calls = Call.objects.filter(direction=Call.Direction.OUTBOUND, number=number, arrived_at__gte=since)
    calls = calls.annotate(
        picked_up_at=Subquery(dialled.values("answered_at")[:1]),
        over_at=Subquery(dialled.values("ended_at")[:1]),
        cause=Subquery(dialled.values("cause")[:1]),
    )
    told = Q(picked_up_at__isnull=False) | (Q(over_at__isnull=False) & ~Q(cause__in=TOLD_NOTHING))
    found = calls.filter(told).order_by("-arrived_at").values_list("picked_up_at", flat=True)[:most]
    return [picked_up_at is not None for picked_up_at in found]


def judged_since(row: PoolNumber, at: datetime) -> datetime:
    """A rest wipes the slate, or a number would go back to rest with its first call."""
    return max(row.resting_until or at - LOOKED_BACK, at - LOOKED_BACK)


def answers_of(row: PoolNumber, at: datetime) -> list[bool]:
    return last_answers(row.number_e164, since=judged_since(row, at), most=row.pool.judged_calls)
