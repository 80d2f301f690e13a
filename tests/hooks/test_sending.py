"""What receivers hear: signed, in order per call, again with the same key until they take it, and with an end."""

import itertools
import time
import uuid

import pytest

from tenants.context import enter
from tenants.events import subscribe
from tenants.hooks import actions as hooks
from tenants.hooks import marks, sending, signing
from tenants.hooks.claims import claim
from tenants.hooks.events import EndpointStopped
from tenants.hooks.models import Delivery, Endpoint
from tenants.people.models import AuditEntry
from tests.hooks.conftest import later, rows, send


def a_call(floor):
    _call_id, offer = floor.talk(floor.agent())
    floor.switch.hang_up(offer.pk)
    floor.listen()
    return _call_id


def again(schema: str, endpoint_id: int) -> Endpoint:
    with enter(schema):
        return Endpoint.objects.get(pk=endpoint_id)


def test_a_receiver_hears_the_story_of_a_call_signed_and_masked(endpoint_of, receiver, floor, other_receiver):
    _endpoint, secret = endpoint_of("acme", receiver.url)
    endpoint_of("globex", other_receiver.url)
    call_id = a_call(floor)
    assert send() is False
    assert send("globex") is False
    assert other_receiver.heard == []
    assert [heard.said["type"] for heard in receiver.heard] == ["call.ringing", "call.answered", "call.ended"]
    for heard in receiver.heard:
        assert signing.is_signed(secret, heard.headers, heard.body, now=int(time.time()))
        assert not signing.is_signed(secret, heard.headers, heard.body + " ", now=int(time.time()))
        assert not signing.is_signed(secret, heard.headers, heard.body, now=int(time.time()) + 301)
        assert not signing.is_signed(signing.new_secret(), heard.headers, heard.body, now=int(time.time()))
        assert heard.headers["Webhook-Id"] == heard.said["id"]
        assert heard.said["data"]["call"]["id"] == str(call_id)
        assert heard.said["data"]["call"]["caller_number"] == "138****2211"
        assert "13812342211" not in heard.body
    assert [row.state for row in rows()] == ["delivered"] * 3
    sequences = [heard.said["sequence"] for heard in receiver.heard]
    assert sequences == sorted(sequences)


def test_whole_numbers_are_told_only_where_the_owner_said_so(endpoint_of, receiver, floor, acme, member):
    owner = member(acme, "owner")
    endpoint_of("acme", receiver.url, "call.ended", sees_numbers=True, by=owner)
    a_call(floor)
    send()
    assert receiver.heard[0].said["data"]["call"]["caller_number"] == "+8613812342211"


def test_order_per_call_holds_under_failures_and_duplicates_have_the_same_key(endpoint_of, receiver, floor):
    """Every second try fails, some after they were taken; another call is not held up by a refusal."""
    endpoint_of("acme", receiver.url)
    first, second = a_call(floor), a_call(floor)
    receiver.script = [422, 200, 422, 503, 200, 500, 422, 200, 200, 422]
    for _turn in range(12):
        send()
        later()
    taken: dict[str, list[str]] = {}
    bodies: dict[str, set[str]] = {}
    for heard in receiver.heard:
        bodies.setdefault(heard.headers["Webhook-Id"], set()).add(heard.body)
        of_call = taken.setdefault(heard.said["data"]["call"]["id"], [])
        if heard.said["type"] not in of_call:
            of_call.append(heard.said["type"])
    assert taken == {str(one): ["call.ringing", "call.answered", "call.ended"] for one in (first, second)}
    assert len(bodies) == 6
    assert all(len(said) == 1 for said in bodies.values())
    assert len(receiver.heard) == 6 + 6
    assert {row.state for row in rows()} == {"delivered"}
    attempts = [int(heard.headers["Webhook-Attempt"]) for heard in receiver.heard]
    assert max(attempts) > 1


def test_a_refusal_of_one_event_does_not_hold_up_other_calls(endpoint_of, receiver, floor):
    endpoint, _secret = endpoint_of("acme", receiver.url, "call.ended")
    a_call(floor)
    a_call(floor)
    receiver.script = [400]
    send()
    assert [row.state for row in rows()] == ["waiting", "delivered"]
    assert again("acme", endpoint.pk).held_until is None


def test_a_sender_killed_after_the_answer_sends_again_with_the_same_key(
    endpoint_of, receiver, floor, monkeypatch
):
    """It dies between the receiver's 200 and our note of it: at least once, and the key tells."""
    endpoint_of("acme", receiver.url)
    call_id = a_call(floor)

    def die(*_told, **_more):
        raise SystemExit

    with monkeypatch.context() as patch:
        patch.setattr(sending, "note_answer", die)
        with pytest.raises(SystemExit):
            send()
    assert [heard.said["type"] for heard in receiver.heard] == ["call.ringing"]
    assert send() is False, "what is claimed is nobody else's"
    assert len(receiver.heard) == 1
    with enter("acme"):
        Delivery.objects.update(claimed_until="2026-01-01T00:00Z")
    send()
    told = [(heard.said["type"], heard.headers["Webhook-Id"]) for heard in receiver.heard]
    assert told[0] == told[1]
    assert [kind for kind, _key in told[1:]] == ["call.ringing", "call.answered", "call.ended"]
    assert receiver.heard[0].body == receiver.heard[1].body
    assert floor.call(call_id).ended_at is not None


def test_an_endpoint_that_takes_nothing_is_stopped_and_its_people_are_told(
    endpoint_of, receiver, floor, at_once, other_receiver
):
    endpoint, _secret = endpoint_of("acme", receiver.url)
    other, _secret = endpoint_of("acme", other_receiver.url, name="Data lake")
    stopped = []
    subscribe(EndpointStopped, stopped.append)
    a_call(floor)
    receiver.behaviour = 500
    for _time in range(marks.MOST_TRIES):
        send()
        later()
    first, *rest = rows(endpoint_id=endpoint.pk)
    assert (first.state, first.attempts, first.status) == ("given_up", marks.MOST_TRIES, 500)
    assert [row.state for row in rest] == ["waiting", "waiting"]
    now_is = again("acme", endpoint.pk)
    assert (now_is.state, now_is.problem) == ("stopped", "broken")
    assert [event.endpoint_id for event in stopped] == [endpoint.pk]
    with enter("acme"):
        assert AuditEntry.objects.filter(verb="webhook stopped").count() == 1
    assert len(other_receiver.heard) == 3
    heard = len(receiver.heard)
    send()
    assert len(receiver.heard) == heard
    assert again("acme", other.pk).state == "active"
    receiver.behaviour = 200
    with enter("acme"):
        hooks.resume_endpoint(endpoint_id=endpoint.pk, at=now_is.created_at)
    send()
    assert [row.state for row in rows(endpoint_id=endpoint.pk)] == ["given_up", "delivered", "delivered"]
    with enter("acme"):
        hooks.resend(delivery_id=first.pk, at=now_is.created_at)
    send()
    assert receiver.heard[-1].headers["Webhook-Id"] == str(first.key)
    assert receiver.heard[-1].body == receiver.heard[0].body


def test_pauses_grow_and_have_an_end():
    means = [marks.pause_after(attempt).total_seconds() for attempt in range(1, marks.MOST_TRIES)]
    assert all(
        0.89 * wanted <= said <= 1.11 * wanted for said, wanted in zip(means, marks.PAUSES, strict=True)
    )
    assert all(later > earlier for earlier, later in itertools.pairwise(marks.PAUSES))
    assert 7 * 3600 < sum(marks.PAUSES) < 9 * 3600


def test_410_stops_an_endpoint_at_once(endpoint_of, receiver, floor):
    endpoint, _secret = endpoint_of("acme", receiver.url)
    a_call(floor)
    receiver.behaviour = 410
    send()
    assert (again("acme", endpoint.pk).state, again("acme", endpoint.pk).problem) == ("stopped", "gone")
    assert len(receiver.heard) == 1


def test_a_new_secret_signs_beside_the_old_one_for_a_day(endpoint_of, receiver, floor, now):
    from django.utils import timezone

    endpoint, old = endpoint_of("acme", receiver.url, "call.ended")
    with enter("acme"):
        new = hooks.renew_secret(endpoint_id=endpoint.pk, at=timezone.now())
    a_call(floor)
    send()
    [heard] = receiver.heard
    at = int(time.time())
    assert signing.is_signed(old, heard.headers, heard.body, now=at)
    assert signing.is_signed(new, heard.headers, heard.body, now=at)
    with enter("acme"):
        kept = Endpoint.objects.get(pk=endpoint.pk)
        assert old not in (kept.secret, kept.old_secret)
        Endpoint.objects.update(old_secret_until=now)
    a_call(floor)
    send()
    assert not signing.is_signed(old, receiver.heard[1].headers, receiver.heard[1].body, now=at)
    assert signing.is_signed(new, receiver.heard[1].headers, receiver.heard[1].body, now=at)


def test_a_tenant_has_few_lanes_and_an_endpoint_fewer(endpoint_of, floor, now):
    """However many workers there are: what a tenant's slow receivers can hold of them is bounded."""
    from django.utils import timezone

    for name in ("A", "B", "C"):
        endpoint_of("acme", "https://crm.example/", "call.ended", name=name)
    for _call in range(25):
        a_call(floor)
    at = timezone.now()
    with enter("acme"):
        got = [claim(uuid.uuid4(), at) for _lane in range(6)]
    claimed = [one[0].name for one in got if one]
    assert len(claimed) == 3
    assert claimed == ["A", "B", "C"]


def test_metrics_tell_what_waits_and_what_stopped(endpoint_of, receiver, floor, redis_server):
    from contactcenter.metrics import REGISTRY
    from tenants.hooks.tasks import count_up

    endpoint, _secret = endpoint_of("acme", receiver.url)
    endpoint_of("globex", receiver.url)
    a_call(floor)
    count_up()
    assert REGISTRY.get_sample_value("contactcenter_webhooks_waiting") == 3
    assert REGISTRY.get_sample_value("contactcenter_webhooks_stopped") == 0
    receiver.behaviour = 410
    send()
    count_up()
    assert REGISTRY.get_sample_value("contactcenter_webhooks_waiting") == 0
    assert REGISTRY.get_sample_value("contactcenter_webhooks_stopped") == 1


def test_the_look_of_beat_finds_what_nobody_was_told_of(endpoint_of, receiver, floor, monkeypatch):
    from tenants.hooks import tasks

    told = []
    monkeypatch.setattr(tasks, "send_soon", told.append)
    endpoint_of("acme", receiver.url)
    endpoint_of("globex", receiver.url)
    assert (tasks.look(), told) == (0, [])
    a_call(floor)
    assert (tasks.look(), told) == (1, ["acme"])
