"""Reads of internal notes: about whom, and who is asked to look."""

from typing import Any

from django.db.models import Q, QuerySet

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


def unseen_mentions(member: Any) -> QuerySet[NoteMention]:
    found = NoteMention.objects.filter(member_id=member.pk, seen_at=None)
    return found.select_related("note", "note__by").order_by("-note__at")
