"""Music while waiting: the queue's, else the tenant's, else ours; it goes on where it stopped, and never runs wild."""

from __future__ import annotations

import math
import struct
import time
import wave
from collections.abc import Iterator
from pathlib import Path
from uuid import UUID

import pytest

from tests.contract.driver import SwitchUnderTest, wait_until


@pytest.fixture
def music(line: SwitchUnderTest) -> Iterator[Path]:
    folder = line.directory / "prompts" / "acme" / "music"
    folder.mkdir(parents=True, exist_ok=True)
    yield folder
    for file in folder.iterdir():
        file.unlink()


def write(path: Path, seconds: float) -> None:
    samples = [int(3000 * math.sin(place / 3)) for place in range(int(seconds * 8000))]
    with wave.open(str(path), "wb") as file:
        file.setnchannels(1)
        file.setsampwidth(2)
        file.setframerate(8000)
        file.writeframes(struct.pack(f"<{len(samples)}h", *samples))


def heard(line: SwitchUnderTest, leg: UUID) -> str:
    return line.api(f"uuid_getvar {leg} cc_music").strip()


def place(line: SwitchUnderTest, leg: UUID) -> int | None:
    """The sample at which the music goes on; None before the first round."""
    told = line.api(f"uuid_getvar {leg} cc_music_at").strip()
    return int(told) if told.isdecimal() else None


def rounds(line: SwitchUnderTest, leg: UUID) -> int:
    """How often the caller was sent on so far."""
    return line.api(f"uuid_getvar {leg} transfer_history").count(":bl_xfer:")


def test_without_music_of_their_own_callers_hear_ours(line: SwitchUnderTest, music: Path) -> None:
    caller = line.queued_caller()
    assert wait_until(lambda: heard(line, caller.leg_id) == "local_stream://moh", 3)


def test_the_queue_s_music_comes_before_the_tenant_s(line: SwitchUnderTest, music: Path) -> None:
    write(music / "default.wav", 20)
    caller = line.queued_caller()
    assert wait_until(lambda: f"{music}/default.wav@@" in heard(line, caller.leg_id), 3)
    write(music / "7.wav", 20)
    write(music / "8.wav", 20)
    assert wait_until(lambda: f"{music}/7.wav@@" in heard(line, caller.leg_id), 4)


def test_it_goes_on_where_it_stopped_and_begins_again_at_its_end(line: SwitchUnderTest, music: Path) -> None:
    write(music / "7.wav", 2.6)
    caller = line.queued_caller()
    assert wait_until(lambda: 14_000 <= (place(line, caller.leg_id) or 0) <= 19_000, 4)
    assert wait_until(lambda: place(line, caller.leg_id) == 0, 4)
    assert f"{music}/7.wav@@" in heard(line, caller.leg_id), "a piece that is over is no reason for ours"
    assert wait_until(lambda: 14_000 <= (place(line, caller.leg_id) or 0) <= 19_000, 4)
    assert line.switch.exists(caller.leg_id)


@pytest.mark.parametrize("kind", ["no sound", "a blink"])
def test_a_file_of_which_nothing_is_heard_leaves_the_caller_waiting_calmly(
    line: SwitchUnderTest, music: Path, kind: str
) -> None:
    if kind == "a blink":
        write(music / "7.wav", 0.04)
    else:
        (music / "7.wav").write_bytes(b"this is not a sound" * 50)
    caller = line.queued_caller()
    assert wait_until(lambda: heard(line, caller.leg_id) == "local_stream://moh", 4)
    time.sleep(0.5)
    assert heard(line, caller.leg_id) == "local_stream://moh", "the round of our music was cut short"
    (music / "7.wav").unlink()
    time.sleep(2)
    assert heard(line, caller.leg_id) == "local_stream://moh"
    assert line.switch.exists(caller.leg_id)


def test_a_place_beyond_the_end_of_shorter_music_is_survived(line: SwitchUnderTest, music: Path) -> None:
    write(music / "7.wav", 30)
    caller = line.queued_caller()
    assert wait_until(lambda: (place(line, caller.leg_id) or 0) > 14_000, 8)
    write(music / "7.new", 1.2)
    (music / "7.new").replace(music / "7.wav")
    assert wait_until(lambda: place(line, caller.leg_id) == 0, 6)
    assert wait_until(lambda: f"{music}/7.wav@@0" in heard(line, caller.leg_id), 6)


def test_without_any_music_at_all_the_rounds_still_take_their_time(line: SwitchUnderTest) -> None:
    caller = line.queued_caller()
    line.api(f"uuid_setvar {caller.leg_id} hold_music /nothing/here.wav")
    wait_until(lambda: heard(line, caller.leg_id) == "/nothing/here.wav", 4)
    before = wait_until(lambda: rounds(line, caller.leg_id))
    time.sleep(2)
    assert rounds(line, caller.leg_id) - before <= 5
    assert line.switch.exists(caller.leg_id)
