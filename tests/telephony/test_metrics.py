"""The glossary's formulas and their golden numbers."""

from datetime import timedelta

import pytest

from telephony import metrics, queries
from telephony.models import Queue, QueueStay
from telephony.queries.floor_figures import day_by_queue, figures_of_all, figures_of_queues

GOLDEN = metrics.ServiceCounts(answered_within=12, answered_later=4, abandoned_within=2, abandoned_later=2)


@pytest.mark.parametrize(
    ("formula", "percent"),
    [
        (metrics.service_level_f1, 70.0),
        (metrics.service_level_f2, 75.0),
        (metrics.service_level_f3, 60.0),
        (metrics.service_level_f4, 66.7),
    ],
)
def test_the_four_service_levels_of_the_same_twenty_calls(formula, percent):
    assert round(formula(GOLDEN), 1) == percent


def test_nothing_to_divide_by_is_no_number():
    empty = metrics.ServiceCounts(answered_within=0, answered_later=0, abandoned_within=0, abandoned_later=0)
    assert metrics.service_level_f3(empty) is None
    assert metrics.average_speed_of_answer(0, 0) is None
    assert metrics.average_handle_time(0, 0, 0, 0) is None
    assert metrics.occupancy(0, 0) is None
    assert metrics.abandon_rate(0, 0) is None


def test_handle_time_of_the_handbook():
    assert metrics.average_handle_time(14, 8, 6, 8) == 3.5
    assert metrics.occupancy(300, 100) == 75.0
    assert metrics.still_waiting(20, 12, 4, 1) == 3


def test_the_figures_of_a_day_add_up(floor):
    start = floor.now - timedelta(hours=1)
    agent = floor.agent()
    call_id, _offer = floor.talk(agent, seconds=60)
    floor.switch.end(call_id)
    quick, slow = floor.caller(), floor.caller(number="+8613800000002")
    floor.clock.pass_seconds(2)
    floor.switch.end(quick)
    floor.clock.pass_seconds(40)
    floor.switch.end(slow)
    floor.listen()
    floor.caller(number="+8613800000003")
    with floor.inside():
        day = queries.figures(start, floor.now + timedelta(hours=1))
    assert (day.offered, day.answered, day.abandoned, day.short_abandoned, day.waiting) == (4, 1, 2, 1, 1)
    assert day.offered == day.answered + day.abandoned + day.flowed_out + day.waiting
    assert day.service_level == 50.0
    assert day.average_speed_of_answer == 5.0
    assert day.average_handle_time == 60.0
    assert day.abandon_rate == 50.0


def test_all_queues_together_are_the_sum_of_each(floor, other_floor):
    start, end = floor.now - timedelta(hours=1), floor.now + timedelta(hours=1)
    agent = floor.agent()
    call_id, _offer = floor.talk(agent, seconds=60)
    floor.switch.end(call_id)
    gone = floor.caller()
    floor.clock.pass_seconds(40)
    floor.switch.end(gone)
    floor.listen()
    with floor.inside():
        other = Queue.objects.create(name="Other", sl_seconds=100)
        QueueStay.objects.filter(call_id=gone).update(queue=other, sl_seconds=100)
        day = day_by_queue(start, end)
        together = figures_of_all(day)
        assert together == queries.figures(start, end)
        assert {pk: one.offered for pk, one in figures_of_queues(day).items()} == {
            floor.queue.pk: 1,
            other.pk: 1,
        }
    assert (together.offered, together.answered, together.abandoned) == (2, 1, 1)
    assert together.average_handle_time == 60.0
    with other_floor.inside():
        nothing = figures_of_all(day_by_queue(start, end))
        assert nothing == queries.figures(start, end)
        assert (nothing.offered, nothing.service_level) == (0, None)


@pytest.mark.parametrize(
    ("answered", "offered", "waiting", "is_low"),
    [(16, 20, 0, True), (17, 20, 0, False), (17, 22, 2, False), (3, 10, 0, False), (0, 0, 0, False)],
)
def test_the_floor_is_alarmed_below_85_percent_of_enough_callers(answered, offered, waiting, is_low):
    assert metrics.is_connect_rate_low(answered, offered, waiting) is is_low
