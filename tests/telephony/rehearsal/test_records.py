"""What stays on disk of a call: its record and its sound."""

from __future__ import annotations

import array
import asyncio
import json
import wave
from pathlib import Path
from uuid import uuid4

from telephony.freeswitch.rehearsal.bus import Event
from tests.telephony.rehearsal.theatre import Theatre, play, text

KEYS = ["core-uuid", "switchname", "channel_data", "callStats", "variables", "app_log", "callflow"]


def loud(path: Path, side: int, *, after: float = 0.0) -> bool:
    with wave.open(str(path)) as file:
        assert (file.getframerate(), file.getsampwidth()) == (8000, 2)
        samples = array.array("h", file.readframes(file.getnframes()))[side :: file.getnchannels()]
    return max(samples[int(after * 8000) :], default=0) > 500


def test_a_joined_call_leaves_two_records_and_a_recording(tmp_path: Path) -> None:
    async def scene(on: Theatre) -> tuple[str, str, Event]:
        await on.phone()
        caller, agent = await on.queued(), str(uuid4())
        await on.offer(caller, agent)
        await on.ear.wait("CHANNEL_BRIDGE")
        await asyncio.sleep(1.2)
        await on.ask(f"uuid_kill {caller}")
        await on.over(caller, agent)
        return caller, agent, await on.ear.wait("RECORD_STOP")

    caller, agent, stopped = play(tmp_path, scene)
    records = {path.name: json.loads(path.read_text()) for path in (tmp_path / "cdr").iterdir()}
    # As with the real one: who was fetched is the b-leg of the one who fetched.
    assert set(records) == {f"{caller}.cdr.json", f"a_{agent}.cdr.json"}
    for record in records.values():
        assert list(record) == KEYS
        assert record["switchname"] == "stage"
    mine = records[f"{caller}.cdr.json"]
    assert mine["variables"]["cc_tenant"] == "acme"
    assert mine["variables"]["hangup_cause"] == "NORMAL_CLEARING"
    assert mine["variables"]["bridge_uuid"] == agent
    assert mine["callflow"][-1]["caller_profile"]["destination_number"] == "4001"
    assert mine["callflow"][-1]["caller_profile"]["caller_id_number"] == "13812342211"
    assert int(mine["variables"]["uduration"]) > 1_200_000
    path = tmp_path / "recordings" / f"{agent}.wav"
    assert text(stopped, "Record-File-Path") == str(path)
    with wave.open(str(path)) as file:
        seconds = file.getnframes() / 8000
        assert file.getnchannels() == 2
    assert 1.2 <= seconds < 2.2
    assert abs(int(text(stopped, "variable_record_ms")) / 1000 - seconds) < 0.01
    assert loud(path, 0)
    assert loud(path, 1)


def test_the_record_is_there_before_its_event(tmp_path: Path) -> None:
    async def scene(on: Theatre) -> list[bool]:
        found = []

        class Checker:
            def wants(self, name: str, subclass: str) -> bool:
                return name == "CHANNEL_HANGUP_COMPLETE"

            def hear(self, event: Event) -> None:
                found.append((tmp_path / "cdr" / f"a_{text(event, 'Unique-ID')}.cdr.json").exists())

        on.switch.bus.listeners.add(Checker())
        leg_id = await on.queued()
        await on.ask(f"uuid_kill {leg_id}")
        await on.over(leg_id)
        return found

    assert play(tmp_path, scene) == [True]


def test_a_message_is_recorded_as_long_as_the_caller_speaks(tmp_path: Path) -> None:
    async def scene(on: Theatre) -> list[str]:
        leg_id = await on.caller("4003", message="0.5")
        await on.over(leg_id)
        return on.ear.names(leg_id)

    names = play(tmp_path, scene)
    assert names[-5:] == [
        "RECORD_START",
        "CHANNEL_HANGUP",
        "RECORD_STOP",
        "CHANNEL_HANGUP_COMPLETE",
        "CHANNEL_DESTROY",
    ]
    with wave.open(str(tmp_path / "recordings" / "message.wav")) as file:
        assert 0.45 <= file.getnframes() / 8000 < 1
    assert loud(tmp_path / "recordings" / "message.wav", 0)


def test_a_masked_stretch_is_silent(tmp_path: Path) -> None:
    path = tmp_path / "recordings" / "card.wav"

    async def scene(on: Theatre) -> None:
        await on.phone()
        caller, agent = await on.queued(), str(uuid4())
        await on.offer(caller, agent)
        await on.ear.wait("CHANNEL_BRIDGE")
        assert await on.ask(f"uuid_record {agent} start {path}") == "+OK Success\n"
        assert await on.ask(f"uuid_record {agent} mask {path}") == "+OK Success\n"
        await asyncio.sleep(0.4)
        assert await on.ask(f"uuid_record {agent} stop {path}") == "+OK Success\n"
        assert await on.ask(f"uuid_record {agent} mask {path}") == "-ERR Cannot mask session!\n"
        assert on.switch.legs[agent].peer is not None

    play(tmp_path, scene)
    assert path.stat().st_size > 8000
    assert not loud(path, 0, after=0.2)


def test_a_disk_that_takes_nothing_ends_no_call(tmp_path: Path) -> None:
    (tmp_path / "cdr").write_text("not a directory")

    async def scene(on: Theatre) -> str:
        leg_id = await on.queued()
        await on.ask(f"uuid_record {leg_id} start /proc/none/x.wav")
        await on.ask(f"uuid_kill {leg_id}")
        await on.over(leg_id)
        return leg_id

    assert play(tmp_path, scene)
