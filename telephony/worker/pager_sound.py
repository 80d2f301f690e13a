"""What somebody on call hears: the sentence, the case's number, and its subject if this machine can speak.

Laid where the switch reads it, for the one call; where that cannot be done the switch says the sentence alone.
"""

import re
import tempfile
from collections.abc import Mapping, Sequence
from contextlib import suppress
from pathlib import Path
from typing import Any
from uuid import UUID

import structlog

from telephony.freeswitch.configuration import OUR_FILES
from telephony.sounds.joining import joined
from telephony.sounds.processing import SoundRefused, made_of
from telephony.sounds.store import write_whole
from telephony.speech.failures import SpeechFailed
from telephony.speech.port import Utterance
from telephony.speech.providers import speak
from telephony.speech.spoken import digits

log = structlog.get_logger()

URGENT, TEST = "urgent-case", "ring-test"
LONGEST_SUBJECT = 80
FOLDER = "temp"
_HAN = re.compile(r"[\u3400-\u9fff]")


def lay(node: Mapping[str, Any], call_id: UUID, *, language: str, number: str, subject: str) -> Path | None:
    """The file, to be taken away afterwards; None where the switch's own sentence has to do."""
    path = place_of(node, call_id)
    if not path.parent.is_dir():
        return None
    sounds = OUR_FILES / "sounds" / language
    return _laid(
        path, [sounds / f"{name}.wav" for name in (URGENT, *digits(number.lstrip("C-0")))], subject=subject
    )


def lay_test(node: Mapping[str, Any], call_id: UUID, *, language: str) -> Path | None:
    """The same, for somebody who tries their telephone."""
    path = place_of(node, call_id)
    return _laid(path, [OUR_FILES / "sounds" / language / f"{TEST}.wav"]) if path.parent.is_dir() else None


def _laid(path: Path, pieces: Sequence[Path], *, subject: str = "") -> Path | None:
    try:
        with tempfile.TemporaryDirectory(prefix="pager-") as name:
            whole = joined([*pieces, *_spoken(subject, Path(name))])
        write_whole(path, whole.content)
    except OSError as error:
        log.warning("What is to be said to who is on call cannot be laid down.", problem=type(error).__name__)
        return None
    return path


def _spoken(subject: str, folder: Path) -> list[Path]:
    """In the language it is written in; nothing where there is no voice: number and key are said all the same."""
    words = " ".join(subject.split())[:LONGEST_SUBJECT]
    if not words:
        return []
    language = "zh" if _HAN.search(words) else "en"
    try:
        made = made_of(speak("espeak", Utterance(text=words, language=language)), is_trimmed=True)
    except (SpeechFailed, SoundRefused):
        return []
    path = folder / "subject.wav"
    path.write_bytes(made.content)
    return [path]


def place_of(node: Mapping[str, Any], call_id: UUID) -> Path:
    return Path(str(node.get("directory", ""))) / FOLDER / f"page-{call_id.hex}.wav"


def take_away(path: Path | None) -> None:
    if path is not None:
        with suppress(OSError):
            path.unlink()
