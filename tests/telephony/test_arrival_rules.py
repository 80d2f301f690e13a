"""Rules that lead a caller into another queue than the number's own."""

import pytest

from telephony.models import CallerProfile, Queue
from tests.telephony.arriving import CALLER, came_to, change, complaints


def test_a_tagged_caller_goes_elsewhere_and_the_call_names_the_rule(floor, other_floor, number, spare):
    made = complaints(floor, spare)
    with other_floor.inside():
        CallerProfile.objects.create(e164="+8613912342211", tags=["complainer"])
    told = {
        caller: came_to(floor, caller)[1]
        for caller in (CALLER, "+86 138 1234 2211", "13912342211", "anonymous")
    }
    assert told == {
        CALLER: spare.pk,
        "+86 138 1234 2211": spare.pk,
        "13912342211": floor.queue.pk,
        "anonymous": floor.queue.pk,
    }
    with floor.inside():
        Queue.objects.get(pk=spare.pk)
    call_id = floor.switch.caller_dials("acme", floor.number, spare.pk, number=f"+86{CALLER}")
    floor.listen()
    kept = floor.stay(call_id).routing
    assert [(line["name"], line["fits"]) for line in kept["rules"]] == [("Complainers", True)]
    assert kept["arrival"][-1] == {"queue": spare.pk, "because": "rule", "rule": made.pk}


def test_the_queue_a_rule_chose_has_its_own_hours_and_limits(floor, number, spare):
    complaints(floor, spare)
    change(floor, spare, when_nobody="voicemail")
    assert came_to(floor) == ("closed", spare.pk, "nobody")


@pytest.mark.parametrize(
    "values",
    [
        {"conditions": "?"},
        {"effects": [{"do": "queue", "queue_id": 999_999}]},
        {"effects": {"do": "queue"}},
        {"is_active": False},
    ],
)
def test_a_rule_that_cannot_be_followed_leaves_the_numbers_own_queue(floor, number, spare, values):
    complaints(floor, spare, **values)
    assert came_to(floor) == ("queue", floor.queue.pk, "")


def test_an_error_among_the_rules_loses_no_caller(floor, number, spare, monkeypatch):
    complaints(floor, spare)
    monkeypatch.setattr("telephony.queries.arrivals.caller_facts", lambda *_a, **_k: 1 / 0)
    assert came_to(floor) == ("queue", floor.queue.pk, "")
