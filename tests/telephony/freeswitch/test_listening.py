"""The listener's thread: nothing is lost at the end, everything has a limit, and it always comes back."""

from __future__ import annotations

import threading
import time
from collections.abc import Iterator
from datetime import UTC, datetime
from uuid import uuid4

import pytest

from telephony import facts
from telephony.freeswitch.client import FreeSwitch, Patience
from telephony.freeswitch.listener import Address, Inbox, Listener
from telephony.freeswitch.translate import Source
from telephony.switch import CommandTimedOut, OfferCommand, SwitchRefused, SwitchUnreachable
from tests.telephony.freeswitch.event_server import PASSWORD, EventServer, answer, event, raw_event, reply

SOURCE = Source("main-1")
BEAT = {
    "Event-Name": "HEARTBEAT",
    "Core-UUID": "core-1",
    "Event-Date-Timestamp": "1795181538398845",
    "Session-Count": "0",
}


def numbered(number: int) -> bytes:
    return event(BEAT | {"Event-Sequence": str(number)})


def address(port: int, **changes: float) -> Address:
    usual = {"connect_seconds": 1, "first_pause_seconds": 0.05, "longest_pause_seconds": 0.2}
    return Address(host="127.0.0.1", port=port, password=PASSWORD, **usual | changes)


@pytest.fixture
def server() -> Iterator[EventServer]:
    running = EventServer()
    yield running
    running.close()


@pytest.fixture
def switch(server: EventServer) -> Iterator[FreeSwitch]:
    client = FreeSwitch(address(server.port), SOURCE, Patience(command=0.4, listing=1))
    assert client.wait_connected(5)
    yield client
    client.close()


def next_of(switch: FreeSwitch, kind: type[facts.Fact], seconds: float = 3) -> facts.Fact:
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        fact = switch.next_fact(0.1)
        if isinstance(fact, kind):
            return fact
    raise AssertionError(f"no {kind.__name__}")


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
        next_of(switch, facts.SwitchLost)
        next_of(switch, facts.SwitchConnected)
    assert len(server.connections) == 4


def test_a_switch_that_falls_silent_is_left_and_sought_anew(server: EventServer) -> None:
    client = FreeSwitch(address(server.port, silence_seconds=0.6), SOURCE)
    next_of(client, facts.SwitchConnected)
    lost = next_of(client, facts.SwitchLost)
    assert lost.reason == "the switch has fallen silent"
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


def test_a_command_without_an_answer_times_out_and_the_next_gets_its_own(
    server: EventServer, switch: FreeSwitch
) -> None:
    held: list[bytes] = []

    def hold_back(command: str) -> bytes | None:
        if command.startswith("api hash"):
            held.append(answer("late\n"))
            return b""
        if command.startswith("api uuid_exists"):
            return held.pop() + answer("true") if held else None
        return None

    server.on_command = hold_back
    began = time.monotonic()
    with pytest.raises(CommandTimedOut):
        switch.beat(datetime.now(UTC))
    assert time.monotonic() - began < 1.5
    assert switch.exists(uuid4()) is True


def test_a_command_without_a_connection_is_refused_at_once(server: EventServer, switch: FreeSwitch) -> None:
    server.close()
    next_of(switch, facts.SwitchLost)
    began = time.monotonic()
    with pytest.raises(SwitchUnreachable):
        switch.hang_up(uuid4())
    assert time.monotonic() - began < 0.2


def test_whoever_waits_for_an_answer_hears_of_a_lost_connection(
    server: EventServer, switch: FreeSwitch
) -> None:
    def drop(command: str) -> bytes | None:
        if command.startswith("api uuid_kill"):
            server.hang_up()
            return b""
        return None

    server.on_command = drop
    with pytest.raises(SwitchUnreachable):
        switch.hang_up(uuid4())


def test_the_switchs_no_is_told_in_its_words(server: EventServer, switch: FreeSwitch) -> None:
    server.on_command = lambda command: answer("-ERR No such channel!\n") if "uuid_kill" in command else None
    with pytest.raises(SwitchRefused, match="^No such channel!$"):
        switch.hang_up(uuid4())


def test_an_offer_carries_its_own_id_as_the_job(server: EventServer, switch: FreeSwitch) -> None:
    offer_id, caller = uuid4(), uuid4()
    server.on_command = lambda command: reply("+OK Job-UUID: x") if command.startswith("bgapi") else None
    switch.offer(
        OfferCommand(
            offer_id=offer_id,
            tenant="acme",
            caller_leg_id=caller,
            call_id=caller,
            agent_id=1,
            epoch=1,
            username="1001",
            domain="acme.localhost",
            timeout_seconds=20,
        )
    )
    said = ""
    while not said.startswith("bgapi"):
        said = server.commands.get(timeout=10)
    assert said.endswith(f"\nJob-UUID: {offer_id}")


def test_many_threads_each_get_their_own_answer(server: EventServer, switch: FreeSwitch) -> None:
    server.on_command = lambda command: answer(command) if command.startswith("api uuid_exists") else None
    wrong: list[str] = []

    def ask() -> None:
        for _ in range(50):
            leg_id = uuid4()
            said = switch._listener.ask(f"api uuid_exists {leg_id}")
            if said != f"api uuid_exists {leg_id}":
                wrong.append(said)

    threads = [threading.Thread(target=ask) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(10)
    assert wrong == []


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
