"""Clocks and spans without a database: hours of support, nights, pauses, clock changes, month ends."""

from datetime import UTC, date, datetime, time, timedelta
from decimal import Decimal

import pytest

from tenants.service import spans
from tenants.service.clocks import Hours, counted_seconds, due_at
from tenants.service.ladder import EVERYBODY, Waiting, step_due
from tenants.service.queries.availability import is_missed, percent

LONDON = Hours(zone="Europe/London")
SHANGHAI = Hours(zone="Asia/Shanghai")
ALWAYS = Hours(zone="Europe/London", is_round_the_clock=True)


def at(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=UTC)


@pytest.mark.parametrize(
    ("hours", "start", "minutes", "due"),
    [
        # Monday 16 November 2026, nine to six: four hours from four o'clock end at eleven the next day.
        (LONDON, "2026-11-16T16:00", 240, "2026-11-17T11:00"),
        # Friday five o'clock and two hours: Monday at ten.
        (LONDON, "2026-11-20T17:00", 120, "2026-11-23T10:00"),
        # Asked on a Saturday: Monday nine and an hour.
        (LONDON, "2026-11-21T12:00", 60, "2026-11-23T10:00"),
        # In Shanghai nine is one in UTC.
        (SHANGHAI, "2026-11-16T00:00", 30, "2026-11-16T01:30"),
        # The end of the day is still in it.
        (LONDON, "2026-11-16T17:00", 60, "2026-11-16T18:00"),
        # Day and night, over the end of a month, and over the hour that is there twice.
        (ALWAYS, "2026-10-31T23:50", 30, "2026-11-01T00:20"),
        (ALWAYS, "2026-10-25T00:30", 120, "2026-10-25T02:30"),
        # London's clocks go back on Sunday 25 October: on Friday nine is eight in UTC, on Monday it is nine.
        (LONDON, "2026-10-23T16:30", 60, "2026-10-26T09:30"),
        # And forward on Sunday 28 March 2027.
        (LONDON, "2027-03-26T17:30", 60, "2027-03-29T08:30"),
    ],
)
def test_a_case_is_due_by_the_clock_on_the_tenants_wall(hours, start, minutes, due):
    assert due_at(at(start), minutes, hours, []) == at(due)


def test_a_pause_moves_what_is_due_by_what_of_it_lay_in_hours_of_support():
    night = [(at("2026-11-16T17:00"), at("2026-11-17T10:00"))]
    # An hour on Monday evening and one on Tuesday morning.
    assert due_at(at("2026-11-16T16:00"), 240, LONDON, night) == at("2026-11-17T13:00")
    assert counted_seconds(at("2026-11-16T16:00"), at("2026-11-17T13:00"), LONDON, night) == 240 * 60


def test_what_counts_and_what_is_due_are_one_calculation():
    for minutes in (1, 59, 540, 541, 2700, 5000):
        start = at("2026-10-22T13:17")
        assert counted_seconds(start, due_at(start, minutes, LONDON, []), LONDON, []) == minutes * 60


def test_holidays_and_a_day_of_25_hours():
    closed = Hours(zone="Europe/London", closed_on=frozenset({date(2026, 12, 25)}))
    assert due_at(at("2026-12-24T17:30"), 60, closed, []) == at("2026-12-28T09:30")
    whole_day = Hours(zone="Europe/London", weekdays=frozenset({7}), opens=time(0), closes=time(23))
    sunday = (at("2026-10-24T12:00"), at("2026-10-26T12:00"))
    assert counted_seconds(*sunday, whole_day, []) == 24 * 3600


def test_hours_that_never_open_end_somewhere():
    never = Hours(zone="UTC", weekdays=frozenset())
    assert due_at(at("2026-11-16T09:00"), 10, never, []) == at("2026-11-16T09:00") + timedelta(days=3660)


def test_spans_are_merged_cut_and_taken_out():
    noon = at("2026-11-16T12:00")

    def span(start, end):
        return (noon + timedelta(minutes=start), noon + timedelta(minutes=end))

    assert spans.merged([span(5, 9), span(0, 6), span(20, 20)]) == [span(0, 9)]
    assert spans.common([span(0, 10)], [span(5, 15), span(8, 9)]) == [span(5, 10)]
    assert spans.without([span(0, 10), span(20, 30)], [span(3, 4), span(9, 22)]) == [
        span(0, 3),
        span(4, 9),
        span(22, 30),
    ]
    assert spans.seconds([span(0, 10), span(5, 12)]) == 12 * 60


def test_the_share_is_exact_where_it_is_judged_and_rounded_down_where_it_is_shown():
    month = 30 * 86_400
    assert percent(month, 43 * 60) == Decimal("99.900")
    # 99.9 % of thirty days leaves 2592 seconds: that many are kept, one more is missed.
    assert not is_missed(month, 2592, Decimal("99.9"))
    assert is_missed(month, 2593, Decimal("99.9"))
    assert percent(month, 2593) == Decimal("99.899")
    assert percent(0, 0) is None
    assert not is_missed(0, 0, Decimal(100))


def test_who_is_called_when_nobody_answers():
    noon = at("2026-11-16T12:00")
    told = []
    steps = 1
    for minute in range(41):
        case = Waiting(
            is_urgent=True, opened_at=noon, owed_from=noon, due_at=noon + timedelta(minutes=30), steps=steps
        )
        level = step_due(case, noon + timedelta(minutes=minute))
        if level is not None:
            told.append((minute, level))
            steps += 1
    assert told == [(5, 2), (10, EVERYBODY), (25, EVERYBODY), (40, EVERYBODY)]
    calm = Waiting(is_urgent=False, opened_at=noon, owed_from=noon, due_at=noon + timedelta(hours=4), steps=0)
    assert step_due(calm, noon + timedelta(hours=2, minutes=59)) is None
    assert step_due(calm, noon + timedelta(hours=3)) == 1
