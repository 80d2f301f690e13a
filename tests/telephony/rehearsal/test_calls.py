"""What happens to calls, in which order it is told, and in the real switch's words."""

from __future__ import annotations

import asyncio
from pathlib import Path
from uuid import uuid4

from tests.telephony.rehearsal.theatre import DOMAIN, PAGE, Theatre, play, text


def test_an_answered_offer_goes_through_the_real_switchs_events(tmp_path: Path) -> None:
    async def scene(on: Theatre) -> None:
        await on.phone()
        caller, agent = await on.queued(), str(uuid4())
        assert await on.offer(caller, agent) == f"+OK {agent}\n"
        bridge = await on.ear.wait("CHANNEL_BRIDGE")
        assert (text(bridge, "Bridge-A-Unique-ID"), text(bridge, "Bridge-B-Unique-ID")) == (agent, caller)
        await on.ask(f"rehearsal hangup {caller}")
        await on.over(caller, agent)
        assert on.ear.names(caller) == [
            "CHANNEL_CREATE",
            "CHANNEL_PROGRESS_MEDIA",
            "CHANNEL_ANSWER",
            "cc::enqueue",
            "PLAYBACK_START",
            "PLAYBACK_STOP",
            "CHANNEL_HANGUP",
            "CHANNEL_HANGUP_COMPLETE",
            "CHANNEL_DESTROY",
        ]
        assert on.ear.names(agent) == [
            "CHANNEL_CREATE",
            "CHANNEL_ORIGINATE",
            "CHANNEL_PROGRESS",
            "CHANNEL_ANSWER",
            "RECORD_START",
            "CHANNEL_BRIDGE",
            "CHANNEL_HANGUP",
            "CHANNEL_UNBRIDGE",
            "RECORD_STOP",
            "CHANNEL_HANGUP_COMPLETE",
            "CHANNEL_DESTROY",
        ]
        assert on.switch.legs == {}

    play(tmp_path, scene)


def test_who_hung_up_is_told_in_the_words_of_sip(tmp_path: Path) -> None:
    async def scene(on: Theatre) -> None:
        await on.phone()
        caller, agent = await on.queued(), str(uuid4())
        await on.offer(caller, agent)
        await on.ear.wait("CHANNEL_BRIDGE")
        await on.ask(f"rehearsal phone 1001@{DOMAIN} hangup")
        await on.over(caller, agent)
        assert (
            text(
                await on.ear.wait("CHANNEL_HANGUP_COMPLETE", Unique_ID=agent),
                "variable_sip_hangup_disposition",
            )
            == "recv_bye"
        )
        left = await on.ear.wait("CHANNEL_HANGUP_COMPLETE", Unique_ID=caller)
        assert text(left, "variable_sip_hangup_disposition") == "send_bye"
        assert text(left, "Hangup-Cause") == "NORMAL_CLEARING"

    play(tmp_path, scene)


def test_while_bridged_the_caller_shows_the_agent_and_a_transfer_puts_it_right(tmp_path: Path) -> None:
    async def scene(on: Theatre) -> None:
        await on.phone()
        caller, agent = await on.queued(), str(uuid4())
        await on.offer(caller, agent)
        await on.ear.wait("CHANNEL_BRIDGE")
        leg = on.switch.legs[caller]
        assert (leg.profile.cid_number, leg.profile.orig_cid_number) == ("1001", "13812342211")
        assert await on.ask(f"uuid_transfer {caller} wait XML cc") == "+OK\n"
        await on.over(agent)
        assert leg.profile.cid_number == "13812342211"
        assert leg.peer is None
        assert not leg.is_hung_up

    play(tmp_path, scene)


def test_a_caller_who_left_before_the_answer_ends_the_agents_leg(tmp_path: Path) -> None:
    async def scene(on: Theatre) -> None:
        await on.phone(habits="mode=manual")
        caller, agent = await on.queued(), str(uuid4())
        offer = on.offer(caller, agent)
        await on.ear.wait("CHANNEL_PROGRESS", Unique_ID=agent)
        await on.ask(f"rehearsal hangup {caller}")
        await on.over(caller)
        assert await on.ask(f"uuid_phone_event {agent} talk") == "+OK Success\n"
        assert await offer == f"+OK {agent}\n"
        await on.over(agent)
        assert "CHANNEL_BRIDGE" not in on.ear.names(agent)

    play(tmp_path, scene)


def test_two_offers_race_and_the_caller_hears_one_person(tmp_path: Path) -> None:
    async def scene(on: Theatre) -> None:
        await on.phone("1001")
        await on.phone("1002")
        caller, first, second = await on.queued(), str(uuid4()), str(uuid4())
        await asyncio.gather(on.offer(caller, first), on.offer(caller, second, user="1002"))
        await on.ear.wait("CHANNEL_BRIDGE")
        loser = second if on.switch.legs[caller].peer is on.switch.legs.get(first) else first
        await on.over(loser)
        assert on.switch.legs[caller].peer is not None
        assert sum(event.name == "CHANNEL_BRIDGE" for event in on.ear.heard) == 1

    play(tmp_path, scene)


def test_why_a_phone_was_not_reached(tmp_path: Path) -> None:
    async def scene(on: Theatre) -> None:
        await on.phone("1001", habits="mode=manual")
        await on.phone("1002", habits="mode=busy")
        caller = await on.queued()
        reasons = [
            await on.offer(caller, str(uuid4()), timeout=1),
            await on.offer(caller, str(uuid4()), user="1002"),
            await on.offer(caller, str(uuid4()), user="1003"),
            await on.offer(caller, str(uuid4()), user="nobody"),
            await on.ask(f"originate sofia/internal/1003%{DOMAIN} &park()"),
            await on.ask("originate sofia/gateway/none/123 &park()"),
            await on.ask("originate error/user_busy &park()"),
        ]
        assert [reason.strip() for reason in reasons] == [
            "-ERR NO_ANSWER",
            "-ERR USER_BUSY",
            "-ERR USER_NOT_REGISTERED",
            "-ERR SUBSCRIBER_ABSENT",
            "-ERR USER_NOT_REGISTERED",
            "-ERR INVALID_GATEWAY",
            "-ERR USER_BUSY",
        ]

    play(tmp_path, scene)


def test_a_ringing_offer_can_be_taken_back(tmp_path: Path) -> None:
    async def scene(on: Theatre) -> None:
        await on.phone(habits="mode=manual")
        caller, agent = await on.queued(), str(uuid4())
        offer = on.offer(caller, agent)
        await on.ear.wait("CHANNEL_PROGRESS", Unique_ID=agent)
        assert await on.ask(f"uuid_kill {agent} ORIGINATOR_CANCEL") == "+OK\n"
        assert await offer == "-ERR ORIGINATOR_CANCEL\n"
        over = await on.ear.wait("CHANNEL_HANGUP_COMPLETE", Unique_ID=agent)
        assert text(over, "variable_sip_hangup_disposition") == "send_cancel"
        assert on.switch.legs[caller].variables["current_application"] == "playback"

    play(tmp_path, scene)


async def joined_with_music(on: Theatre) -> tuple[str, str]:
    """A caller and an agent who talk, at a tenant that has music on hold."""
    on.switch.conf.globals["hold_music"] = "local_stream://moh"
    await on.phone()
    caller, agent = await on.queued(), str(uuid4())
    await on.offer(caller, agent)
    await on.ear.wait("CHANNEL_BRIDGE")
    return caller, agent


def test_hold_plays_music_to_the_other_one(tmp_path: Path) -> None:
    async def scene(on: Theatre) -> None:
        caller, agent = await joined_with_music(on)
        begun = len(on.ear.heard)
        assert await on.ask(f"uuid_hold {agent}") == "+OK Success\n"
        assert await on.ask(f"uuid_hold {agent}") == "-ERR Operation failed\n"
        assert on.switch.legs[agent].call_state == "HELD"
        await music_of(on, caller)
        assert on.switch.legs[caller].variables["total_loops"] == "-1"
        assert await on.ask(f"uuid_hold off {agent}") == "+OK Success\n"
        assert "total_loops" not in on.switch.legs[caller].variables
        told = [(event.name, event.headers["Unique-ID"]) for event in on.ear.heard[begun:]]
        wanted = [
            ("CHANNEL_HOLD", agent),
            ("PLAYBACK_START", caller),
            ("PLAYBACK_STOP", caller),
            ("CHANNEL_UNHOLD", agent),
        ]
        assert [one for one in told if one in wanted] == wanted
        assert on.switch.legs[agent].times.hold_accum > 0

    play(tmp_path, scene)


async def music_of(on: Theatre, leg_id: str) -> None:
    async with asyncio.timeout(3):
        while not on.switch.legs[leg_id].hold_music:
            await asyncio.sleep(0.01)


def test_music_that_had_not_begun_at_the_resume_has_no_end(tmp_path: Path) -> None:
    async def scene(on: Theatre) -> None:
        caller, agent = await joined_with_music(on)
        await on.ask(f"uuid_hold {agent}")
        assert await on.ask(f"uuid_hold off {agent}") == "+OK Success\n"
        await music_of(on, caller)

    play(tmp_path, scene)


def test_a_page_asked_twice_in_a_moment_is_deaf_for_the_rest_of_the_talk(tmp_path: Path) -> None:
    async def scene(on: Theatre) -> None:
        await on.phone(PAGE)
        caller, agent = await on.queued(), str(uuid4())
        await on.offer(caller, agent, user=PAGE)
        await on.ear.wait("CHANNEL_BRIDGE")
        leg = on.switch.legs[agent]

        async def hears_after(command: str, *, agreed: bool = True) -> str:
            assert await on.ask(f"{command} {agent}") == "+OK Success\n"
            while agreed and leg.is_agreeing:
                await asyncio.sleep(0.01)
            return (await on.ask(f"rehearsal hears {agent}")).strip()

        await hears_after("uuid_hold")
        assert await hears_after("uuid_hold off") == "caller"
        assert "a=sendrecv" in leg.get("switch_r_sdp")
        await hears_after("uuid_hold", agreed=False)
        for command in ("uuid_hold off", "uuid_hold", "uuid_hold off"):
            assert await hears_after(command) == ""

    play(tmp_path, scene)
