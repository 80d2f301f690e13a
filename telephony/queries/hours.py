"""When a queue is served: opening times in the tenant's time zone, days that are not like their weekday."""

from datetime import date, datetime, time
from zoneinfo import ZoneInfo

from telephony.models import OpeningTime, SpecialDay, WorkingHours
from telephony.queries.remembered import once
from tenants.context import current_tenant
from tenants.prepared import Compiled, given

MIDNIGHT = time(0)
Span = tuple[time, time]


def local_time(at: datetime, zone: str = "") -> datetime:
    """The same moment on the tenant's clock; `zone` is the tenant's, when it is at hand."""
    return at.astimezone(ZoneInfo(zone or str(current_tenant().time_zone)))


def is_open(hours_id: int | None, at: datetime) -> bool:
    """Without hours always. Clocks that change take the wall's time: 09:00 stays 09:00."""
    if hours_id is None:
        return True
    local, day = local_time(at), local_time(at).date()
    spans = once(("spans", hours_id, day), lambda: spans_on(hours_id, day), is_setting=True)
    return any(_holds(span, local.time()) for span in spans)


def spans_on(hours_id: int, day: date) -> list[Span]:
    """(opens, closes) of one date, earliest first; a close of 00:00 is the end of the day."""
    special = _special_days.first(hours=hours_id, day=day)
    if special is not None:
        has_times = special.opens_at is not None and special.closes_at is not None
        return [(special.opens_at, special.closes_at)] if has_times else []
    return _opening_times(hours=hours_id, weekday=day.weekday())


_special_days = Compiled(lambda: SpecialDay.objects.filter(hours_id=given("hours"), on=given("day")))
_opening_times = Compiled(
    lambda: (
        OpeningTime.objects.filter(hours_id=given("hours"), weekday=given("weekday"))
        .order_by("opens_at")
        .values_list("opens_at", "closes_at")
    )
)


def _holds(span: Span, now: time) -> bool:
    opens, closes = span
    return opens <= now and (closes == MIDNIGHT or now < closes)


def names_of_hours() -> dict[int, str]:
    return dict(WorkingHours.objects.values_list("pk", "name"))
