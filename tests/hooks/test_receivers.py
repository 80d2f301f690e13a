"""Receivers that are slow, dead, endless, elsewhere or inside our own network: each costs one bounded try."""

import time

import pytest

from tenants.context import enter
from tenants.hooks import actions as hooks
from tenants.hooks import posting, sending
from tenants.hooks.models import Endpoint
from tests.attacks.payloads import addresses, chance
from tests.hooks.conftest import rows, send
from tests.hooks.test_sending import a_call, again

SECONDS = 0.8


@pytest.fixture(autouse=True)
def _quick(monkeypatch):
    monkeypatch.setattr(posting, "SECONDS", SECONDS)


@pytest.mark.parametrize(
    ("behaviour", "problem", "status", "state"),
    [
        ("silent", "timeout", None, "waiting"),
        ("drip", "timeout", None, "waiting"),
        ("redirect", "redirected", 302, "waiting"),
        ("endless", "", 200, "delivered"),
        (503, "broken", 503, "waiting"),
    ],
)
def test_a_hostile_receiver_costs_one_bounded_try(
    endpoint_of, receiver, floor, behaviour, problem, status, state
):
    endpoint, _secret = endpoint_of("acme", receiver.url)
    a_call(floor)
    receiver.behaviour = behaviour
    began = time.monotonic()
    send()
    assert time.monotonic() - began < 4 * SECONDS
    first = rows()[0]
    assert (first.problem, first.status, first.state) == (problem, status, state)
    assert receiver.bytes_sent < 2**24
    if state == "waiting":
        assert len(receiver.heard) == 1, "the endpoint is left alone for a while, and nothing is followed"
        assert again("acme", endpoint.pk).held_until is not None
    assert all(len(one["answer"]) <= posting.MOST_SHOWN for row in rows() for one in row.tries)


def test_nobody_there_is_no_harm_to_others(endpoint_of, receiver, other_receiver, floor, other_floor):
    """acme's receiver hangs; globex's hears everything at once."""
    hanging, _secret = endpoint_of("acme", receiver.url, name="Hanging")
    endpoint_of("globex", other_receiver.url)
    receiver.behaviour = "silent"
    a_call(floor)
    a_call(other_floor)
    send("acme")
    began = time.monotonic()
    send("globex")
    assert time.monotonic() - began < 5 * SECONDS
    assert len(other_receiver.heard) == 3
    assert [row.state for row in rows("acme")] == ["waiting"] * 3
    assert again("acme", hanging.pk).failures == 1


def test_a_call_goes_on_whatever_receivers_do(endpoint_of, floor, monkeypatch):
    """Nothing of a call's work opens a connection: that is the sender's alone."""
    monkeypatch.setattr(
        "tenants.outward.connected", lambda *_a, **_m: pytest.fail("a call waited for a receiver")
    )
    endpoint_of("acme", "https://nobody.invalid/")
    call_id = a_call(floor)
    assert floor.call(call_id).exit == "answered"
    assert len(rows()) == 3


def resolves_inside(_host, _port, *_more, flags=0, **_named):
    if flags:
        raise OSError("not a number")
    return [(2, 1, 6, "", ("10.0.0.7", 443))]


def test_no_address_inside_our_network_is_taken_or_asked(endpoint_of, floor, settings, monkeypatch):
    """Also one that was changed behind our back, and a name that answers differently the second time."""
    settings.PRIVATE_SERVICES = frozenset()
    endpoint, _secret = endpoint_of("acme", "https://crm.example/")
    for url in ("http://crm.example/", "https://127.0.0.1/", "https://[::1]/", "https://169.254.169.254/latest",
                "https://user:word@crm.example/", "ftp://crm.example/", "https://", "https://0x7f.1/",
                "https://crm.example/a b"):  # fmt: skip
        with enter("acme"), pytest.raises(posting.AddressUnusable):
            hooks.change_endpoint(
                endpoint_id=endpoint.pk, name="x", url=url, kinds_wanted=["call.ended"], by=None
            )
    asked = []
    monkeypatch.setattr("socket.create_connection", lambda *told, **_more: asked.append(told))
    monkeypatch.setattr("socket.getaddrinfo", resolves_inside)
    a_call(floor)
    send()
    assert asked == []
    assert rows()[0].problem == "private_address"
    with enter("acme"):
        Endpoint.objects.update(url="http://10.0.0.7/", held_until=None)
    assert posting.post("http://10.0.0.7/", headers={}, body="").problem == "bad_address"
    assert asked == []


def test_hostile_addresses_are_refused_or_never_lead_inside(monkeypatch, settings):
    settings.PRIVATE_SERVICES = frozenset()
    asked = []

    def connect(address, **_more):
        asked.append(address[0])
        raise OSError

    monkeypatch.setattr("socket.create_connection", connect)
    monkeypatch.setattr("socket.getaddrinfo", resolves_inside)
    for url in addresses(chance()):
        answer = posting.post(url, headers={}, body="{}")
        assert answer.problem in ("bad_address", "private_address", "unreachable", "not_encrypted"), url
    assert asked == []


def test_a_secret_that_cannot_be_opened_is_a_failure_like_another(endpoint_of, receiver, floor, settings):
    endpoint_of("acme", receiver.url)
    a_call(floor)
    settings.DATA_KEYS = ("another",)
    send()
    assert (rows()[0].problem, receiver.heard) == ("secret", [])


def test_an_event_whose_call_is_gone_is_dropped_and_the_next_goes_on(
    endpoint_of, receiver, floor, monkeypatch
):
    endpoint_of("acme", receiver.url)
    a_call(floor)
    with enter("acme"):
        first = rows()[0]
        type(first).objects.filter(pk=first.pk).update(
            ids={"call_id": "00000000-0000-0000-0000-000000000000"}
        )
    send()
    assert [row.state for row in rows()] == ["dropped", "delivered", "delivered"]


def test_a_lane_ends_in_time_and_gives_back_what_it_did_not_try(endpoint_of, receiver, floor, monkeypatch):
    monkeypatch.setattr(sending, "TURN_SECONDS", 0.5)
    endpoint_of("acme", receiver.url, "call.ended")
    receiver.behaviour = "slow"
    for _call in range(4):
        a_call(floor)
    assert send() is True
    assert len(receiver.heard) == 1
    assert [row.claimed_by for row in rows()] == [None] * 4
