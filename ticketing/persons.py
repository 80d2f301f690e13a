"""Where customers are in the rows of ticketing, and what is sealed there (tenants/leaving)."""

from tenants.leaving.declared import sealed_column
from tenants.leaving.registry import Personal, add_codec, add_personal
from ticketing.panels.tokens import new_secret


def connect() -> None:
    add_codec(sealed_column("ticketing_panel", "secret", otherwise=new_secret))
    add_personal(
        Personal("ticketing.customer", by={"name": "name", "note": "text"},
                 through={"id": "ticketing.customerphone:customer_id"}, blank=("name", "note", "tags")),
        Personal("ticketing.customerphone", by={"e164": "number", "raw": "number"},
                 through={"customer_id": "ticketing.customer"}, goes=True, gives=("e164",)),
        Personal("ticketing.ticket", by={"subject": "text", "description": "text"},
                 through={"customer_id": "ticketing.customer", "call_id": "telephony.call"},
                 blank=("subject", "description")),
        Personal("ticketing.ticketentry", by={"text": "text"}, through={"ticket_id": "ticketing.ticket"},
                 blank=("text", "before", "after")),
    )  # fmt: skip
