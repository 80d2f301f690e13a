"""What telephony tells the floors above: ids and a moment, never what; whoever decides asks a query."""

from dataclasses import dataclass
from uuid import UUID

from tenants.events import Event


@dataclass(frozen=True, kw_only=True)
class CallArrived(Event):
    call_id: UUID


@dataclass(frozen=True, kw_only=True)
class CallQueued(Event):
    call_id: UUID
    queue_id: int
    stay_id: int


@dataclass(frozen=True, kw_only=True)
class StayEnded(Event):
    """The call waits in this queue no longer, however that came."""

    call_id: UUID
    queue_id: int
    stay_id: int


@dataclass(frozen=True, kw_only=True)
class StayChanged(Event):
    """A waiting call asks for something else than before: a person or a trigger stepped in."""

    call_id: UUID
    stay_id: int


@dataclass(frozen=True, kw_only=True)
class CallOffered(Event):
    call_id: UUID
    agent_id: int
    offer_id: UUID


@dataclass(frozen=True, kw_only=True)
class OfferEnded(Event):
    """The ringing is over; the offer's outcome says how."""

    call_id: UUID
    agent_id: int
    offer_id: UUID


@dataclass(frozen=True, kw_only=True)
class CallAnswered(Event):
    call_id: UUID
    agent_id: int | None


@dataclass(frozen=True, kw_only=True)
class CallHeld(Event):
    call_id: UUID


@dataclass(frozen=True, kw_only=True)
class CallUnheld(Event):
    call_id: UUID


@dataclass(frozen=True, kw_only=True)
class CallLineChanged(Event):
    """Somebody is asked, answers, joins or goes; or the caller is parked, or no longer."""

    call_id: UUID


@dataclass(frozen=True, kw_only=True)
class CallTransferred(Event):
    call_id: UUID
    from_agent_id: int | None
    to_queue_id: int | None = None
    to_agent_id: int | None = None


@dataclass(frozen=True, kw_only=True)
class CallEnded(Event):
    call_id: UUID


@dataclass(frozen=True, kw_only=True)
class CallAbandoned(Event):
    call_id: UUID
    queue_id: int | None


@dataclass(frozen=True, kw_only=True)
class WrapUpStarted(Event):
    call_id: UUID
    agent_id: int


@dataclass(frozen=True, kw_only=True)
class WrapUpEnded(Event):
    call_id: UUID
    agent_id: int


@dataclass(frozen=True, kw_only=True)
class CallDisposed(Event):
    call_id: UUID
    agent_id: int | None


@dataclass(frozen=True, kw_only=True)
class VoicemailKept(Event):
    call_id: UUID
    voicemail_id: UUID


@dataclass(frozen=True, kw_only=True)
class CallRated(Event):
    """A caller has said what they think of the call."""

    call_id: UUID
    agent_id: int | None


@dataclass(frozen=True, kw_only=True)
class FollowUpOpened(Event):
    """A call left work behind."""

    call_id: UUID
    follow_up_id: int


@dataclass(frozen=True, kw_only=True)
class RecordingReady(Event):
    call_id: UUID
    recording_id: UUID


@dataclass(frozen=True, kw_only=True)
class RecordingChanged(Event):
    """It began or ended, or a mask of it did."""

    call_id: UUID
    agent_id: int | None


@dataclass(frozen=True, kw_only=True)
class RecordingMasked(Event):
    """A mask began; or (without one) a file of a call that is masked, which is to be masked too."""

    call_id: UUID
    mask_id: UUID | None = None


@dataclass(frozen=True, kw_only=True)
class SoundAlarmed(Event):
    """A kept sound is not what was recorded, or is gone."""

    call_id: UUID
    sound_id: UUID


@dataclass(frozen=True, kw_only=True)
class RecordingRoomChanged(Event):
    """Recording stopped for want of room, began again, or the tenant's quota reached another level."""


@dataclass(frozen=True, kw_only=True)
class LineWasPoor(Event):
    """One party of the call was heard worse than the tenant's threshold."""

    call_id: UUID
    leg_id: UUID
    agent_id: int | None


@dataclass(frozen=True, kw_only=True)
class ListeningChanged(Event):
    """A supervisor's ear on this agent's talk was asked for, began, hears otherwise, or ended."""

    listening_id: UUID
    call_id: UUID
    agent_id: int


@dataclass(frozen=True, kw_only=True)
class AgentStateChanged(Event):
    agent_id: int


@dataclass(frozen=True, kw_only=True)
class AgentPlacesChanged(Event):
    """In which queues this agent is, or what they can, is not what it was."""

    agent_id: int


@dataclass(frozen=True, kw_only=True)
class QueueAlertRaised(Event):
    """A queue has passed one of its limits."""

    alert_id: int
    queue_id: int


@dataclass(frozen=True, kw_only=True)
class QueueAlertChanged(Event):
    """It still is beyond it, otherwise than before; or somebody took it on."""

    alert_id: int
    queue_id: int


@dataclass(frozen=True, kw_only=True)
class QueueAlertCleared(Event):
    alert_id: int
    queue_id: int


@dataclass(frozen=True, kw_only=True)
class LegWasSettled(Event):
    call_id: UUID | None
    leg_id: UUID


@dataclass(frozen=True, kw_only=True)
class DifferenceFound(Event):
    """Our rows said something that was not so."""

    kind: str
    subject: str


@dataclass(frozen=True, kw_only=True)
class DifferenceHealed(Event):
    kind: str
    subject: str


@dataclass(frozen=True, kw_only=True)
class FloorConfigured(Event):
    """Queues, skills or agents were changed by an administrator."""


@dataclass(frozen=True, kw_only=True)
class CallbackChanged(Event):
    """A promise to call back was made, tried, kept, given up or cancelled."""

    callback_id: UUID


@dataclass(frozen=True, kw_only=True)
class FlowPublished(Event):
    """Callers of the flow's numbers go through this version from the next call on."""

    flow_id: int
    version_id: int


@dataclass(frozen=True, kw_only=True)
class NumberBroke(Event):
    """The canary found a number broken that worked at its last look, or that it had never looked at."""

    check_id: int


@dataclass(frozen=True, kw_only=True)
class NumberMended(Event):
    """A number that was broken works again."""

    check_id: int


VoicemailLeft = VoicemailKept
"""The name the glossary gives the event; the fact of the same name lives in facts.py."""
