"""Hours of the week: what can be written, who has which minute, and by whose clock."""

from datetime import UTC, datetime

import pytest
from django.core.exceptions import ValidationError
from hypothesis import given, settings
from hypothesis import strategies as st

from tenants.billing import windows
from tenants.billing.models import Price
from tenants.billing.price_check import Line, problems
from tenants.billing.queries import price_at


@pytest.mark.parametrize(
    ("typed", "kept"),
    [("1-5", "1-5"), ("5,1-3, 4", "1-5"), ("7,6", "6-7"), ("1,3,5", "1,3,5"), ("", ""), ("x", "x")],
)
def test_the_same_days_have_one_spelling(typed: str, kept: str) -> None:
    assert windows.plain_days(typed) == kept


@pytest.mark.parametrize(
    ("days", "hours"),
    [("0", ""), ("8", ""), ("5-1", ""), ("1;2", ""), ("", "8-20"), ("", "22:00-06:00"), ("", "08:00-24:30")]
    + [("", "08:00-08:00"), ("", "25:00-26:00"), ("1-5\n", "")],
)
def test_what_names_no_time_is_refused(days: str, hours: str) -> None:
    with pytest.raises(ValidationError):
        windows.window_of(days, hours)
    assert Price(days=days, hours=hours).window is windows.NEVER


WORK, NIGHT, WEEKEND, REST = (
    Price(label=label, days=days, hours=hours)
    for label, days, hours in (
        ("work", "1-5", "08:00-20:00"),
        ("night", "1-5", "20:00-24:00"),
        ("weekend", "6-7", ""),
        ("rest", "", ""),
    )
)


@pytest.mark.parametrize(
    ("at", "zone", "label"),
    [
        (datetime(2026, 11, 16, 0, 0, tzinfo=UTC), "Asia/Shanghai", "work"),
        (datetime(2026, 11, 15, 23, 59, 59, tzinfo=UTC), "Asia/Shanghai", "rest"),
        (datetime(2026, 11, 16, 11, 59, 59, tzinfo=UTC), "Asia/Shanghai", "work"),
        (datetime(2026, 11, 16, 12, 0, tzinfo=UTC), "Asia/Shanghai", "night"),
        (datetime(2026, 11, 21, 3, 0, tzinfo=UTC), "Asia/Shanghai", "weekend"),
        # London: 25 October 2026 has 01:30 twice, 29 March 2026 has none; both are Sundays.
        (datetime(2026, 10, 24, 23, 0, tzinfo=UTC), "Europe/London", "weekend"),
        (datetime(2026, 10, 25, 23, 59, tzinfo=UTC), "Europe/London", "weekend"),
        (datetime(2026, 3, 30, 7, 0, tzinfo=UTC), "Europe/London", "work"),
        (datetime(2026, 3, 27, 7, 0, tzinfo=UTC), "Europe/London", "rest"),
    ],
)
def test_the_price_of_the_moment_it_was_answered_by_the_tenants_clock(at, zone: str, label: str) -> None:
    assert price_at([WORK, NIGHT, WEEKEND, REST], at, zone).label == label


def test_an_hour_that_the_clock_repeats_costs_the_same_twice() -> None:
    early = Price(label="early", days="7", hours="01:00-02:00")
    for hour in (0, 1):
        at = datetime(2026, 10, 25, hour, 30, tzinfo=UTC)
        assert price_at([early, REST], at, "Europe/London").label == "early"


SPANS = st.tuples(
    st.frozensets(st.integers(1, 7), min_size=1), st.integers(0, 1439), st.integers(1, 1440), st.booleans()
)


@settings(max_examples=30, deadline=None)
@given(st.lists(SPANS, max_size=5), st.booleans())
def test_no_minute_of_the_week_has_two_owners_and_none_is_lost_where_one_takes_the_rest(
    drawn, has_rest
) -> None:
    lines = [windows.Window(days, *sorted((a, b)), is_rest=False) for days, a, b, _ in drawn if a != b]
    lines += [windows.REST] if has_rest else []
    owner: dict[int, int] = {}
    for span in windows.shared_out(lines):
        for minute in range(span.first, span.after):
            assert minute not in owner
            owner[minute] = span.place
    named = [line for line in lines if not line.is_rest]
    for minute in range(windows.WEEK):
        claims = [place for place, line in enumerate(named) if line.holds(minute)]
        assert owner.get(minute) == (claims[0] if claims else len(named) if has_rest else None)
    assert windows.gaps(windows.shared_out(lines)) == [] or not has_rest


def line(place: int, prefix: str, days: str = "", hours: str = "", direction: str = "outbound") -> Line:
    return Line(place, direction, prefix, "", windows.window_of(days, hours))


def told(*lines: Line) -> list[tuple[object, str]]:
    return [(problem.place, problem.message) for problem in problems(lines)]


def test_a_whole_list_has_nothing_wrong() -> None:
    assert (
        told(
            line(0, "+"), line(1, "+86", "1-5", "08:00-20:00"), line(2, "+86"), line(3, "", "", "", "inbound")
        )
        == []
    )
    assert (
        told(line(0, "", "1-5"), line(1, "", "6-7", "00:00-12:00"), line(2, "", "6,7", "12:00-24:00")) == []
    )


def test_an_overlap_is_told_of_the_later_line_and_a_gap_of_its_hours() -> None:
    assert told(line(0, ""), line(1, "+86", "1-5"), line(2, "+86", "5-7")) == [
        (2, "Outbound · +86 has two prices on Friday 00:00.")
    ]
    assert told(line(0, "+"), line(1, "+")) == [(1, "Outbound · + has two prices for the same time.")]
    assert told(line(0, ""), line(1, "+86", "1-5", "08:00-20:00")) == [
        (1, "Outbound · +86 has no price from Monday 00:00 until Monday 08:00.")
    ]
    ((place, words),) = told(line(0, "+86"))
    assert place == 0
    assert words.startswith("Calls to all other destinations have no price")
