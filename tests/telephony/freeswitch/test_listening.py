"""The listener's thread: nothing is lost at the end, everything has a limit, and it always comes back."""

from __future__ import annotations

import threading
import time

from telephony import facts
from telephony.freeswitch import parting
from telephony.freeswitch.client import FreeSwitch
from telephony.freeswitch.listener import Address, Inbox, Listener
from tests.contract.driver import wait_until
from tests.telephony.freeswitch.event_server import PASSWORD, EventServer, event, raw_event
from tests.telephony.freeswitch.hearing import SOURCE, address, next_of, numbered


def test_it_subscribes_before_it_says_that_it_hears(server: EventServer, switch: FreeSwitch) -> None:
    said = [server.commands.get(timeout=10).split("\n")[0] for _ in range(3)]
    assert said[0] == f"auth {PASSWORD}"
    assert said[1].startswith("event json CHANNEL_CREATE")
    assert said[2] == "api global_getvar core_uuid"
    connected = switch.next_fact(1)
    assert (type(connected), connected.core_uuid, connected.node) == (
        facts.SwitchConnected,
        "core-1",
        "main-1",
    )


def test_everything_that_came_before_the_end_is_told_before_the_end(
    server: EventServer, switch: FreeSwitch
) -> None:
    server.say(*(numbered(number) for number in range(1, 501)))
    server.hang_up()
    heard = []
    while not isinstance(fact := switch.next_fact(2), facts.SwitchLost):
        heard.append(fact)
    assert [fact.sequence for fact in heard if isinstance(fact, facts.SwitchBeat)] == list(range(1, 501))


def test_it_comes_back_after_a_loss_and_says_so(server: EventServer, switch: FreeSwitch) -> None:
    for _ in range(3):
        server.hang_up()
        lost = next_of(switch, facts.SwitchLost)
        assert (lost.core_uuid, lost.alive_until) == ("core-1", lost.at)
        next_of(switch, facts.SwitchConnected)
    assert len(server.connections) == 4
    assert switch.core_uuid == "core-1"


def test_a_switch_that_falls_silent_is_left_and_sought_anew(server: EventServer) -> None:
    client = FreeSwitch(address(server.port, silence_seconds=0.6), SOURCE)
    next_of(client, facts.SwitchConnected)
    lost = next_of(client, facts.SwitchLost)
    assert lost.reason == "the switch has fallen silent"
    assert (lost.at - lost.alive_until).total_seconds() > 0.6, "of its silence nobody knows"
    next_of(client, facts.SwitchConnected)
    client.close()


def test_a_switch_that_never_greets_is_given_up(server: EventServer) -> None:
    server.is_mute = True
    client = FreeSwitch(address(server.port, connect_seconds=0.2), SOURCE)
    assert not client.wait_connected(0.8)
    server.is_mute = False
    assert client.wait_connected(3)
    client.close()


def test_a_wrong_password_never_connects_and_tells_no_facts(server: EventServer) -> None:
    wrong = Address(host="127.0.0.1", port=server.port, password="wrong", first_pause_seconds=0.05)
    client = FreeSwitch(wrong, SOURCE)
    assert not client.wait_connected(0.6)
    assert client.next_fact(0) is None
    client.close()


def test_a_switch_that_closes_and_refuses_for_a_while_has_died(server: EventServer, monkeypatch) -> None:
    monkeypatch.setattr(parting, "REFUSED_FOR", 0.3)
    client = FreeSwitch(address(server.port), SOURCE)
    next_of(client, facts.SwitchConnected)
    server.hang_up()
    next_of(client, facts.SwitchLost)
    next_of(client, facts.SwitchConnected)
    assert client.died_at is None
    server.refuse()
    server.hang_up()
    lost = next_of(client, facts.SwitchLost)
    assert client.died_at is None, "not yet"
    wait_until(lambda: client.died_at, 5)
    assert client.died_at == lost.alive_until
    client.close()


def test_a_frame_that_does_not_say_what_it_is_means_a_fresh_start(
    server: EventServer, switch: FreeSwitch
) -> None:
    server.say(b"of something cut in half\n\n", numbered(3))
    next_of(switch, facts.SwitchLost)
    next_of(switch, facts.SwitchConnected)
    assert len(server.connections) == 2


def test_a_bad_event_is_passed_over_and_the_next_is_heard(server: EventServer, switch: FreeSwitch) -> None:
    server.say(
        raw_event(b"{broken"),
        event({"Event-Name": "CHANNEL_ANSWER", "Unique-ID": "not a leg"}),
        event({"Event-Name": ["HEARTBEAT", "x"]}),
        event({"Event-Name": "CUSTOM"}),
        numbered(9),
    )
    assert next_of(switch, facts.SwitchBeat).sequence == 9
    assert switch.is_connected


def test_a_full_queue_means_a_fresh_start_not_a_silent_gap(server: EventServer) -> None:
    inbox = Inbox(size=5)
    listener = Listener(address(server.port), SOURCE, inbox.deliver)
    listener.start()
    assert listener.wait_connected(3)
    server.say(*(numbered(number) for number in range(20)))
    heard: list[facts.Fact] = []
    end = time.monotonic() + 3
    while time.monotonic() < end and not any(isinstance(fact, facts.SwitchLost) for fact in heard):
        time.sleep(0.05)
        if (fact := inbox.take(0.05)) is not None:
            heard.append(fact)
    assert any(isinstance(fact, facts.SwitchLost) for fact in heard)
    listener.close()


def test_closing_ends_the_thread_and_the_facts(server: EventServer) -> None:
    others = set(threading.enumerate())
    client = FreeSwitch(address(server.port), SOURCE)
    assert client.wait_connected(3)
    server.say(numbered(1))
    time.sleep(0.2)
    client.close()
    kinds = [type(fact).__name__ for fact in client.facts()]
    assert kinds == ["SwitchConnected", "SwitchBeat", "SwitchLost"]
    ours = set(threading.enumerate()) - others
    assert not any(thread.name == "switch-listener" and thread.is_alive() for thread in ours)


def test_nothing_outside_the_thread_is_patched() -> None:
    from gevent import monkey

    assert not monkey.is_module_patched("socket")
    assert not monkey.is_module_patched("threading")
