"""From a file somebody sent, or a service spoke, to a sound callers can hear. The work is done by a child process."""

import hashlib
import json
import subprocess
import sys
import tempfile
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from django.utils.translation import gettext_lazy as _

from telephony.sounds import decoding
from tenants.errors import BadInput

LARGEST_BYTES = 20 * 2**20
LONGEST_SECONDS = 600
CHILD_SECONDS = 60
REFUSALS = {
    "too_large": _("The file is larger than 20 MB."),
    "too_long": _("The sound is longer than 10 minutes."),
    "not_sound": _("This is not a sound file. WAV, MP3, FLAC and Ogg Vorbis can be used."),
    "opus": _("Ogg files with Opus in them cannot be used. Save the sound as WAV or MP3."),
    "mp4": _("M4A, MP4 and AAC files cannot be used. Save the sound as WAV or MP3."),
    "broken": _("The file says it is a sound, but it cannot be read. It may have been cut off."),
    "empty": _("There is no sound in this file."),
    "silent": _("Nothing but silence can be heard in this file."),
    "no_decoder": _(
        "This machine has no program to read sound files. Tell your operator: miniaudio is missing."
    ),
}


class SoundRefused(BadInput):
    """This file cannot be used as a sound."""

    def __init__(self, reason: str):
        super().__init__(REFUSALS.get(reason, REFUSALS["broken"]), field="file")
        self.reason = reason


@dataclass(frozen=True, kw_only=True)
class MadeSound:
    """A whole wav file: 8 kHz, mono, 16 bits. `loudness` in dBFS."""

    content: bytes = field(repr=False)
    seconds: float
    loudness: float

    @property
    def sha256(self) -> str:
        return hashlib.sha256(self.content).hexdigest()


def made_of(content: bytes, *, is_trimmed: bool = False) -> MadeSound:
    """Raises SoundRefused. `is_trimmed` cuts silence off both ends, as for spoken texts."""
    if len(content) > LARGEST_BYTES:
        raise SoundRefused("too_large")
    if not content:
        raise SoundRefused("empty")
    with tempfile.TemporaryDirectory(prefix="sound-") as name:
        source, target = Path(name, "given"), Path(name, "made.wav")
        source.write_bytes(content)
        told = _child(source, target, is_trimmed)
        if "refused" in told:
            raise SoundRefused(str(told["refused"]))
        made = target.read_bytes()
    return MadeSound(content=made, seconds=float(told["seconds"]), loudness=float(told["loudness"]))


def _child(source: Path, target: Path, is_trimmed: bool) -> dict[str, Any]:
    """Isolated: no folder of ours on its path, nothing of our environment but what Python needs."""
    more = ["trim"] if is_trimmed else []
    command = [sys.executable, "-I", decoding.__file__, str(source), str(target), str(LONGEST_SECONDS), *more]
    try:
        done = subprocess.run(command, capture_output=True, timeout=CHILD_SECONDS, env={}, cwd=source.parent)
        return dict(json.loads(done.stdout))
    except (subprocess.TimeoutExpired, OSError, ValueError):
        return {"refused": "broken"}
