"""What may be asked about the recording of a talk: see telephony.orders for how orders travel."""

from dataclasses import dataclass
from uuid import UUID

from telephony.orders import Order, add_kinds

LONGEST_MASK = 180
"""Seconds: a mask nobody ends, ends by itself."""


@dataclass(frozen=True, kw_only=True)
class MaskRecording(Order):
    """Both sides are silent in every file of this call, for so many seconds at most."""

    type = "mask_recording"
    call_id: UUID
    seconds: int = LONGEST_MASK


@dataclass(frozen=True, kw_only=True)
class UnmaskRecording(Order):
    type = "unmask_recording"
    call_id: UUID


@dataclass(frozen=True, kw_only=True)
class StartRecording(Order):
    """Where the policy says on demand."""

    type = "start_recording"
    call_id: UUID


@dataclass(frozen=True, kw_only=True)
class StopRecording(Order):
    type = "stop_recording"
    call_id: UUID


RECORDING_ORDERS = frozenset(
    kind.type for kind in (MaskRecording, UnmaskRecording, StartRecording, StopRecording)
)
add_kinds(MaskRecording, UnmaskRecording, StartRecording, StopRecording)
