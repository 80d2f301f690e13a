"""What a leader may ask for in somebody else's talk: see telephony.orders for how orders travel.

Whoever gives one is the envelope's member; the worker finds their phone, and asks whether the agent is of their team.
"""

from dataclasses import dataclass
from uuid import UUID

from telephony.orders import Order, add_kinds


@dataclass(frozen=True, kw_only=True)
class Listen(Order):
    """Ring the sender's phone; picked up, it hears the talk of the agent who has this call. Silently at first."""

    type = "listen"
    is_of_agent = False
    call_id: UUID


@dataclass(frozen=True, kw_only=True)
class SetEar(Order):
    """`mode`: listen (nobody hears the sender), whisper (the agent alone does), barge (both do)."""

    type = "set_ear"
    is_of_agent = False
    call_id: UUID
    mode: str


@dataclass(frozen=True, kw_only=True)
class StopListening(Order):
    type = "stop_listening"
    is_of_agent = False
    call_id: UUID


@dataclass(frozen=True, kw_only=True)
class TakeOverCall(Order):
    """The sender, who listens, talks with the caller from now on; the agent's part of the call is over."""

    type = "take_over_call"
    is_of_agent = False
    call_id: UUID


@dataclass(frozen=True, kw_only=True)
class HangUpCall(Order):
    """For everybody in it, whatever it is doing."""

    type = "hang_up_call"
    is_of_agent = False
    call_id: UUID


@dataclass(frozen=True, kw_only=True)
class ForceState(Order):
    """`agent_id` is somebody else's. `state`: ready, not_ready (with a reason), signed_out."""

    type = "force_state"
    is_of_agent = False
    state: str
    reason_id: int | None = None


@dataclass(frozen=True, kw_only=True)
class LookAtAgent(Order):
    """Queues or skills of `agent_id` were changed in their rows: the worker looks at them again. Given by our own code
    alone.
    """

    type = "look_at_agent"
    is_of_agent = False


SUPERVISION_ORDERS = (Listen, SetEar, StopListening, TakeOverCall, HangUpCall, ForceState)
add_kinds(*SUPERVISION_ORDERS, LookAtAgent)
