"""Every write to customers and tickets, by subject; edges import them from here."""

from ticketing.actions.customers import (
    CUSTOMER_FIELDS,
    NumberAlreadyTaken,
    add_number,
    change_customer,
    create_customer,
    give_numbers,
    remove_number,
    reveal_number,
    tidy_tags,
)
from ticketing.actions.profiles import forget_numbers, tell_everybody, tell_telephony
from ticketing.actions.tickets import (
    TICKET_FIELDS,
    TicketCannotBecome,
    assign_ticket,
    change_ticket,
    change_ticket_state,
    comment_on_ticket,
    open_ticket,
)

__all__ = [
    "CUSTOMER_FIELDS",
    "NumberAlreadyTaken",
    "TICKET_FIELDS",
    "TicketCannotBecome",
    "add_number",
    "assign_ticket",
    "change_customer",
    "change_ticket",
    "change_ticket_state",
    "comment_on_ticket",
    "create_customer",
    "forget_numbers",
    "give_numbers",
    "open_ticket",
    "remove_number",
    "reveal_number",
    "tell_everybody",
    "tell_telephony",
    "tidy_tags",
]
