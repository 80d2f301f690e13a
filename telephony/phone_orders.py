"""What an agent may ask for about their own phones: see telephony.orders for how orders travel."""

from dataclasses import dataclass

from telephony.orders import Order, add_kinds


@dataclass(frozen=True, kw_only=True)
class ChoosePhone(Order):
    """From now on calls ring `ring_on` (Agent.RingOn); `elsewhere` 1: another phone, when that one is not there."""

    type = "choose_phone"
    ring_on: str
    elsewhere: int = 1


PHONE_ORDERS = (ChoosePhone,)
add_kinds(*PHONE_ORDERS)
