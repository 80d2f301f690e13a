"""What the switch says it has."""

from __future__ import annotations

import json
from pathlib import Path
from uuid import uuid4

from tests.telephony.rehearsal.theatre import DOMAIN, Theatre, play


def test_lists_of_an_empty_switch_have_no_rows(tmp_path: Path) -> None:
    async def scene(on: Theatre) -> None:
        for what in ("channels", "calls", "registrations"):
            assert json.loads(await on.ask(f"show {what} as json")) == {"row_count": 0}
        assert await on.ask("show channels count") == "\n0 total.\n"
        assert (await on.ask("show everything")).startswith("-USAGE")

    play(tmp_path, scene)


def test_legs_calls_and_phones_are_listed(tmp_path: Path) -> None:
    async def scene(on: Theatre) -> None:
        await on.phone()
        caller, agent = await on.queued(name="王芳"), str(uuid4())
        await on.offer(caller, agent)
        await on.ear.wait("CHANNEL_BRIDGE")
        channels = json.loads(await on.ask("show channels as json"))
        assert channels["row_count"] == 2
        assert {row["uuid"] for row in channels["rows"]} == {caller, agent}
        [call] = json.loads(await on.ask("show calls as json"))["rows"]
        assert (call["uuid"], call["b_uuid"]) == (agent, caller)
        [phone] = json.loads(await on.ask("show registrations as json"))["rows"]
        assert (phone["reg_user"], phone["realm"]) == ("1001", DOMAIN)
        dump = json.loads(await on.ask(f"uuid_dump {caller} json"))
        assert (dump["Unique-ID"], dump["variable_cc_tenant"]) == (caller, "acme")
        assert dump["Caller-Orig-Caller-ID-Name"] == "王芳"
        assert "2 session(s) since startup" in await on.ask("status")

    play(tmp_path, scene)


def test_a_beat_counts_legs(tmp_path: Path) -> None:
    async def scene(on: Theatre) -> None:
        await on.queued()
        beat = on.switch.spawn(on.switch.beat(60))
        assert (await on.ear.wait("HEARTBEAT")).headers["Session-Count"] == "1"
        beat.cancel()

    play(tmp_path, scene)


def test_the_shared_memory_keeps_a_heartbeat(tmp_path: Path) -> None:
    async def scene(on: Theatre) -> list[str]:
        commands = (
            "hash insert/cc/router_alive/1795188095",
            "hash select/cc/router_alive",
            "hash delete/cc/router_alive",
            "hash delete/cc/router_alive",
            "hash select/cc/router_alive",
            "global_getvar core_uuid",
        )
        return [await on.ask(command) for command in commands] + [on.switch.bus.core_uuid]

    *said, core, real_core = play(tmp_path, scene)
    assert said == ["+OK\n", "1795188095", "+OK\n", "-ERR Not found\n", "-ERR no reply\n"]
    assert core == real_core


def test_a_broken_configuration_is_not_taken_up(tmp_path: Path) -> None:
    async def scene(on: Theatre) -> None:
        assert await on.ask("reloadxml") == "+OK [Success]\n"
        (tmp_path / "conf" / "freeswitch.xml").write_text("<broken")
        assert (await on.ask("reloadxml")).startswith("-ERR [")
        await on.queued()

    play(tmp_path, scene)
