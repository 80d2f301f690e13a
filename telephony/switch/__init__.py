"""What we may ask of a switch. Asking changes nothing of ours; the fact that comes back does."""

from telephony.switch.commands import (
    ConsultCommand,
    EarCommand,
    EarMode,
    ErrandCommand,
    OfferCommand,
    OnwardCommand,
    OutsidePhone,
    ParkCommand,
    QueueEntry,
    RungPhone,
)
from telephony.switch.errors import (
    CommandTimedOut,
    NotYet,
    SwitchError,
    SwitchRefused,
    SwitchUnreachable,
    UnsafeValue,
)
from telephony.switch.legs import LegGlimpse, LiveLeg, Registration
from telephony.switch.port import Switch

__all__ = [
    "CommandTimedOut",
    "ConsultCommand",
    "EarCommand",
    "EarMode",
    "ErrandCommand",
    "LegGlimpse",
    "LiveLeg",
    "NotYet",
    "OfferCommand",
    "OnwardCommand",
    "OutsidePhone",
    "ParkCommand",
    "QueueEntry",
    "Registration",
    "RungPhone",
    "Switch",
    "SwitchError",
    "SwitchRefused",
    "SwitchUnreachable",
    "UnsafeValue",
]
