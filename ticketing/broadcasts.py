"""A call is offered: the agent's page hears who is calling before the phone is picked up."""

from __future__ import annotations

from uuid import UUID

from telephony import queries as telephony
from telephony.events import CallOffered
from tenants.events import say, subscribe
from tenants.realtime import publish
from ticketing.queries import customer_cards
from ticketing.serializers import card_row


def subscribe_all() -> None:
    subscribe(CallOffered, pop_the_customer)


def pop_the_customer(event: CallOffered) -> None:
    say(_pop_all, event.call_id, event.agent_id)


def _pop_all(agents_of: dict[UUID, set[int]]) -> None:
    """By call, the agents whose phones ring: five queries for all of them."""
    numbers = telephony.caller_numbers(agents_of)
    for call_id, card in customer_cards(numbers).items():
        message = {"type": "pop", "call_id": str(call_id), "card": card_row(card)}
        for agent_id in sorted(agents_of[call_id]):
            publish(f"agent.{agent_id}", message)
