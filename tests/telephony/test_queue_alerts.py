"""Queues beyond their limits ring: when, with what advice, until when; and no other tenant's."""

from datetime import timedelta

import pytest

from telephony import events
from telephony.actions.queue_alerts import CALM, set_limits, take_on_alert, watch_queues
from telephony.models import AlertTerms, Queue, QueueAlert
from telephony.queries.queue_alerts import Paces
from telephony.routing.staffing import Line, agents_to_add, next_callers_wait, prospect
from tenants.events import subscribe
from tenants.people.models import AuditEntry

pytestmark = pytest.mark.usefixtures("at_once")
TOLD = (events.QueueAlertRaised, events.QueueAlertChanged, events.QueueAlertCleared)


@pytest.fixture
def heard() -> list:
    told: list = []
    for kind in TOLD:
        subscribe(kind, told.append)
    return told


def look(floor) -> list[QueueAlert]:
    with floor.inside():
        watch_queues(at=floor.now, paces=Paces())
        return list(QueueAlert.objects.filter(cleared_at=None).order_by("kind"))


def limits(floor, queue=None, **values) -> None:
    given = {"waiting_over": None, "expected_wait_over": None, "longest_wait_over": None,
             "service_level_under": None, "rings_when_nobody": False}  # fmt: skip
    with floor.inside():
        set_limits(queue_id=queue.pk if queue else None, values=given | values)


def test_too_many_waiting_ring_say_how_many_agents_to_add_and_are_quiet_again(floor, other_floor, heard):
    agent = floor.agent()
    limits(floor, floor.queue, waiting_over=2, expected_wait_over=60)
    limits(other_floor, other_floor.queue, waiting_over=2)
    for _caller in range(2):
        floor.caller()
    assert [alert.kind for alert in look(floor)] == ["expected_wait"]
    call_id = floor.caller()
    floor.clock.pass_seconds(3)
    wait, waiting = look(floor)
    # One agent, ninety seconds a call while nothing was measured: who comes now waits for three before, and two
    # agents more take two of them at once and the third within the half minute.
    assert (waiting.kind, waiting.value, waiting.limit, waiting.waiting) == ("waiting", 3.0, 2.0, 3)
    assert (wait.value, wait.worst, waiting.expected_wait_seconds) == (180.0, 270.0, 270.0)
    assert waiting.agents_to_add == 2
    assert look(other_floor) == []
    kinds = [type(event).__name__ for event in heard]
    assert kinds == ["QueueAlertRaised", "QueueAlertChanged", "QueueAlertRaised"]

    floor.offer(call_id, agent)
    floor.switch.end(call_id)
    floor.listen()
    assert [alert.kind for alert in look(floor)] == ["expected_wait", "waiting"]
    floor.clock.pass_seconds(CALM.total_seconds() + 1)
    assert [alert.kind for alert in look(floor)] == ["expected_wait"]
    with floor.inside():
        over = QueueAlert.objects.get(kind="waiting")
        assert over.cleared_at - over.raised_at == timedelta(seconds=CALM.total_seconds() + 1)
    assert isinstance(heard[-1], events.QueueAlertCleared)
    with other_floor.inside():
        assert not QueueAlert.objects.exists()


def test_one_caller_more_or_less_is_no_news(floor):
    floor.agent()
    limits(floor, waiting_over=0)
    first = floor.caller()
    [alert] = look(floor)
    floor.switch.end(first)
    floor.listen()
    look(floor)
    floor.clock.pass_seconds(5)
    floor.caller()
    look(floor)
    floor.clock.pass_seconds(30)
    assert [again.pk for again in look(floor)] == [alert.pk]


def test_nobody_ready_and_a_long_wait_ring_and_a_low_level_only_of_enough_calls(floor):
    limits(floor, rings_when_nobody=True, longest_wait_over=30, service_level_under=90)
    floor.caller()
    assert [alert.kind for alert in look(floor)] == ["nobody"]
    floor.clock.pass_seconds(31)
    longest, nobody = look(floor)
    assert (longest.kind, longest.value, nobody.agents_to_add) == ("longest_wait", 31.0, 2)
    for _caller in range(19):
        gone = floor.caller()
        floor.clock.pass_seconds(10)
        floor.switch.end(gone)
        floor.listen()
    assert "service_level" not in [alert.kind for alert in look(floor)]
    gone = floor.caller()
    floor.clock.pass_seconds(10)
    floor.switch.end(gone)
    floor.listen()
    [level] = [alert for alert in look(floor) if alert.kind == "service_level"]
    assert (level.value, level.limit) == (0.0, 90.0)


def test_a_queue_goes_by_its_own_limits_before_those_for_all(floor):
    with floor.inside():
        quiet = Queue.objects.create(name="Quiet")
    limits(floor, waiting_over=0)
    limits(floor, quiet, waiting_over=5)
    floor.caller(queue=quiet)
    assert look(floor) == []
    floor.caller()
    assert [alert.queue_id for alert in look(floor)] == [floor.queue.pk]
    with floor.inside():
        AlertTerms.objects.all().delete()
    assert look(floor) == []


def test_who_takes_an_alert_on_is_kept_and_written_down(floor, member):
    boss = member(floor.tenant, "supervisor", name="Wang Li")
    limits(floor, waiting_over=0)
    floor.caller()
    [alert] = look(floor)
    with floor.inside():
        for _again in range(2):
            take_on_alert(alert_id=alert.pk, member=boss, at=floor.now)
        alert.refresh_from_db()
        assert (alert.seen_by_id, alert.seen_at) == (boss.pk, floor.now)
        assert AuditEntry.objects.filter(verb="took on the alert").count() == 1
        assert take_on_alert(alert_id=alert.pk + 1, member=boss, at=floor.now) is None


# --- the estimate behind the advice


def test_the_advice_is_the_fewest_agents_with_whom_the_next_caller_waits_as_promised():
    line = Line(waited_seconds=[60.0] * 9, working=6, handle_seconds=84.0)
    assert next_callers_wait(line) == 140.0
    assert agents_to_add(line, target_seconds=90) == 2
    assert next_callers_wait(line, 2) <= 90 < next_callers_wait(line, 1)
    assert agents_to_add(line, target_seconds=140) == 0
    assert agents_to_add(Line(waited_seconds=[0.0] * 5000), target_seconds=1) is None
    assert next_callers_wait(Line()) is None


def test_played_on_more_agents_serve_more_callers_sooner_and_alike_each_time():
    line = Line(waited_seconds=[90.0, 40.0, 10.0], working=8, handle_seconds=180.0, calls_per_hour=170.0)
    few, more = (prospect(line, added=added, ahead_seconds=1800, sl_seconds=20) for added in (0, 3))
    assert few == prospect(line, added=0, ahead_seconds=1800, sl_seconds=20)
    assert more.mean_wait_seconds < few.mean_wait_seconds
    assert more.service_level > few.service_level
    nobody = prospect(Line(calls_per_hour=60.0), added=0, ahead_seconds=1800, sl_seconds=20)
    assert (nobody.next_wait_seconds, nobody.mean_wait_seconds, nobody.service_level) == (None, None, None)
