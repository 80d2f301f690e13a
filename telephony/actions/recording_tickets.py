"""The floor above says that a ticket speaks of a call, so that its recordings are found by the ticket's number."""

from uuid import UUID

from telephony.models import Call, CallTicket


def note_ticket(*, call_id: UUID, number: int) -> None:
    """Safe to repeat; of a call that is not here nothing is kept."""
    if Call.objects.filter(pk=call_id).exists():
        CallTicket.objects.get_or_create(call_id=call_id, number=number)
