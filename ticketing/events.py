"""What ticketing tells the floors above: ids and a moment."""

from dataclasses import dataclass

from tenants.events import Event


@dataclass(frozen=True, kw_only=True)
class CustomerCreated(Event):
    customer_id: int


@dataclass(frozen=True, kw_only=True)
class CustomerChanged(Event):
    customer_id: int


@dataclass(frozen=True, kw_only=True)
class TicketOpened(Event):
    ticket_id: int


@dataclass(frozen=True, kw_only=True)
class TicketChanged(Event):
    ticket_id: int
