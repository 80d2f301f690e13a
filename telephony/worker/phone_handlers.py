"""The orders about an agent's phones (telephony.phone_orders), carried out."""

from telephony.actions import phones
from telephony.orders import Envelope
from telephony.phone_orders import ChoosePhone
from telephony.worker.handlers import Tools, carries_out


@carries_out(ChoosePhone)
def choose_phone(tools: Tools, order: ChoosePhone, _envelope: Envelope) -> None:
    phones.choose_phone(
        agent_id=order.agent_id,
        ring_on=order.ring_on,
        may_ring_elsewhere=bool(order.elsewhere),
        at=tools.clock.now(),
    )
