"""What the door knows by heart is, byte for byte, what Django answers for the same rows; or it says it cannot know."""

import base64
from collections.abc import Callable
from datetime import time, timedelta
from zoneinfo import ZoneInfo

import pytest
from django.test import RequestFactory
from django.utils import timezone

from telephony import actions
from telephony.freeswitch import views
from telephony.freeswitch.known import KnownAnswers, from_bytes, to_bytes
from telephony.models import (
    Agent,
    Device,
    EmergencyPlan,
    EmergencySwitch,
    Flow,
    FlowVersion,
    OpeningTime,
    RoutingRule,
    SpecialDay,
    WorkingHours,
)
from telephony.queries.known_answers import known_tenant
from tenants.models import Domain, Number
from tenants.queries import tenants_on_line
from tests.telephony.arriving import change
from tests.telephony.prepared import SECOND, prepare

SECRET = "web-secret"
CALLERS = ("13812342211", "", "+442071234567")


@pytest.fixture(autouse=True)
def _secret(settings) -> None:
    settings.SWITCH = settings.SWITCH | {"secret": SECRET}


def asked(view: Callable, **form: str) -> bytes:
    credentials = base64.b64encode(f"switch:{SECRET}".encode()).decode()
    request = RequestFactory().post("/switch/x", form, HTTP_AUTHORIZATION=f"Basic {credentials}")
    return bytes(view(request).content)


def where(dialled: str, caller: str = CALLERS[0]) -> bytes:
    form = {"Caller-Context": "public", "Hunt-Destination-Number": dialled, "Caller-Caller-ID-Number": caller}
    return asked(views.dialplan, **form)


def learnt() -> KnownAnswers:
    """By way of the disk: what is kept there must say the same."""
    known = KnownAnswers(known_tenant(line, timezone.now()) for line in tenants_on_line())
    return from_bytes(to_bytes(known))


def is_known(number: str, known: KnownAnswers | None = None) -> bool:
    """Known for sure; then every caller is told by Django what the door says, in every spelling."""
    known = known or learnt()
    sure = False
    for dialled in (number, number.removeprefix("+"), f"00{number.removeprefix('+')}"):
        found = known.route(dialled, timezone.now().timestamp())
        sure = found is not None and found.is_sure
        if sure:
            assert {found.document} == {where(dialled, caller) for caller in CALLERS}, dialled
    return sure


def put_hours(floor, *spans: tuple[time, time]) -> WorkingHours:
    with floor.inside():
        hours = WorkingHours.objects.create(name="Office")
        for weekday in range(7):
            for opens, closes in spans:
                OpeningTime.objects.create(hours=hours, weekday=weekday, opens_at=opens, closes_at=closes)
    change(floor, hours=hours)
    return hours


def test_plain_numbers_are_known_and_a_change_of_one_tenant_is_no_others(lines, floor, other_floor):
    before = learnt()
    assert is_known(floor.number, before)
    assert is_known(SECOND, before)
    assert is_known(other_floor.number, before)
    change(floor, priority=77, max_wait_seconds=1234, is_recorded=False)
    assert is_known(floor.number)
    assert learnt().route(floor.number, 0).document != before.route(floor.number, 0).document
    assert learnt().route(other_floor.number, 0) == before.route(other_floor.number, 0)


@pytest.mark.parametrize(
    "values",
    [
        {"state": "closed"},
        {"state": "closed", "when_nobody": "voicemail"},
        {"when_nobody": "voicemail"},
        {"max_waiting": 3},
        {"max_waiting": 3, "when_full": "wait"},
    ],
)
def test_limits_that_depend_on_the_moment_are_asked_of_the_rows(lines, floor, values):
    change(floor, **values)
    depends = values.get("state") != "closed" and values != {"max_waiting": 3, "when_full": "wait"}
    assert is_known(floor.number) is not depends


def test_hours_are_known_for_a_minute_and_not_for_longer(lines, floor, other_floor):
    put_hours(floor, (time(0), time(0)))
    known = learnt()
    assert is_known(floor.number, known)
    now = timezone.now()
    assert not known.route(floor.number, (now + timedelta(minutes=1, seconds=1)).timestamp()).is_sure
    assert known.route(other_floor.number, (now + timedelta(days=9)).timestamp()).is_sure
    with floor.inside():
        today = now.astimezone(ZoneInfo(floor.tenant.time_zone)).date()
        SpecialDay.objects.create(hours=WorkingHours.objects.get(), on=today, name="Inventory")
    assert is_known(floor.number)
    assert b"closed" in learnt().route(floor.number, now.timestamp()).document


def test_hours_that_end_within_the_minute_end_there(lines, floor, monkeypatch):
    zone = ZoneInfo(floor.tenant.time_zone)
    at = timezone.now().astimezone(zone).replace(hour=17, minute=30, second=5, microsecond=0)
    put_hours(floor, (time(9), time(17, 30, 20)))
    [line] = [line for line in tenants_on_line() if line.schema == "acme"]
    untils = [entry.until for entry in known_tenant(line, at).entries.values()]
    assert set(untils) == {(at + timedelta(seconds=15)).timestamp()}
    later = at + timedelta(seconds=30)
    assert {e.until for e in known_tenant(line, later).entries.values()} == {
        (at + timedelta(seconds=55)).timestamp()
    }


def test_rules_that_choose_a_queue_are_asked_of_the_rows(lines, floor, other_floor, spare):
    with floor.inside():
        rule = RoutingRule.objects.create(name="All", effects=[{"do": "queue", "queue_id": spare.pk}])
    assert not is_known(floor.number)
    assert is_known(other_floor.number)
    with floor.inside():
        RoutingRule.objects.filter(pk=rule.pk).update(effects=[{"do": "priority", "by": 5}])
    assert is_known(floor.number)


def test_a_published_flow_is_known_until_it_is_put_away(lines, floor):
    with floor.inside():
        flow = Flow.objects.create(name="Main")
        flow.published = FlowVersion.objects.create(
            flow=flow, number=1, document={}, published_at=timezone.now()
        )
        flow.save()
        floor.queue.entries.update(flow=flow)
    assert is_known(floor.number)
    assert b"enter-flow" in learnt().route(floor.number, 0).document
    with floor.inside():
        Flow.objects.update(is_archived=True)
    assert is_known(floor.number)
    assert b"enter-flow" not in learnt().route(floor.number, 0).document


def test_emergencies_are_known_and_a_drill_is_asked_of_the_rows(lines, floor, other_floor, spare):
    own = prepare(floor, number=SECOND, action="queue", queue_id=spare.pk)
    every = prepare(floor, action="backup_line", backup_number="+8613900001111")
    with floor.inside():
        EmergencyPlan.objects.update(is_on=True)
    assert is_known(floor.number)
    assert is_known(SECOND)
    assert is_known(other_floor.number)
    assert b"backup" in learnt().route(floor.number, 0).document
    with floor.inside():
        EmergencyPlan.objects.update(is_on=False)
        drill = EmergencySwitch.objects.create(
            plan=every, is_on=True, is_drill=True, asked_at=timezone.now(), outcome="running"
        )
    assert not is_known(floor.number)
    assert is_known(other_floor.number)
    with floor.inside():
        EmergencySwitch.objects.filter(pk=drill.pk).update(outcome="")
    assert is_known(floor.number)
    assert own.pk


def test_who_is_suspended_or_unknown(lines, floor, other_floor):
    floor.tenant.state = "suspended"
    floor.tenant.save()
    assert is_known(floor.number)
    assert is_known(other_floor.number)
    assert b"suspended" in learnt().route(floor.number, 0).document
    for dialled in ("+99912345", "${system rm}", "", "1" * 200):
        assert learnt().route(dialled, 0) is None
    with floor.inside():
        Number.objects.filter(e164=SECOND).update(tenant=other_floor.tenant)
    assert learnt().route(SECOND, 0) is None, "globex has no entry for it: the rows are asked"


def test_phones_are_known_under_each_host_and_only_those_that_may_register(lines, floor, other_floor):
    for owner in (floor, other_floor):
        owner.agent()
        with owner.inside():
            Device.objects.update(a1_hash=actions.a1_hash("1001", owner.tenant.host, "secret"))
    Domain.objects.create(tenant=floor.tenant, domain="calls.acme.example", is_primary=False)
    known = learnt()
    for domain in ("acme.localhost", "ACME.localhost", "calls.acme.example", "globex.localhost"):
        assert known.phone("1001", domain) == asked(views.directory, user="1001", domain=domain)
    assert known.phone("1001", "acme.localhost") != known.phone("1001", "globex.localhost")
    for nobody in (("1002", "acme.localhost"), ("1001", "nowhere.example"), ("", ""), ("1001", "")):
        assert known.phone(*nobody) is None
    with floor.inside():
        Agent.objects.update(is_active=False)
    assert learnt().phone("1001", "acme.localhost") is None
    assert learnt().phone("1001", "globex.localhost") is not None
    other_floor.tenant.state = "suspended"
    other_floor.tenant.save()
    assert learnt().phone("1001", "globex.localhost") is None
