"""Elderly callers by tag or by list, the weeks of service through a year of clocks, and halves that are halves."""

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from telephony import actions, metrics
from telephony.actions.flow_imports import create_from_template
from telephony.actions.flows import create_flow
from telephony.flows.document import parse
from telephony.models import CallerProfile, WorkingHours
from telephony.queries.flow_facts import Asked, answer_node, hours_exit
from telephony.queries.flow_walks import Trial, try_flow
from tests.telephony.drawn import document, node, spoken_prompt

GRANDMOTHER, GRANDSON, LISTED = "+8613812342211", "+8613912340000", "+8613612345678"
LONDON = ZoneInfo("Europe/London")


def way(floor, flow, caller, presses=("",) * 10):
    """The nodes a caller comes through, with the queue's name at its end."""
    trial = Trial(at=floor.now, number=floor.number, caller_number=caller, presses=presses)
    with floor.inside():
        gone = try_flow(parse(flow.draft), trial, flow_id=flow.pk)
    return [step.node for step in gone.steps]


@pytest.mark.parametrize("tag", ["老年人", "elderly"])
def test_callers_tagged_as_elderly_come_to_a_person_without_a_menu(floor, other_floor, tag):
    with floor.inside():
        CallerProfile.objects.create(e164=GRANDMOTHER, tags=[tag])
    flows = []
    for house in (floor, other_floor):
        with house.inside():
            made = create_from_template(key="hotline", language="zh", by=None, at=house.now)
            flows.append(made.flow)
    ours, theirs = flows
    assert way(floor, ours, GRANDMOTHER) == ["elder", "care", "carefirst", "careq"]
    assert "main" in way(floor, ours, GRANDSON)
    # The other tenant knows nothing of her.
    assert "main" in way(other_floor, theirs, GRANDMOTHER)


def test_callers_on_a_list_hear_a_short_menu(floor):
    """Numbers are compared as people write them."""
    when = [{"field": "caller_number", "op": "one_of", "value": ["136 1234 5678", GRANDMOTHER]}]
    with floor.inside():
        short, long = (spoken_prompt(name, floor.now).pk for name in ("Short", "Long"))
        drawn = document(
            node("who", "condition", {"listed": "short", "else": "long"}, branches=[{"exit": "listed", "when": when}]),
            node("short", "menu", {"1": "q", "timeout": "q", "wrong": "q"}, prompt=short),
            node("long", "menu", {"1": "q", "2": "q", "timeout": "q", "wrong": "q"}, prompt=long),
            node("q", "queue", queue=floor.queue.pk),
        )  # fmt: skip
        flow = create_flow(name="Line", document=drawn, by=None, at=floor.now)
    assert [way(floor, flow, caller)[1] for caller in (GRANDMOTHER, GRANDSON)] == ["short", "long"]


@pytest.mark.parametrize(
    ("pattern", "hours_of_week"), [("weekdays", 5 * 9), ("daily", 7 * 9), ("always", 7 * 24)]
)
@pytest.mark.parametrize(
    ("monday", "night_shift"), [("2026-03-23", -1), ("2026-10-19", 1), ("2026-06-01", 0)]
)
def test_each_week_of_service_holds_its_hours_through_a_change_of_clocks(
    other_floor, pattern, hours_of_week, monday, night_shift
):
    """globex is in London: the weeks of 29 March and 25 October 2026 have an hour less and one more, at night."""
    begin = datetime.fromisoformat(monday).replace(tzinfo=LONDON)
    with other_floor.inside():
        hours = WorkingHours.objects.create(name=pattern)
        actions.fill_hours(hours=hours, pattern=pattern)
        found = [
            hours_exit(hours.pk, begin.astimezone(UTC) + timedelta(hours=hour))
            for hour in range(7 * 24 + night_shift)
        ]
    wanted = hours_of_week + (night_shift if pattern == "always" else 0)
    assert (found.count("open"), found.count("holiday")) == (wanted, 0)


@pytest.mark.parametrize("pattern", ["weekdays", "daily", "always"])
def test_a_holiday_wins_over_each_week_of_service(other_floor, pattern):
    """Monday after the clocks went back: a holiday from midnight to midnight of London's winter."""
    with other_floor.inside():
        hours = WorkingHours.objects.create(name=pattern)
        actions.fill_hours(hours=hours, pattern=pattern)
        hours.special_days.create(on="2026-10-26")
        begin = datetime(2026, 10, 26, tzinfo=LONDON).astimezone(UTC)
        day = [hours_exit(hours.pk, begin + timedelta(hours=hour)) for hour in range(24)]
        around = [hours_exit(hours.pk, begin + timedelta(hours=hour)) for hour in (-1, 24 + 10)]
    assert set(day) == {"holiday"}
    assert around == ["open" if pattern == "always" else "closed", "open"]


def test_halves_of_a_thousand_callers_are_halves_within_the_interval_that_is_shown(floor):
    shares = [{"exit": "a", "percent": 50}, {"exit": "b", "percent": 50}]
    split = parse(document(node("ab", "split", {"a": "", "b": ""}, shares=shares))).nodes["ab"]
    with floor.inside():
        found = [
            answer_node(
                split,
                Asked(number=floor.number, caller_number=f"+86138{line:08}"),
                floor.now,
                flow_id=7,
            ).exit
            for line in range(1000)
        ]
    low, high = metrics.wilson_interval(found.count("a"), len(found))
    assert low <= 50 <= high
    assert high - low < 7
