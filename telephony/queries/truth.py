"""Reads of what differed between our rows and the switch."""

from django.db.models import QuerySet

from telephony.models import Difference


def differences(*, kind: str = "", state: str = "") -> QuerySet[Difference]:
    """Newest first, open ones before healed ones. `state` is "open", "healed" or "" for both."""
    found = Difference.objects.all()
    if kind:
        found = found.filter(kind=kind)
    if state:
        found = found.filter(healed_at__isnull=state == "open")
    return found.order_by("-found_at", "-pk")


def open_differences() -> QuerySet[Difference]:
    return differences(state="open")
