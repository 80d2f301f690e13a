"""eSpeak NG, a program on this machine: no key, no network, thousands of words a second, and it sounds like a machine.

The text goes in by standard input: no word of it is ever an argument, and no markup in it is obeyed.
"""

import shutil
import subprocess

from telephony.speech.failures import SpeechFailed
from telephony.speech.port import Field, Utterance

PROGRAM = "espeak-ng"
VOICES = {"zh": "cmn", "en": "en-gb"}
SECONDS = 30
_VOICE_LETTERS = set("abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-+_")


def is_installed() -> bool:
    return shutil.which(PROGRAM) is not None


class Espeak:
    FIELDS = (Field(name="voice"), Field(name="speed", default="160"))
    NEEDS_SECRET = False

    def speak(self, what: Utterance) -> bytes:
        program = shutil.which(PROGRAM)
        if program is None:
            raise SpeechFailed("no_engine")
        voice = what.setting("voice", VOICES.get(what.language, "en-gb"))
        speed = what.setting("speed", "160")
        if not set(voice) <= _VOICE_LETTERS or voice.startswith("-") or not speed.isdecimal():
            raise SpeechFailed("settings")
        command = [
            program,
            "-v",
            voice,
            "-s",
            str(min(max(int(speed), 80), 400)),
            "-b",
            "1",
            "--stdin",
            "--stdout",
        ]
        try:
            done = subprocess.run(command, input=what.text.encode(), capture_output=True, timeout=SECONDS)
        except (subprocess.TimeoutExpired, OSError):
            raise SpeechFailed("timeout") from None
        if done.returncode or len(done.stdout) <= 44:
            raise SpeechFailed("settings" if b"voice" in done.stderr else "bad_answer")
        return _with_length(done.stdout)


def _with_length(content: bytes) -> bytes:
    """Written to a pipe, its header says a length nobody knows yet."""
    data = len(content) - 44
    return (
        content[:4]
        + (data + 36).to_bytes(4, "little")
        + content[8:40]
        + data.to_bytes(4, "little")
        + content[44:]
    )
