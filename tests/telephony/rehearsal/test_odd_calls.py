"""Calls that go round, end early or are asked for what they do not have; and the variables of a leg."""

from __future__ import annotations

from pathlib import Path
from uuid import uuid4

from telephony.freeswitch.rehearsal.bus import flat
from tests.telephony.rehearsal.theatre import DOMAIN, Theatre, play, text


def test_transfers_count_down_and_end_a_leg_that_goes_round_for_ever(tmp_path: Path) -> None:
    async def scene(on: Theatre) -> None:
        leg_id = await on.caller("4004")
        over = await on.ear.wait("CHANNEL_HANGUP_COMPLETE", Unique_ID=leg_id)
        assert text(over, "Hangup-Cause") == "EXCHANGE_ROUTING_ERROR"

    play(tmp_path, scene)


def test_a_number_nobody_has_and_an_application_nobody_knows(tmp_path: Path) -> None:
    async def scene(on: Theatre) -> list[str]:
        legs = [await on.caller(dialled) for dialled in ("999", "4002", "4005")]
        await on.over(*legs)
        return [text(await on.ear.wait("CHANNEL_HANGUP", Unique_ID=leg), "Hangup-Cause") for leg in legs]

    causes = play(tmp_path, scene)
    assert causes == ["NO_ROUTE_DESTINATION", "USER_BUSY", "DESTINATION_OUT_OF_ORDER"]
    assert not Path("/tmp/never").exists()


def test_patience_talk_and_keys_make_a_caller(tmp_path: Path) -> None:
    async def scene(on: Theatre) -> None:
        await on.ask("rehearsal pace 100")
        await on.phone()
        leaves = await on.queued(patience="20", keys="5@5,*@9999")
        key = await on.ear.wait("DTMF", Unique_ID=leaves)
        assert (text(key, "DTMF-Digit"), "variable_uuid" in key.headers) == ("5", False)
        await on.over(leaves)
        talks, agent = await on.queued(talk="30"), str(uuid4())
        await on.offer(talks, agent)
        await on.ear.wait("CHANNEL_BRIDGE")
        await on.over(talks, agent)

    play(tmp_path, scene)


def test_a_phone_takes_one_call_at_a_time(tmp_path: Path) -> None:
    async def scene(on: Theatre) -> None:
        await on.phone()
        caller, agent = await on.queued(), str(uuid4())
        await on.offer(caller, agent)
        await on.ear.wait("CHANNEL_BRIDGE")
        assert await on.offer(await on.queued(), str(uuid4())) == "-ERR USER_BUSY\n"
        assert on.switch.legs[agent].peer is not None

    play(tmp_path, scene)


def test_what_is_asked_of_a_leg_that_is_not_there(tmp_path: Path) -> None:
    async def scene(on: Theatre) -> None:
        nobody = str(uuid4())
        for command in ("uuid_kill", "uuid_getvar", "uuid_dump", "uuid_break"):
            assert await on.ask(f"{command} {nobody} x") == "-ERR No such channel!\n"
        assert await on.ask(f"uuid_transfer {nobody} wait XML cc") == "-ERR No such channel!\n"
        assert await on.ask(f"uuid_setvar_multi {nobody} a=b;c=d") == "-ERR No such channel!\n"
        assert await on.ask(f"uuid_hold {nobody}") == "-ERR Operation failed\n"
        assert await on.ask(f"uuid_exists {nobody}") == "false"
        assert await on.ask(f"uuid_bridge {nobody} {nobody}") == "-ERR Invalid uuid\n"
        assert await on.ask(f"uuid_record {nobody} start x.wav") == "-ERR Cannot locate session!\n"
        assert await on.ask("system touch /tmp/never") == "-ERR system Command not found!\n"

    play(tmp_path, scene)


def test_variables_are_set_read_and_told(tmp_path: Path) -> None:
    async def scene(on: Theatre) -> None:
        leg_id = await on.queued()
        assert await on.ask(f"uuid_setvar {leg_id} ticket 42") == "+OK\n"
        assert await on.ask(f"uuid_setvar_multi {leg_id} a=1;b=two words") == "+OK\n"
        assert await on.ask(f"uuid_getvar {leg_id} b") == "two words"
        assert await on.ask(f"uuid_getvar {leg_id} none") == "_undef_"
        assert await on.ask(f"uuid_setvar {leg_id} a ") == "+OK\n"
        await on.ask(f"uuid_kill {leg_id}")
        over = await on.ear.wait("CHANNEL_HANGUP_COMPLETE", Unique_ID=leg_id)
        assert (flat(over.headers["variable_ticket"]), "variable_a" in over.headers) == ("42", False)

    play(tmp_path, scene)


def test_who_is_being_fetched_is_not_fetched_again(tmp_path: Path) -> None:
    async def scene(on: Theatre) -> None:
        await on.phone("1001")
        await on.phone("1002")
        caller, first, second = await on.queued(), str(uuid4()), str(uuid4())
        await on.offer(caller, first)
        await on.ear.wait("PLAYBACK_STOP", Unique_ID=caller)  # on the way to the first, not there yet
        await on.offer(caller, second, user="1002")
        await on.over(second)
        await on.ear.wait("CHANNEL_BRIDGE")
        assert on.switch.legs[caller].peer is on.switch.legs[first]
        assert sum(event.name == "CHANNEL_BRIDGE" for event in on.ear.heard) == 1

    play(tmp_path, scene)


def test_a_phone_that_hangs_up_on_the_way_leaves_no_caller_in_silence(tmp_path: Path) -> None:
    async def scene(on: Theatre) -> None:
        await on.phone()
        caller, agent = await on.queued(), str(uuid4())
        await on.offer(caller, agent)
        await on.ear.wait("PLAYBACK_STOP", Unique_ID=caller)
        await on.ask(f"rehearsal phone 1001@{DOMAIN} hangup")
        await on.over(caller, agent)
        gone = await on.ear.wait("CHANNEL_HANGUP", Unique_ID=caller)
        assert text(gone, "Hangup-Cause") == "DESTINATION_OUT_OF_ORDER"

    play(tmp_path, scene)
