"""Callers within and outside hours of service: stamped as they came, counted once, each figure leading to its calls."""

from __future__ import annotations

import csv
import io
import uuid
from datetime import date, datetime, time
from zoneinfo import ZoneInfo

import pytest

from telephony import actions
from telephony.facts import FlowStepped, StepTaken
from telephony.models import Call, Entry, Flow, FlowVersion, RoutingRule, SpecialDay, WorkingHours
from tenants.context import enter
from tests.telephony_rows import a_queue, a_stay

SHANGHAI = ZoneInfo("Asia/Shanghai")
DAYS = "first=2026-11-16&last=2026-11-22"
NUMBER = "+862161234567"


def at(day: int, clock: str) -> datetime:
    """Of November 2026, on the wall in Shanghai; the 16th is a Monday."""
    return datetime.combine(date(2026, 11, day), time.fromisoformat(clock), tzinfo=SHANGHAI)


def furnish(pattern: str = "weekdays"):
    """A queue with its hours and the number that leads to it; the 18th is a holiday."""
    hours = WorkingHours.objects.create(name=f"Office {pattern}")
    actions.fill_hours(hours=hours, pattern=pattern)
    SpecialDay.objects.create(hours=hours, on=date(2026, 11, 18))
    queue = a_queue(hours=hours)
    Entry.objects.create(number_e164=NUMBER, queue=queue)
    return hours, queue


def arrive(moment: datetime, dialled: str = NUMBER, **more) -> Call:
    return actions.take_call(
        leg_id=uuid.uuid4(),
        node="main-1",
        at=moment,
        dialled=dialled,
        caller_number="+8613812342211",
        caller_name="",
        **more,
    )


def stamp(call: Call) -> tuple[bool | None, int | None]:
    call.refresh_from_db()
    return call.is_within_hours, call.hours_id


@pytest.mark.parametrize(
    ("pattern", "found"),
    [
        ("weekdays", [True, False, False, False, False]),
        ("daily", [True, False, True, False, False]),
        ("always", [True, True, True, False, True]),
    ],
)
def test_each_pattern_of_service_stamps_its_calls(acme, globex, pattern, found):
    """Monday 17:59 and 18:00, Saturday noon, a holiday, the night; the other tenant's clock and hours say nothing."""
    with enter("globex"):
        furnish("always")
    with enter("acme"):
        hours, _queue = furnish(pattern)
        moments = [at(16, "17:59"), at(16, "18:00"), at(21, "12:00"), at(18, "12:00"), at(17, "03:00")]
        assert [stamp(arrive(moment)) for moment in moments] == [(word, hours.pk) for word in found]
    with enter("globex"):
        assert not Call.objects.exists()


def test_hours_changed_later_change_no_call(in_acme):
    hours, queue = furnish()
    call = arrive(at(16, "17:00"))
    actions.fill_hours(hours=hours, pattern="always")
    call.refresh_from_db()
    actions.queue_call(
        leg_id=call.pk,
        node="main-1",
        queue_id=queue.pk,
        queued_at=at(16, "17:01"),
        priority=0,
        at=at(16, "17:01"),
    )
    WorkingHours.objects.filter(pk=hours.pk).update(name="Other")
    assert stamp(call) == (True, hours.pk)


def test_calls_we_made_and_numbers_that_lead_nowhere_have_no_hours(in_acme):
    furnish()
    assert stamp(arrive(at(16, "12:00"), direction="outbound")) == (None, None)
    assert stamp(arrive(at(16, "12:00"), dialled="+862100000000")) == (None, None)


def test_the_queue_a_rule_chose_has_its_own_hours(in_acme):
    furnish()
    night = a_queue("Night")
    RoutingRule.objects.create(name="All", conditions=[], effects=[{"do": "queue", "queue": night.pk}])
    call = arrive(at(16, "20:00"))
    assert stamp(call)[0] is False
    moment = at(16, "20:01")
    actions.queue_call(
        leg_id=call.pk, node="main-1", queue_id=night.pk, queued_at=moment, priority=0, at=moment
    )
    assert stamp(call) == (True, None)


@pytest.mark.parametrize(("exit", "found"), [("open", True), ("closed", False), ("holiday", False)])
def test_what_the_hours_step_of_a_flow_said_stands(in_acme, exit, found):
    _hours, queue = furnish("always" if exit != "open" else "weekdays")
    other = WorkingHours.objects.create(name="Of the flow")
    document = {"nodes": [{"id": "h", "kind": "hours", "settings": {"hours": other.pk}, "exits": {}}]}
    version = FlowVersion.objects.create(
        flow=Flow.objects.create(name="Main"), number=1, document=document, published_at=at(16, "01:00")
    )
    moment = at(17, "22:00")
    call = arrive(moment)
    step = StepTaken(
        position=1, node="h", kind="hours", entered_at=moment, exit=exit, value="", left_at=moment
    )
    actions.note_flow_step(
        told=FlowStepped(
            node="main-1",
            at=moment,
            tenant="acme",
            leg_id=call.pk,
            version_id=version.pk,
            taken=(step,),
            current=None,
            language="zh",
            collected={},
            ended_at=None,
            dialled=NUMBER,
            caller_number="",
            caller_name="",
            arrived_at=moment,
        )
    )
    assert stamp(call) == (found, other.pk)
    actions.queue_call(
        leg_id=call.pk, node="main-1", queue_id=queue.pk, queued_at=moment, priority=0, at=moment
    )
    assert stamp(call) == (found, other.pk)


@pytest.fixture
def calls(acme, globex):
    """acme within: 3 answered, 1 abandoned; outside: 2 messages, 1 left; 1 served around the clock; 1 not known."""
    with enter("globex"):
        _hours, queue = furnish()
        a_stay(at(16, "10:00"), queue, "answered")
        Call.objects.update(is_within_hours=True)
    with enter("acme"):
        hours, queue = furnish()
        for n, exit in enumerate(("answered", "answered", "answered", "abandoned")):
            _ended(a_stay(at(16, f"10:0{n}"), queue, exit, wait=10).call, True, hours, exit)
        for n, exit in enumerate(("voicemail", "voicemail", "left_early")):
            _ended(arrive(at(16, f"22:0{n}")), False, hours, exit)
        _ended(a_stay(at(17, "03:00"), a_queue("Night"), "answered").call, True, None, "answered")
        _ended(arrive(at(17, "04:00")), None, None, "refused")
    return hours


def _ended(call: Call, is_within: bool | None, hours: WorkingHours | None, exit: str) -> None:
    values = {"is_within_hours": is_within, "hours": hours, "exit": exit}
    Call.objects.filter(pk=call.pk).update(**values)


@pytest.fixture
def boss(acme, member, client_of):
    return client_of(member(acme, "supervisor"))


def figures(line) -> dict:
    return {cell.metric.id: cell.value for cell in line.cells}


def test_the_report_counts_each_call_once_by_its_hours(boss, calls):
    together, apart = boss.get(f"/reports/hours/?{DAYS}").context["tables"]
    within, outside, unknown = map(figures, together.lines)
    shown = ("CALLS", "C_ANSWERED", "C_VM", "C_NOBODY", "C_REACHED", "SL_F3", "ABN")
    assert [within[key] for key in shown] == [5, 4, 0, 1, 80.0, 80.0, 20.0]
    assert [outside[key] for key in shown] == [3, 0, 2, 1, 0.0, None, None]
    assert [unknown[key] for key in shown[:4]] == [1, 0, 0, 1]
    assert figures(together.total)["CALLS"] == 9
    assert [(line.label, figures(line)["CALLS"]) for line in apart.lines] == [
        ("Around the clock · within the hours", 1),
        ("Office weekdays · within the hours", 4),
        ("Office weekdays · outside the hours", 3),
    ]


def test_every_figure_of_hours_opens_exactly_its_calls(boss, calls):
    tables = boss.get(f"/reports/hours/?{DAYS}").context["tables"]
    cells = [cell for table in tables for line in table.lines for cell in line.cells]
    cells += tables[0].total.cells
    counts = {(cell.metric.id, cell.address, cell.value) for cell in cells if cell.metric.unit == "count"}
    assert len(counts) > 30
    for metric_id, address, value in counts:
        seen = boss.get(f"/reports/behind/{metric_id}/?{address}")
        assert seen.context["page"].paginator.count == value, (metric_id, address)
    rate = next(cell for cell in tables[0].lines[0].cells if cell.metric.id == "C_REACHED")
    seen = boss.get(f"/reports/behind/C_REACHED/?{rate.address}")
    assert (len(seen.context["counted"]), seen.context["page"].paginator.count) == (4, 5)
    assert "within the hours" in seen.content.decode()
    [message, *_others] = boss.get(f"/reports/behind/C_VM/?{DAYS}&within=outside").context["page"].object_list
    assert "○ outside the hours" in boss.get(f"/calls/{message.pk}/").content.decode()


def test_the_file_and_the_api_hold_what_the_page_shows(boss, calls):
    tables = boss.get(f"/reports/hours/?{DAYS}").context["tables"]
    told = boss.get(f"/api/v1/reports/hours/?{DAYS}").json()
    for table, key in zip(tables, ("served", "patterns"), strict=True):
        content = boss.get(f"/reports/export.csv?{DAYS}&table={table.key}").content.decode("utf-8-sig")
        kept = {row[0]: row[1:] for row in csv.reader(io.StringIO(content)) if row}
        for line, row in zip(table.lines, told[key], strict=True):
            assert (line.label, len(line.cells)) == (row["label"], len(row["figures"]))
            assert (
                kept[line.label][0] == str(round(line.cells[0].value)) == str(round(row["figures"]["CALLS"]))
            )
    assert boss.get("/api/v1/reports/hours/?within=never").status_code == 400


def test_in_chinese_and_for_a_house_nobody_called(boss, calls, globex, client_of, member):
    boss.cookies["django_language"] = "zh-hans"
    page = boss.get(f"/reports/hours/?{DAYS}").content.decode()
    assert "服务时间内" in page
    empty = client_of(member(globex, "owner")).get("/reports/hours/?first=2026-01-01&last=2026-01-02")
    assert "Nobody called in this period" in empty.content.decode()
