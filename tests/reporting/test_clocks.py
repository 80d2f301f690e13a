"""Days begin at the tenant's midnight, also where the clocks change."""

from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from reporting import queries
from reporting.periods import Period, period_of
from reporting.queries import Question
from tests.telephony_rows import a_queue, a_state, a_stay, an_agent

SHANGHAI, LONDON = ZoneInfo("Asia/Shanghai"), ZoneInfo("Europe/London")
SPRING, AUTUMN = date(2026, 3, 29), date(2026, 10, 25)


def offered_by_day(question, now):
    return {day: parts.offered for day, parts in queries.report(question, now).days.items()}


def test_a_day_in_shanghai_begins_at_four_in_the_afternoon_of_utc(in_acme, now):
    queue = a_queue()
    midnight = datetime(2026, 11, 15, 16, tzinfo=UTC)
    for moment in (
        midnight - timedelta(microseconds=1),
        midnight,
        midnight + timedelta(hours=24, microseconds=-1),
    ):
        a_stay(moment, queue, "answered")
    question = Question(Period(date(2026, 11, 15), date(2026, 11, 16), SHANGHAI))
    assert offered_by_day(question, now) == {date(2026, 11, 15): 1, date(2026, 11, 16): 2}


@pytest.mark.parametrize(("day", "hours"), [(SPRING, 23), (date(2026, 3, 30), 24), (AUTUMN, 25)])
def test_a_day_in_london_has_as_many_hours_as_its_clock_says(day, hours):
    period = Period(day, day, LONDON)
    assert (period.end.astimezone(UTC) - period.start.astimezone(UTC)) == timedelta(hours=hours)


@pytest.mark.parametrize("day", [SPRING, AUTUMN])
def test_a_call_in_each_real_hour_of_a_change_day_is_counted_once(in_acme, now, day):
    queue, period = a_queue(), Period(day, day, LONDON)
    start, end = period.start.astimezone(UTC), period.end.astimezone(UTC)
    hours = round((end - start) / timedelta(hours=1))
    for n in range(-1, hours + 1):
        a_stay(start + timedelta(hours=n, minutes=30), queue, "answered")
    report = queries.report(Question(period), now)
    assert report.days[day].offered == hours
    by_hour = [report.hours[hour].offered for hour in range(24)]
    # In spring the clock skips one; in autumn it shows one twice. London changes at 01:00 UTC.
    assert by_hour == [1, 0 if day == SPRING else 2, *[1] * 22]


@pytest.mark.parametrize(("zone", "day"), [(LONDON, SPRING), (LONDON, AUTUMN), (SHANGHAI, SPRING)])
def test_hours_and_days_and_the_whole_agree(in_acme, acme, member, now, zone, day):
    queue, agent = a_queue(), an_agent(member(acme, "agent"))
    start = Period(day, day, zone).start.astimezone(UTC)
    for n in range(-60, 60):
        a_stay(start + timedelta(minutes=47 * n), queue, ["answered", "abandoned", "voicemail"][n % 3], 7)
    a_state(start - timedelta(days=3), agent)
    for n in range(40):
        a_state(start + timedelta(minutes=61 * n), agent, ["talking", "wrap_up", "idle"][n % 3])
    period = Period(day - timedelta(days=3), day + timedelta(days=3), zone)
    report = queries.report(Question(period), now + timedelta(days=365))
    assert queries.sum_of(report.days.values()) == queries.sum_of(report.hours.values()) == report.total
    assert report.total.offered == 120
    online = (period.end.astimezone(UTC) - (start - timedelta(days=3))).total_seconds()
    assert report.total.contact + report.total.idle == online


@pytest.mark.parametrize(
    ("first", "last", "expected"),
    [
        (None, None, (date(2026, 11, 10), date(2026, 11, 16))),
        (date(2026, 11, 16), date(2026, 11, 2), (date(2026, 11, 2), date(2026, 11, 16))),
        (date(2020, 1, 1), date(2026, 11, 16), (date(2025, 11, 16), date(2026, 11, 16))),
        (date(2026, 11, 3), None, (date(2026, 11, 3), date(2026, 11, 3))),
        (None, date(2026, 11, 3), (date(2026, 10, 28), date(2026, 11, 3))),
    ],
)
def test_a_period_is_made_sensible(first, last, expected):
    period = period_of(first, last, zone=LONDON, today=date(2026, 11, 16))
    assert (period.first, period.last) == expected
