"""People who speak to a switch: a sound file, said by the caller at this moment."""

from __future__ import annotations

import shutil
import struct
import subprocess
import time
import wave
from array import array
from pathlib import Path
from typing import Any
from uuid import UUID

from tests.contract.driver import Party

FRAME = 160


def spoken(folder: Path, text: str, voice: str = "en-us") -> Path:
    """By eSpeak NG, as a telephone brings it: 8 kHz, one side. Skips the test where there is none."""
    import pytest

    if not shutil.which("espeak-ng") or not shutil.which("sox"):
        pytest.skip("no espeak-ng or sox on PATH")
    wide, made = folder / "wide.wav", folder / f"{'-'.join(text.split())}-{voice}.wav"
    subprocess.run(["espeak-ng", "-v", voice, "-s", "140", "-w", str(wide), text], check=True)
    shape = ["-r", "8000", "-c", "1", "-b", "16"]
    subprocess.run(["sox", "-V1", str(wide), *shape, str(made), "gain", "-3", "pad", "0.2"], check=True)
    return made


def say(line: Any, party: Party, leg_id: UUID, sound: Path) -> None:
    """Returns when it is said."""
    keypad = getattr(party, "keypad", None)
    if keypad is None:
        assert line.api(f"rehearsal say {leg_id} {sound}") == "+OK\n"
        return
    _send(keypad, int(line.api(f"uuid_getvar {leg_id} local_media_port")), sound)


def _send(keypad: Any, to_port: int, sound: Path) -> None:
    """G.711 from the port of the caller's keys, a frame each 20 ms."""
    from tests.contract.real import a_law

    with wave.open(str(sound), "rb") as file:
        samples = array("h", file.readframes(file.getnframes()))
    began = time.monotonic()
    for place in range(0, len(samples), FRAME):
        frame = bytes(a_law(sample) for sample in samples[place : place + FRAME]).ljust(FRAME, b"\xd5")
        keypad._sequence += 1
        stamp = int((time.monotonic() - keypad._began) * 8000) & 0xFFFFFFFF
        head = struct.pack("!BBHII", 0x80, 8, keypad._sequence & 0xFFFF, stamp, keypad._source)
        keypad._line.sendto(head + frame, ("127.0.0.1", to_port))
        time.sleep(max(0.0, began + (place / FRAME + 1) * 0.02 - time.monotonic()))
