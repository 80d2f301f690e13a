"""A number's last seven days: what came in on it, who was reached, and what the canary saw; one tenant's alone."""

from datetime import timedelta

import pytest

from telephony.models import Call, FlowCheck
from telephony.queries.number_health import NumberHealth, number_health


def looked(number, at, outcomes):
    for minutes, outcome in enumerate(outcomes):
        FlowCheck.objects.create(
            number=number, started_at=at - timedelta(minutes=5 * minutes), outcome=outcome
        )


@pytest.fixture
def busy(floor, other_floor):
    """acme: one caller answered, one who gave up, one lost, one of another week; globex: one caller."""
    agent = floor.agent()
    answered, _offer = floor.talk(agent)
    floor.switch.hang_up(answered)
    gone = floor.caller()
    floor.clock.pass_seconds(30)
    floor.switch.hang_up(gone)
    floor.listen()
    with floor.inside():
        Call.objects.create(number=floor.number, arrived_at=floor.now, exit="lost", ended_at=floor.now)
        Call.objects.create(number=floor.number, arrived_at=floor.now - timedelta(days=8))
        Call.objects.create(number="12000", arrived_at=floor.now, direction="internal")
        looked(floor.number, floor.now, ["passed", "failed", "passed", "passed", "running"])
    other_floor.caller()
    return floor


def test_a_number_s_week_is_counted_by_the_definitions_of_the_reports(busy, other_floor):
    with busy.inside():
        found = number_health(busy.now + timedelta(seconds=1))
    assert set(found) == {busy.number}
    health = found[busy.number]
    assert (health.calls, health.lost) == (3, 1)
    assert (health.rounds, health.green_rate) == (4, 75.0)
    assert health.connect_rate == 50.0
    assert health.last_call_at == busy.now
    assert health.is_unsteady
    with other_floor.inside():
        [theirs] = number_health(other_floor.now + timedelta(days=1)).values()
    assert (theirs.calls, theirs.lost, theirs.rounds) == (1, 0, 0)


@pytest.mark.parametrize(
    ("health", "is_unsteady"),
    [
        (NumberHealth(calls=50, connect_rate=84.9), True),
        (NumberHealth(calls=19, connect_rate=10.0), False),
        (NumberHealth(rounds=100, green_rate=98.0), True),
        (NumberHealth(rounds=100, green_rate=99.5, calls=50, connect_rate=90.0), False),
        (NumberHealth(lost=1), True),
    ],
)
def test_unsteady_is_what_a_caller_would_have_noticed(health, is_unsteady):
    assert health.is_unsteady is is_unsteady


def test_the_page_tells_it_and_leads_to_the_calls(busy, other_floor, member, client_of, monkeypatch):
    monkeypatch.setattr("telephony.console.canary.timezone.now", lambda: busy.now + timedelta(seconds=1))
    boss = client_of(member(busy.tenant, "supervisor"))
    page = boss.get("/canary/", {"number": busy.number}).content.decode()
    for words in ("3 calls", "50 % reached an agent", "1 lost", "canary 75.0 % green", "unsteady"):
        assert words in page, words
    calls = boss.get("/calls/", {"dialled": busy.number}).content.decode()
    assert calls.count('data-label="Arrived"') == 4
    assert 'data-label="Arrived"' not in boss.get("/calls/", {"dialled": other_floor.number}).content.decode()
