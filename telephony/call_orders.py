"""What an agent may ask for in a call beside answering it: see telephony.orders for how orders travel."""

from dataclasses import dataclass
from uuid import UUID

from telephony.orders import Order, add_kinds


@dataclass(frozen=True, kw_only=True)
class ConsultAgent(Order):
    """The caller hears music while the sender asks `to_agent_id`."""

    type = "consult_agent"
    call_id: UUID
    to_agent_id: int


@dataclass(frozen=True, kw_only=True)
class ConsultNumber(Order):
    type = "consult_number"
    call_id: UUID
    number: str


@dataclass(frozen=True, kw_only=True)
class HandOver(Order):
    """The one who was asked gets the caller; the sender steps out."""

    type = "hand_over"
    call_id: UUID


@dataclass(frozen=True, kw_only=True)
class BackToCaller(Order):
    """The one who is asked, or still rings, is let go, or the flow left; the sender talks with the caller again."""

    type = "back_to_caller"
    call_id: UUID


@dataclass(frozen=True, kw_only=True)
class SendThroughFlow(Order):
    """The caller goes through a flow, unheard by the sender, and comes back; `back_to_caller` fetches them before."""

    type = "send_through_flow"
    call_id: UUID
    flow_id: int


@dataclass(frozen=True, kw_only=True)
class JoinAll(Order):
    """Caller, sender and the one who was asked hear each other."""

    type = "join_all"
    call_id: UUID


@dataclass(frozen=True, kw_only=True)
class TransferToNumber(Order):
    type = "transfer_to_number"
    call_id: UUID
    number: str


@dataclass(frozen=True, kw_only=True)
class Park(Order):
    """The caller hears music until somebody picks them up, or the time is over."""

    type = "park"
    call_id: UUID


@dataclass(frozen=True, kw_only=True)
class PickUp(Order):
    """A parked call, by anybody who works as an agent of this tenant."""

    type = "pick_up"
    call_id: UUID


@dataclass(frozen=True, kw_only=True)
class SendKeys(Order):
    """Keys for whoever the sender talks with. They may be a card's: written down nowhere."""

    type = "send_keys"
    call_id: UUID
    keys: str


@dataclass(frozen=True, kw_only=True)
class Dial(Order):
    """The sender's phone rings; once picked up, the switch dials `number`. `queue_id` 0: none in particular."""

    type = "dial"
    number: str
    queue_id: int = 0


CALL_ORDERS = (
    ConsultAgent, ConsultNumber, HandOver, BackToCaller, JoinAll, TransferToNumber, Park, PickUp, SendKeys,
    SendThroughFlow,
    Dial,
)  # fmt: skip
add_kinds(*CALL_ORDERS)
