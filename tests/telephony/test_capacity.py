"""What this installation bears and how available it was: told with words and figures, to operators alone."""

from datetime import UTC, datetime, timedelta

import pytest
from django.core.management import CommandError, call_command

from telephony.cells import availability
from telephony.cells.capacity import Gauge, gauges, keep_measurement, latest_measurement
from telephony.cells.models import AvailabilityDay, Outage
from telephony.management.commands import measure_capacity
from telephony.models import EmergencyPlan
from telephony.queries import Treatment, inbound_route
from telephony.queries.load import load_now
from tenants.models import Number
from tenants.people.models import AuditEntry

NOON = datetime(2026, 11, 16, 12, 0, tzinfo=UTC)
FIGURES = {"events": {"limit": 60.0, "unit": "1/s", "how": "one worker"}}


@pytest.fixture
def operator(member, client_of):
    return client_of(member(None, "operator"))


@pytest.fixture(autouse=True)
def no_sockets(monkeypatch):
    monkeypatch.setattr("telephony.queries.load.open_sockets", lambda: None)


def probe(second: float, *down: str) -> None:
    availability.note_probe(at=NOON + timedelta(seconds=second), down=list(down))


@pytest.mark.parametrize(
    ("now", "state"), [(10.0, "calm"), (42.0, "near"), (54.0, "full"), (None, "unknown")]
)
def test_the_distance_to_a_limit_has_a_word(now, state):
    gauge = Gauge(id="events", limit=60.0, unit="1/s", how="", now=now)
    assert gauge.state == state


def test_what_was_not_run_has_no_limit_and_says_why(db):
    keep_measurement(at=NOON, hardware={"cores": 2}, figures=FIGURES, not_run={"calls": "no sipp"})
    by_id = {gauge.id: gauge for gauge in gauges(latest_measurement(), {"facts_per_second": 30.0})}
    assert (by_id["events"].share, by_id["events"].state) == (0.5, "calm")
    assert (by_id["calls"].limit, by_id["calls"].why_not_run, by_id["calls"].state) == (
        None,
        "no sipp",
        "unknown",
    )


def test_the_present_is_counted_over_all_tenants(floor, other_floor):
    floor.caller()
    floor.caller()
    other_floor.caller()
    now = load_now()
    assert (now["calls_live"], now["agents_online"]) == (3.0, 0.0)
    assert "sockets" not in now


def test_operators_read_the_card_and_tenants_do_not(operator, floor, member, client_of):
    keep_measurement(at=NOON, hardware={"cores": 2}, figures=FIGURES, not_run={"calls": "no sipp"})
    page = operator.get("/capacity/").content.decode()
    assert "Not run: no sipp" in page
    assert "one worker" in page
    assert client_of(member(floor.tenant, "owner")).get("/capacity/").status_code == 404


def test_a_probe_in_time_is_up_and_a_late_one_counts_against_the_budget(db):
    for second in (0, 10, 20):
        probe(second)
    probe(110)
    budget = availability.budget(NOON.date())
    assert (budget.up, budget.down, budget.unseen) == (20.0, 0.0, 90.0)
    assert round(budget.budget) == 316
    assert round(budget.left) == 226
    assert list(Outage.objects.values_list("parts", flat=True)) == [["probe"]]


def test_an_outage_lasts_until_all_parts_are_up_and_the_cache_is_none(db):
    probe(0)
    probe(10, "cache")
    probe(20, "switch")
    probe(30, "switch", "worker")
    probe(40)
    outage = Outage.objects.get()
    assert (outage.began_at, outage.ended_at) == (NOON + timedelta(seconds=10), NOON + timedelta(seconds=40))
    assert outage.parts == ["switch", "worker"]
    budget = availability.budget(NOON.date())
    assert (budget.up, budget.down) == (20.0, 20.0)


def test_a_span_over_midnight_belongs_to_both_days(db):
    probe(43_190)
    probe(43_210)
    days = AvailabilityDay.objects.order_by("day").values_list("up_seconds", flat=True)
    assert list(days) == [10.0, 10.0]


def test_the_budget_is_a_page_of_the_operators(operator):
    probe(0)
    probe(10, "switch")
    page = operator.get("/availability/").content.decode()
    assert "5:15" in page
    assert "goes on" in page


def test_an_operator_switches_a_whole_tenant_with_a_reason_and_the_tenant_reads_it(
    operator, floor, other_floor, monkeypatch
):
    monkeypatch.setattr("telephony.emergencies.send_order", lambda order, member: "o1")
    for one in (floor, other_floor):
        Number.objects.create(e164=one.number, tenant=one.tenant, country="CN", kind="local", currency="CNY")
    assert operator.post("/emergency/acme/on/", {"reason": ""}).status_code == 200
    assert inbound_route(floor.number).treatment == Treatment.QUEUE
    assert operator.post("/emergency/acme/on/", {"reason": "The street is flooded"}).status_code == 302
    assert inbound_route(floor.number).treatment == Treatment.EMERGENCY_MESSAGE
    assert inbound_route(other_floor.number).treatment == Treatment.QUEUE
    with floor.inside():
        entry = AuditEntry.objects.get(verb="emergency switched on")
        assert entry.reason == "The street is flooded"
        assert entry.actor_name.endswith("operator")
    with other_floor.inside():
        assert not EmergencyPlan.objects.exists()
    assert operator.post("/emergency/acme/off/", {"reason": "dry again"}).status_code == 302
    assert inbound_route(floor.number).treatment == Treatment.QUEUE


def test_the_probe_of_the_task_queue_writes_down_what_is_down(db, monkeypatch):
    from contactcenter import tasks

    states = {"database": {"state": "up"}, "switch": {"state": "down"}, "worker": {"state": "up"}}
    monkeypatch.setattr("contactcenter.tasks.measure", lambda: states)
    tasks.probe()
    AvailabilityDay.objects.update(
        last_probe_at=AvailabilityDay.objects.get().last_probe_at - timedelta(seconds=9)
    )
    tasks.probe()
    assert Outage.objects.get().parts == ["switch"]


def test_what_was_measured_is_kept_and_what_was_cancelled_is_not(db, monkeypatch, capsys):
    found = {"figures": FIGURES, "not_run": {"calls": "no sipp"}, "hardware": {"cores": 2}}

    def cancelled(self, path):
        raise CommandError("Cancelled: nothing was written.")

    monkeypatch.setattr(measure_capacity.Command, "_measured", cancelled)
    with pytest.raises(CommandError):
        call_command("measure_capacity")
    assert latest_measurement() is None
    monkeypatch.setattr(measure_capacity.Command, "_measured", lambda self, path: found)
    call_command("measure_capacity")
    row = latest_measurement()
    assert (row.figures, row.not_run, row.hardware) == (FIGURES, {"calls": "no sipp"}, {"cores": 2})
    assert "calls: not run: no sipp" in capsys.readouterr().out


def test_the_present_and_the_limits_are_metrics(db, client_of, member):
    keep_measurement(at=NOON, hardware={}, figures=FIGURES, not_run={})
    monitored = client_of(member(None, "operator")).get("/metrics").content.decode()
    assert 'contactcenter_capacity_limit{what="events"} 60.0' in monitored
    assert 'contactcenter_capacity_now{what="calls"} 0.0' in monitored


@pytest.mark.parametrize(
    ("path", "words"),
    [("/capacity/", "实测上限"), ("/availability/", "99.999 % 意味着"), ("/emergency/", "企业"),
     ("/emergency/acme/on/", "的应急？")],
)  # fmt: skip
def test_operators_read_them_in_chinese(operator, floor, path, words):
    keep_measurement(at=NOON, hardware={"cores": 2}, figures=FIGURES, not_run={"calls": "no sipp"})
    operator.cookies["django_language"] = "zh-hans"
    page = operator.get(path).content.decode()
    assert words in page
    assert "%%" not in page
