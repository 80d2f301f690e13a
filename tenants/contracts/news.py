"""A day of the agreement comes near: said in the head of owners' and administrators' pages until one has read it."""

from typing import Any

from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from tenants.contracts.queries.agreements import unread_reminders
from tenants.plans.queries import today_of
from tenants.plans.queries.warnings import warn_of


def connect() -> None:
    warn_of(reminder_for)


def reminder_for(tenant: Any) -> dict[str, Any] | None:
    """{link, words}; the words are lazy, as the answer is kept for readers of other languages too."""
    if not unread_reminders(tenant, today_of(tenant, timezone.now())):
        return None
    return {"link": "/contract/", "words": _("A day of your agreement comes near")}
