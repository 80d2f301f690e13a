"""A call is offered: the agent's page hears who is calling before the phone is picked up."""

from __future__ import annotations

from telephony import queries as telephony
from telephony.events import CallOffered
from tenants.events import subscribe
from tenants.realtime import publish
from ticketing.queries import customer_card
from ticketing.serializers import card_row


def subscribe_all() -> None:
    subscribe(CallOffered, pop_the_customer)


def pop_the_customer(event: CallOffered) -> None:
    """Four queries in all; the phone is ringing."""
    call = telephony.call(event.call_id)
    if call is None:
        return
    card = customer_card(call.caller_number, besides=call.pk)
    publish(
        f"agent.{event.agent_id}",
        {"type": "pop", "call_id": str(event.call_id), "card": card_row(card)},
    )
