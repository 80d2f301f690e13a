"""Any sound becomes one for telephones, or is refused with a word; what strangers send never reaches our process."""

import io
import random
import struct
import time
import wave
from pathlib import Path

import pytest

from telephony.sounds import store
from telephony.sounds.joining import joined
from telephony.sounds.processing import LARGEST_BYTES, REFUSALS, SoundRefused, made_of
from tests.telephony.prompts.conftest import tone

SAMPLES = Path(__file__).with_name("samples")


def shape(content: bytes) -> tuple[int, int, int, float]:
    with wave.open(io.BytesIO(content)) as file:
        seconds = file.getnframes() / file.getframerate()
        return file.getframerate(), file.getnchannels(), file.getsampwidth(), round(seconds, 2)


@pytest.mark.parametrize("name", ["tone.mp3", "tone.ogg", "tone.flac", "tone.alaw.wav"])
def test_every_usual_kind_of_file_becomes_a_telephone_sound_at_one_level(name):
    made = made_of((SAMPLES / name).read_bytes())
    rate, channels, width, seconds = shape(made.content)
    assert (rate, channels, width) == (8000, 1, 2)
    assert seconds == pytest.approx(1.0, abs=0.2)
    assert made.loudness == pytest.approx(-20.0, abs=0.1)


@pytest.mark.parametrize("loudness", [0.01, 0.1, 0.9])
def test_quiet_and_loud_files_end_at_the_same_level(loudness):
    made = made_of(tone(rate=44100, channels=2, loudness=loudness))
    assert shape(made.content)[:3] == (8000, 1, 2)
    assert made.loudness == pytest.approx(-20.0, abs=0.1)


def test_spoken_texts_lose_the_silence_at_their_ends():
    assert made_of(tone(1.0, silence=1.0)).seconds == pytest.approx(3.0, abs=0.05)
    assert made_of(tone(1.0, silence=1.0), is_trimmed=True).seconds == pytest.approx(1.1, abs=0.1)


def test_the_same_file_has_the_same_name_each_time():
    assert made_of(tone()).sha256 == made_of(tone()).sha256 != made_of(tone(1.5)).sha256


def header_of_hours(hours: int) -> bytes:
    """A wav whose header promises hours of sound in a few bytes."""
    data = hours * 3600 * 16000
    head = struct.pack("<4sI4s4sIHHIIHH4sI", b"RIFF", min(data + 36, 2**32 - 1), b"WAVE", b"fmt ", 16, 1, 1, 8000,
                       16000, 2, 16, b"data", min(data, 2**32 - 1))  # fmt: skip
    return head + b"\x00\x10" * 100


@pytest.mark.parametrize(
    ("content", "reason"),
    [
        (b"", "empty"),
        (b"not a sound at all, whatever its name says" * 10, "not_sound"),
        (b"<?php system($_GET['x']); ?>" * 20, "not_sound"),
        (b"MZ\x90\x00" + b"\x00" * 500, "not_sound"),
        (b"OggS" + b"\x00" * 24 + b"OpusHead" + b"\x00" * 50, "opus"),
        (b"\x00\x00\x00\x20ftypM4A " + b"\x00" * 100, "mp4"),
        (b"RIFF\x00\x00\x00\x00WAVEfmt ", "broken"),
        (b"fLaC" + b"\xff" * 3000, "broken"),
        (header_of_hours(50), "empty"),
        (b"x" * (LARGEST_BYTES + 1), "too_large"),
    ],
)
def test_what_is_no_sound_is_refused_with_its_reason(content, reason):
    with pytest.raises(SoundRefused) as refused:
        made_of(content)
    assert refused.value.reason == reason
    assert refused.value.message


def test_silence_is_refused():
    with pytest.raises(SoundRefused) as refused:
        made_of(tone(loudness=0.0))
    assert refused.value.reason == "silent"


def test_a_small_file_that_unpacks_to_hours_is_stopped_at_the_longest_sound():
    """Eleven minutes of near silence in flac: kilobytes on the way in, and never more than the limit decoded."""
    with pytest.raises(SoundRefused) as refused:
        made_of(tone(1.0, rate=8000, silence=330.0))
    assert refused.value.reason == "too_long"


def hours_of_flac(hours: int) -> bytes:
    """A right FLAC file of a constant sample, 13 bytes for each eight seconds: 50 hours are 285 kB."""

    def crc(content: bytes, width: int, polynomial: int) -> int:
        value = 0
        for byte in content:
            value ^= byte << width - 8
            for _bit in range(8):
                value = (value << 1 ^ (polynomial if value >> width - 1 & 1 else 0)) & (1 << width) - 1
        return value

    block, rate = 65535, 8000
    count = hours * 3600 * rate // block
    shape = rate << 44 | 0 << 41 | 15 << 36 | count * block
    info = struct.pack(">HH", block, block) + bytes(6) + shape.to_bytes(8, "big") + bytes(16)
    frames = []
    for number in range(count):
        # 16 bits of block size, 8 kHz, mono, 16 bits, the frame's number as UTF-8, one constant subframe.
        head = b"\xff\xf8\x74\x08" + chr(number).encode() + struct.pack(">H", block - 1)
        frame = head + bytes([crc(head, 8, 0x07)]) + b"\x00" + struct.pack(">h", 9000)
        frames.append(frame + struct.pack(">H", crc(frame, 16, 0x8005)))
    return b"fLaC\x80\x00\x00\x22" + info + b"".join(frames)


def test_a_prompt_of_fifty_hours_is_refused_at_once_whatever_it_weighs():
    content = hours_of_flac(50)
    assert len(content) < 400_000
    began = time.monotonic()
    with pytest.raises(SoundRefused) as refused:
        made_of(content)
    assert (refused.value.reason, str(refused.value.message)) == (
        "too_long",
        "The sound is longer than 10 minutes.",
    )
    assert time.monotonic() - began < 10
    assert made_of(hours_of_flac(1)[: 42 + 13 * 3]).seconds < 30


@pytest.mark.parametrize("name", ["tone.mp3", "tone.ogg", "tone.flac", "tone.alaw.wav"])
def test_a_damaged_file_is_a_sound_or_refused_in_words_and_nothing_else(name):
    whole, chance = (SAMPLES / name).read_bytes(), random.Random(name)
    for _damage in range(6):
        content = bytearray(whole[: chance.randrange(100, len(whole))])
        for _byte in range(chance.randrange(1, 40)):
            content[chance.randrange(len(content))] = chance.randrange(256)
        assert outcome(bytes(content)) in {"a sound", *REFUSALS}


def outcome(content: bytes) -> str:
    try:
        return "a sound" if 0 < made_of(content).seconds < 600 else "too long"
    except SoundRefused as refused:
        return refused.reason


def test_a_kept_sound_stands_where_every_switch_reads_it(disk):
    made = made_of(tone())
    path = store.keep("acme", made)
    assert path == disk / "acme" / f"{made.sha256}.wav"
    assert path.read_bytes() == made.content
    assert oct(path.stat().st_mode & 0o777) == "0o644"
    assert store.is_there("acme", made.sha256)
    assert not store.is_there("globex", made.sha256)


@pytest.mark.parametrize("name", ["../etc", "Acme", "", "a/b", "a;b"])
def test_no_name_leads_out_of_the_folder(name):
    with pytest.raises(ValueError, match="schema"):
        store.folder_of(name)
    with pytest.raises(ValueError, match="SHA-256"):
        store.path_of("acme", name)


def test_pieces_of_music_are_one_sound_in_their_order(disk):
    paths = [store.keep("acme", made_of(tone(seconds))) for seconds in (1.0, 2.0)]
    whole = joined(paths)
    assert whole.seconds == pytest.approx(4.0, abs=0.05)
    assert shape(whole.content)[:3] == (8000, 1, 2)


def test_streams_are_those_wanted_and_no_others(disk):
    first, second = (made_of(tone(seconds)) for seconds in (1.0, 2.0))
    for made in (first, second):
        store.keep("acme", made)
    store.lay_streams("acme", {"default": first.sha256, "7": second.sha256})
    store.lay_streams("acme", {"default": second.sha256})
    assert [path.name for path in (disk / "acme" / "music").iterdir()] == ["default.wav"]
    assert (disk / "acme" / "music" / "default.wav").read_bytes() == second.content
