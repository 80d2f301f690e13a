"""The glossary's example and sums done by hand, from rows to the figure on the report."""

from datetime import date, timedelta
from zoneinfo import ZoneInfo

import pytest

from reporting import queries, registry
from reporting.periods import Period
from reporting.queries import Question
from tests.telephony_rows import a_queue, a_state, a_stay, an_agent, an_offer

LONDON = ZoneInfo("Europe/London")


def asked(now, **narrower):
    return Question(Period(now.date(), now.date(), LONDON), **narrower)


def value(metric_id, question, now):
    return registry.METRICS[metric_id].value(queries.report(question, now).total)


@pytest.fixture
def example(in_acme, now):
    """20 offered: 12 answered within 20 s, 4 later, 2 abandoned within 20 s, 2 later."""
    queue = a_queue(sl_seconds=20, short_abandon_seconds=5)
    waits = (
        [("answered", 10)] * 12 + [("answered", 30)] * 4 + [("abandoned", 10)] * 2 + [("abandoned", 40)] * 2
    )
    for n, (exit, wait) in enumerate(waits):
        a_stay(now + timedelta(minutes=n), queue, exit, wait)
    return queue


@pytest.mark.parametrize(
    ("metric_id", "percent"), [("SL_F1", 70.0), ("SL_F2", 75.0), ("SL_F3", 60.0), ("SL_F4", 66.7)]
)
def test_the_four_service_levels_of_the_glossary(example, now, metric_id, percent):
    assert round(value(metric_id, asked(now), now), 1) == percent


def test_the_chosen_service_level_is_f3():
    assert [metric.id for metric in registry.METRICS.values() if metric.is_chosen] == ["SL_F3"]


@pytest.mark.parametrize(
    ("metric_id", "expected"),
    [
        ("O", 20),
        ("A", 16),
        ("B", 4),
        ("ABN", 20.0),
        ("CONN", 80.0),
        ("ASA", 15.0),  # (12·10 + 4·30) / 16
        ("AHD", 25.0),  # (2·10 + 2·40) / 4
    ],
)
def test_the_other_figures_of_the_example(example, now, metric_id, expected):
    assert value(metric_id, asked(now), now) == expected


def test_short_abandons_are_abandoned_but_outside_every_service_level(example, now):
    before = {key: value(key, asked(now), now) for key in ("SL_F1", "SL_F2", "SL_F3", "SL_F4")}
    for n in range(3):
        a_stay(now + timedelta(hours=1, minutes=n), example, "abandoned", 4.9)
    assert {key: value(key, asked(now), now) for key in before} == before
    assert (value("B", asked(now), now), value("B_SHORT", asked(now), now)) == (7, 3)


def test_a_wait_of_exactly_the_threshold_is_within_it(in_acme, now):
    queue = a_queue(sl_seconds=20)
    a_stay(now, queue, "answered", 20)
    a_stay(now + timedelta(seconds=1), queue, "answered", 20.001)
    assert value("SL_F2", asked(now), now) == 50.0


def test_each_stay_is_judged_by_the_threshold_of_its_own_time(in_acme, now):
    queue = a_queue(sl_seconds=20)
    a_stay(now, queue, "answered", 25)
    queue.sl_seconds = 30
    queue.save()
    a_stay(now + timedelta(minutes=1), queue, "answered", 25)
    assert value("SL_F3", asked(now), now) == 50.0


def test_handle_time_is_talk_hold_and_wrap_up(in_acme, acme, member, now):
    # SWPP's example: (14 + 8 + 6) minutes of work for 8 calls are 3.5 minutes each.
    agent, queue = an_agent(member(acme, "agent")), a_queue()
    work = [(105, 60, 45)] * 8
    for n, (talk, hold, wrap_up) in enumerate(work):
        at = now + timedelta(minutes=5 * n)
        stay = a_stay(at, queue, "answered", agent=agent)
        an_offer(at, stay, agent, talk_seconds=talk, hold_seconds=hold, wrap_up_seconds=wrap_up)
    assert value("AHT", asked(now), now) == 210.0
    assert value("ATT", asked(now), now) == 105.0


def test_occupancy_counts_wrap_up_as_contact_and_leaves_ringing_out(in_acme, acme, member, now):
    agent = an_agent(member(acme, "agent"))
    steps = [
        ("idle", 0),
        ("ringing", 600),
        ("talking", 610),
        ("wrap_up", 1210),
        ("idle", 1410),
        ("idle", 1500),
    ]
    for activity, seconds in steps:
        a_state(now + timedelta(seconds=seconds), agent, activity)
    a_state(now + timedelta(seconds=2010), agent, online=False)
    # contact 600 + 200; idle 600 + 600; 800 / 2000
    assert value("OCC", asked(now), now + timedelta(hours=3)) == 40.0


def test_a_state_from_before_the_period_reaches_into_it_and_ends_now(in_acme, acme, member, now):
    agent = an_agent(member(acme, "agent"))
    a_state(now - timedelta(days=2), agent, "talking")
    total = queries.report(asked(now), now).total
    assert total.contact == 9 * 3600  # midnight to nine in London
    assert total.idle == 0


def test_nothing_to_divide_by_is_no_figure(in_acme, now):
    empty = {
        key: metric.value(queries.report(asked(now), now).total) for key, metric in registry.METRICS.items()
    }
    counts = ("O", "A", "B", "B_SHORT", "F", "VM", "LOST", "W", "HANDLED", "RONA", "SURVEYED", "LINES")
    counts += ("CALLS", "C_ANSWERED", "C_SERVED", "C_VM", "C_OUT", "C_NOBODY")
    assert empty == dict.fromkeys(registry.METRICS) | dict.fromkeys(counts, 0)


def test_every_call_is_explained(in_acme, now):
    queue = a_queue()
    for n, exit in enumerate(["answered", "abandoned", "flow_out", "voicemail", "lost", ""]):
        a_stay(now + timedelta(minutes=n), queue, exit)
    total = queries.report(asked(now), now).total
    assert (total.offered, total.waiting, total.unexplained) == (6, 1, 0)


def test_a_stay_nobody_can_explain_shows(in_acme, now):
    stay = a_stay(now, a_queue(), "abandoned")
    stay.exit = ""
    stay.save()
    assert queries.report(asked(now), now).total.unexplained == 1


def test_only_the_queue_asked_for(example, now):
    other = a_queue("Support")
    a_stay(now, other, "answered", 10)
    assert value("O", asked(now, queue_id=other.pk), now) == 1
    assert value("O", asked(now), now) == 21
    assert value("OCC", asked(now, queue_id=other.pk), now) is None


def test_globex_counts_nothing_of_acme(example, globex, inside, now):
    with inside(globex):
        assert queries.report(asked(now), now).total.offered == 0


def test_an_unknown_queue_has_no_calls(example, now):
    assert value("O", asked(now, queue_id=10**9), now) == 0


def test_the_days_of_a_period_are_all_there(in_acme, now):
    question = Question(Period(date(2026, 11, 1), date(2026, 11, 30), LONDON))
    report = queries.report(question, now)
    assert (len(report.days), len(report.hours)) == (30, 24)
