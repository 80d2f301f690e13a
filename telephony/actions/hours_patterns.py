"""The three hours of service most tenants begin with, as opening times to be changed at will."""

from datetime import time

from django.db import transaction
from django.db.models import TextChoices
from django.utils.translation import gettext_lazy as _

from telephony.actions.configuration import keep_times
from telephony.models import WorkingHours


class Pattern(TextChoices):
    WEEKDAYS = "weekdays", _("Monday to Friday, 9:00 to 18:00")
    DAILY = "daily", _("Every day, 9:00 to 18:00")
    ALWAYS = "always", _("Round the clock")


_WEEKS = {
    Pattern.WEEKDAYS: (range(5), time(9), time(18)),
    Pattern.DAILY: (range(7), time(9), time(18)),
    # 00:00 as an end is the end of the day.
    Pattern.ALWAYS: (range(7), time(0), time(0)),
}


@transaction.atomic
def fill_hours(*, hours: WorkingHours, pattern: str) -> None:
    """The week of the pattern, instead of the opening times there were; special days stay."""
    days, opens_at, closes_at = _WEEKS[Pattern(pattern)]
    spans = [{"weekday": day, "opens_at": opens_at, "closes_at": closes_at} for day in days]
    keep_times(hours, spans, None)
