"""A day of the agreement comes near: said in the head of owners' and administrators' pages until one has read it."""

from datetime import datetime
from typing import Any

from django.utils.translation import gettext_lazy as _

from tenants.contracts.queries.agreements import unread_reminders
from tenants.plans.queries import today_of
from tenants.plans.queries.warnings import TOLD, HeadWarning, Place, add_warning


def connect() -> None:
    add_warning(Place.AGREEMENT, TOLD, reminder_for)


def reminder_for(tenant: Any, at: datetime) -> HeadWarning | None:
    if not unread_reminders(tenant, today_of(tenant, at)):
        return None
    return HeadWarning("/contract/", _("A day of your agreement comes near"))
