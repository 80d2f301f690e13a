"""*Ring me now*: an operator tries their own telephone; what came of it stands on the page, in words."""

from datetime import timedelta

import pytest
from django.utils import timezone

from tenants.people.models import AuditEntry
from tenants.service import errors
from tenants.service.actions.ring_tests import ask_ring_test, begin_test, end_test, hinder_test
from tenants.service.actions.roster import set_target
from tenants.service.models import RingTest
from tenants.service.queries.ring_tests import own_rings_due

PHONE, MASKED = "+8613800138000", "138****8000"
MINUTE, SECOND = timedelta(minutes=1), timedelta(seconds=1)
PAGE = "/service/roster/ring/"


@pytest.fixture
def is_way(monkeypatch):
    """There is a line to the outside."""
    monkeypatch.setattr("tenants.service.queries.ringing._ways_out", [lambda: True])


@pytest.fixture
def olivia(member, is_way):
    made = member(None, "operator", name="Olivia")
    set_target(operator=made, way="log", address="", phone=PHONE)
    return made


def test_it_is_asked_for_once_at_a_time_five_times_an_hour_and_audited(olivia, member, now):
    row = ask_ring_test(operator=olivia, at=now)
    with pytest.raises(errors.RingTestRuns):
        ask_ring_test(operator=olivia, at=now + 29 * SECOND)
    assert begin_test(call_id=row.call_id, node="fs1", at=now + 5 * SECOND) == PHONE
    assert begin_test(call_id=row.call_id, node="fs2", at=now + 6 * SECOND) == "", "another worker has it"
    with pytest.raises(errors.RingTestRuns):
        ask_ring_test(operator=olivia, at=now + 40 * SECOND)
    end_test(call_id=row.call_id, result="busy", at=now + 50 * SECOND, cause="USER_BUSY")
    end_test(call_id=row.call_id, result="lost", at=now + 60 * SECOND)
    assert RingTest.objects.get().result == "busy"
    for n in range(1, 5):
        ask_ring_test(operator=olivia, at=now + n * MINUTE)
    with pytest.raises(errors.TooManyRingTests):
        ask_ring_test(operator=olivia, at=now + 59 * MINUTE)
    oscar = member(None, "operator", name="Oscar")
    set_target(operator=oscar, way="log", address="", phone="+8613900139000")
    ask_ring_test(operator=oscar, at=now + 59 * MINUTE)
    ask_ring_test(operator=olivia, at=now + 61 * MINUTE)
    told = AuditEntry.objects.filter(verb="had their telephone rung").order_by("pk")
    assert (told.count(), told[0].after) == (7, {"telephone": MASKED})
    assert PHONE[3:] not in str(list(RingTest.objects.values()))


def test_it_rings_within_half_a_minute_or_never(olivia, now):
    row = ask_ring_test(operator=olivia, at=now)
    [due] = own_rings_due(now + 29 * SECOND)
    assert (due.call_id, due.phone, PHONE in repr(due)) == (row.call_id, PHONE, False)
    assert own_rings_due(now + 30 * SECOND) == []
    assert begin_test(call_id=row.call_id, node="fs1", at=now + 30 * SECOND) == ""
    row.refresh_from_db()
    assert (row.started_at, row.found(now + 29 * SECOND), row.found(now + 30 * SECOND)) == (
        None,
        "",
        "nobody",
    )


def test_without_a_telephone_a_line_or_a_right_nothing_rings(
    olivia, member, acme, client_of, now, monkeypatch
):
    oscar = member(None, "operator", name="Oscar")
    with pytest.raises(errors.NoTelephone):
        ask_ring_test(operator=oscar, at=now)
    assert "Ring me now" not in client_of(oscar).get("/service/roster/").content.decode()
    assert client_of(member(None, "operator_finance")).post(PAGE).status_code == 403
    assert client_of(member(acme, "owner")).post(PAGE).status_code == 404
    assert not RingTest.objects.exists()
    monkeypatch.setattr("tenants.service.queries.ringing._ways_out", [lambda: False])
    client_of(olivia).post(PAGE)
    row = RingTest.objects.get()
    assert (row.result, row.ended_at is not None, own_rings_due(timezone.now())) == ("no_trunk", True, [])
    page = client_of(olivia).get(PAGE).content.decode()
    assert "there is no trunk of the operator&#x27;s for this number" in page
    assert "Enter a trunk" in page


def test_the_page_asks_again_until_it_knows_and_shows_ones_own_alone(olivia, member, client_of):
    console = client_of(olivia)
    answer = console.post(PAGE, follow=True)
    assert "Your telephone is rung within seconds." in answer.content.decode()
    row = RingTest.objects.get()

    def seen(who=console):
        return who.get(PAGE).content.decode()

    assert ("Asked: it rings within seconds." in seen(), "hx-get" in seen()) == (True, True)
    hinder_test(call_id=row.call_id, why="old_switch")
    assert ("lacks pager.xml" in seen(), "hx-get" in seen()) == (True, True)
    begin_test(call_id=row.call_id, node="fs1", at=timezone.now())
    assert ("It is ringing" in seen(), "hx-get" in seen()) == (True, True)
    again = console.post(PAGE, follow=True).content.decode()
    assert "is being rung already" in again
    end_test(call_id=row.call_id, result="taken", at=timezone.now())
    assert ("key 1 pressed" in seen(), "note--good" in seen(), "hx-get" in seen()) == (True, True, False)
    assert MASKED in seen()
    assert "key 1 pressed" in console.get("/service/roster/").content.decode()
    console.cookies["django_language"] = "zh-hans"
    assert "已接听并按 1" in seen()
    another = client_of(member(None, "operator"))
    assert MASKED not in seen(another)
