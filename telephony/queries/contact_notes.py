"""Reads of internal notes: about whom, and who is asked to look."""

from collections.abc import Collection

from django.db.models import Q, Window
from django.db.models.functions import RowNumber

from telephony.models import ContactNote, NoteMention

LATEST = 20


def notes_about(*, number: str = "", customer_id: int | None = None) -> list[ContactNote]:
    """The latest about a caller's number, or a customer (also of numbers they were noted with), newest first."""
    about = Q(pk__in=[])
    if number:
        about |= Q(number=number)
    if customer_id is not None:
        known = ContactNote.objects.filter(customer_id=customer_id).exclude(number="").order_by()
        about |= Q(customer_id=customer_id) | Q(number__in=known.values("number"))
    return list(ContactNote.objects.filter(about).select_related("by")[:LATEST])


def unseen_mentions(member_ids: Collection[int]) -> dict[int, list[NoteMention]]:
    """Of each of these members the latest, newest first; who has none is not in it."""
    newest = Window(RowNumber(), partition_by="member_id", order_by="-note__at")
    there = NoteMention.objects.filter(member_id__in=member_ids, seen_at=None).annotate(place=newest)
    found: dict[int, list[NoteMention]] = {}
    for mention in there.filter(place__lte=LATEST).select_related("note", "note__by").order_by("-note__at"):
        found.setdefault(mention.member_id, []).append(mention)
    return found
