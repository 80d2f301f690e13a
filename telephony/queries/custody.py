"""The ledger of who did what with the sounds, read and proved."""

from dataclasses import dataclass
from uuid import UUID

from django.db.models import QuerySet

from telephony.models import CustodyEntry
from telephony.models.custody import FIRST


@dataclass(frozen=True)
class Chain:
    """`broken_at`: the first position where an entry is missing, changed or out of place; None when all is whole."""

    entries: int
    head: str
    broken_at: int | None


def custody_of_call(call_id: UUID | str) -> QuerySet[CustodyEntry]:
    return CustodyEntry.objects.filter(call_id=call_id).order_by("position")


def custody_entries() -> QuerySet[CustodyEntry]:
    """The newest first."""
    return CustodyEntry.objects.order_by("-position")


def proved_chain() -> Chain:
    """Every entry worked out again, from the first."""
    before, seen = FIRST, 0
    for entry in CustodyEntry.objects.order_by("position").iterator(chunk_size=2000):
        is_next = entry.position == seen + 1 and entry.before_hash == before
        if not is_next or entry.hash != entry.true_hash():
            return Chain(seen, before, seen + 1)
        before, seen = entry.hash, entry.position
    return Chain(seen, before, None)
