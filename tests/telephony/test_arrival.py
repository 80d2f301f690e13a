"""Where a caller comes to: hours, limits, overflow and rules, before anybody rings and in few queries."""

from datetime import UTC, date, datetime, time
from zoneinfo import ZoneInfo

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from telephony import queries
from telephony.models import Agent, OpeningTime, Queue, SpecialDay, WorkingHours
from telephony.queries import Treatment
from tests.telephony.arriving import CALLER, came_to, change, complaints

MONDAY = date(2026, 11, 16)


def shanghai(hour: int, minute: int = 0, day: date = MONDAY) -> datetime:
    """A moment on acme's wall clock."""
    return datetime.combine(day, time(hour, minute), tzinfo=ZoneInfo("Asia/Shanghai"))


# ---- working hours


@pytest.fixture
def hours(floor):
    """Mondays 09:00–12:00 and 13:00 to the end of the day, in Shanghai."""
    with floor.inside():
        found = WorkingHours.objects.create(name="Office")
        for opens, closes in ((time(9), time(12)), (time(13), time(0))):
            OpeningTime.objects.create(hours=found, weekday=0, opens_at=opens, closes_at=closes)
        floor.tenant.time_zone = "Asia/Shanghai"
        floor.tenant.save()
        Queue.objects.filter(pk=floor.queue.pk).update(hours=found)
    return found


@pytest.mark.parametrize(
    ("at", "is_open"),
    [
        (shanghai(8, 59), False),
        (shanghai(9), True),
        (shanghai(11, 59), True),
        (shanghai(12), False),
        (shanghai(12, 59), False),
        (shanghai(13), True),
        (shanghai(23, 59), True),
        (shanghai(0, 0, date(2026, 11, 17)), False),
        (shanghai(10, 0, date(2026, 11, 17)), False),
    ],
)
def test_a_queue_is_served_in_its_hours_on_the_tenants_clock(floor, number, hours, at, is_open):
    told = ("queue", floor.queue.pk, "") if is_open else ("closed", floor.queue.pk, "hours")
    assert came_to(floor, at=at) == told


def test_a_special_day_is_not_like_its_weekday(floor, number, hours):
    with floor.inside():
        SpecialDay.objects.create(hours=hours, on=MONDAY, name="Inventory")
        short = SpecialDay.objects.create(
            hours=hours, on=date(2026, 11, 18), opens_at=time(10), closes_at=time(11)
        )
    assert came_to(floor, at=shanghai(10)) == ("closed", floor.queue.pk, "hours")
    assert came_to(floor, at=shanghai(10, 30, short.on))[0] == "queue"
    assert came_to(floor, at=shanghai(11, 0, short.on))[0] == "closed"


@pytest.mark.parametrize(
    ("at", "is_open"),
    [
        (datetime(2026, 3, 28, 8, 59, tzinfo=UTC), False),
        (datetime(2026, 3, 28, 9, 0, tzinfo=UTC), True),
        (datetime(2026, 3, 29, 7, 59, tzinfo=UTC), False),
        (datetime(2026, 3, 29, 8, 0, tzinfo=UTC), True),
    ],
)
def test_nine_stays_nine_when_the_clocks_change(other_floor, at, is_open):
    with other_floor.inside():
        found = WorkingHours.objects.create(name="Weekend")
        for weekday in (5, 6):
            OpeningTime.objects.create(hours=found, weekday=weekday, opens_at=time(9), closes_at=time(17))
        assert str(other_floor.tenant.time_zone) == "Europe/London"
        assert queries.is_open(found.pk, at) is is_open


# ---- limits and overflow


def test_nobody_signed_in_is_as_the_queue_says(floor, number, spare):
    nobody = {"wait": "queue", "voicemail": "closed", "overflow": "queue"}
    change(floor, overflow_queue=spare)
    told = {}
    for limit in nobody:
        change(floor, when_nobody=limit)
        told[limit] = came_to(floor)
    assert told == {
        "wait": ("queue", floor.queue.pk, ""),
        "voicemail": ("closed", floor.queue.pk, "nobody"),
        "overflow": ("queue", spare.pk, ""),
    }
    floor.agent(is_ready=False)
    assert came_to(floor) == ("queue", spare.pk, "")
    with floor.inside():
        Agent.objects.update(presence="online")
    assert came_to(floor) == ("queue", floor.queue.pk, "")


def test_a_temporary_agent_counts_only_until_the_end(floor, number):
    change(floor, when_nobody="voicemail")
    agent = floor.agent()
    with floor.inside():
        agent.queue_agents.update(until=floor.now)
    assert came_to(floor) == ("closed", floor.queue.pk, "nobody")


def test_a_full_queue_is_as_it_says(floor, number, spare):
    change(floor, max_waiting=2, overflow_queue=spare)
    floor.caller()
    told = [came_to(floor)]
    floor.clock.pass_seconds(1)
    floor.caller(number="+8613912342211")
    for limit in ("voicemail", "overflow", "wait"):
        change(floor, when_full=limit)
        told.append(came_to(floor))
    assert told == [
        ("queue", floor.queue.pk, ""),
        ("closed", floor.queue.pk, "full"),
        ("queue", spare.pk, ""),
        ("queue", floor.queue.pk, ""),
    ]


def test_the_overflow_queues_own_terms_go_with_the_caller(floor, number, spare):
    change(floor, when_nobody="overflow", overflow_queue=spare)
    route = queries.inbound_route(floor.number, CALLER, at=floor.now)
    assert (route.priority, route.max_wait_seconds, route.is_recorded) == (30, 60, False)


def test_an_overflow_that_comes_back_ends(floor, number, spare):
    change(floor, when_nobody="overflow", overflow_queue=spare)
    change(floor, spare, when_nobody="overflow", overflow_queue=floor.queue)
    assert came_to(floor) == ("queue", spare.pk, "nobody")
    change(floor, spare, overflow_queue=None)
    assert came_to(floor) == ("queue", spare.pk, "nobody")


def test_nobody_overflows_into_a_queue_that_is_shut(floor, number, spare):
    change(floor, when_nobody="overflow", overflow_queue=spare)
    change(floor, spare, state="closed")
    assert came_to(floor) == ("queue", floor.queue.pk, "nobody")
    change(floor, when_nobody="wait", when_full="overflow", max_waiting=1)
    floor.caller()
    assert came_to(floor) == ("closed", floor.queue.pk, "full")


# ---- what it costs, and what the switch keeps


def reads_of(floor, caller: str = CALLER) -> int:
    with CaptureQueriesContext(connection) as asked:
        queries.inbound_route(floor.number, caller, at=floor.now)
    return sum(query["sql"].startswith("SELECT") for query in asked.captured_queries)


def test_the_answer_takes_few_reads(floor, number, spare, hours):
    change(floor, hours=None)
    assert reads_of(floor) == 5
    change(floor, max_waiting=5, when_nobody="overflow", overflow_queue=spare)
    floor.agent()
    assert reads_of(floor) == 7
    complaints(floor, spare)
    assert reads_of(floor) == 7
    change(floor, spare, hours=hours, max_waiting=5, when_nobody="voicemail")
    assert reads_of(floor) == 10


def test_the_switch_keeps_what_stands_whatever_the_minute_brings(floor, number, spare, hours):
    complaints(floor, spare)
    change(floor, when_nobody="voicemail", max_waiting=1)
    floor.caller()
    open_now = queries.standing_route(floor.number, at=shanghai(10))
    assert (open_now.treatment, open_now.queue_id) == (Treatment.QUEUE, floor.queue.pk)
    shut = queries.standing_route(floor.number, at=shanghai(8))
    assert (shut.treatment, shut.because) == (Treatment.CLOSED, "hours")
