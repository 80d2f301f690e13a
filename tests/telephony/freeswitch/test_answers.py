"""Commands and their answers: each gets its own, in time, or a clear no."""

from __future__ import annotations

import threading
import time
from datetime import UTC, datetime
from uuid import UUID, uuid4

import pytest

from telephony import facts
from telephony.freeswitch.client import FreeSwitch
from telephony.switch import CommandTimedOut, OfferCommand, SwitchRefused, SwitchUnreachable
from tests.telephony.freeswitch.event_server import EventServer, answer, reply
from tests.telephony.freeswitch.hearing import next_of


def test_a_command_without_an_answer_times_out_and_the_next_gets_its_own(
    server: EventServer, switch: FreeSwitch
) -> None:
    held: list[bytes] = []

    def hold_back(command: str) -> bytes | None:
        if command.startswith("api expand hash"):
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


def test_of_many_legs_those_that_are_there_are_known(server: EventServer, switch: FreeSwitch) -> None:
    legs = [uuid4() for _ in range(250)]
    alive = {f"api uuid_exists {leg_id}" for leg_id in legs[::3]}
    server.on_command = lambda command: answer("true" if command.strip() in alive else "false")
    assert switch.existing(legs) == set(legs[::3])
    assert switch.existing([]) == set()


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


def offer_of(caller: UUID, **more: object) -> OfferCommand:
    values = {
        "offer_id": uuid4(),
        "tenant": "acme",
        "caller_leg_id": caller,
        "call_id": caller,
        "agent_id": 1,
        "epoch": 1,
        "username": "1001",
        "domain": "acme.localhost",
        "timeout_seconds": 20,
    }
    return OfferCommand(**values | more)


def said_until(server: EventServer, last: str) -> list[str]:
    """What the switch was told, without the opening of the session."""
    said = [""]
    while not said[-1].startswith(last):
        said.append(server.commands.get(timeout=10))
    return [command for command in said if command.startswith(("bgapi", "api expand", last))]


def test_a_caller_is_marked_once_a_phone_rings_and_nobody_waits_for_that(
    server: EventServer, switch: FreeSwitch
) -> None:
    """The switch says no word to the mark: the next command goes out all the same."""
    caller = uuid4()

    def silent(command: str) -> bytes | None:
        if command.startswith("bgapi"):
            return reply("+OK Job-UUID: x")
        return b"" if command.startswith("api expand") else None

    server.on_command = silent
    switch.offer(offer_of(caller))
    [rings, mark] = said_until(server, "api expand")
    assert rings.startswith("bgapi originate")
    assert mark == f"api expand uuid_setvar {caller} cc_rings_until ${{expr(${{strepoch()}}+20)}}"


@pytest.mark.parametrize(
    "more", [{"is_parked": True}, {"dials": "+8613800000001", "shown_number": "+862155500001"}]
)
def test_who_does_not_wait_in_the_line_gets_no_mark(
    server: EventServer, switch: FreeSwitch, more: dict[str, object]
) -> None:
    server.on_command = lambda command: reply("+OK Job-UUID: x") if command.startswith("bgapi") else None
    switch.offer(offer_of(uuid4(), **more))
    switch.exists(uuid4())
    said = said_until(server, "api uuid_exists")
    assert [command.split()[0] for command in said] == ["bgapi", "api"]


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
