"""The port every recogniser has: an utterance and the service's settings in, a text and how sure it is out."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from json import loads
from typing import Any

from telephony.speech.failures import SpeechFailed
from telephony.speech.port import Utterance
from tenants.outward import Answer

RATE = 8000
LONGEST_TEXT = 300
UNTOLD = 0.75
"""How sure a service counts that does not say how sure it is."""
SECONDS = 6.0


@dataclass(frozen=True, kw_only=True)
class Said:
    """`samples`: 16 bits, one side, RATE a second, without a header. `phrases`: what is expected, as written by the
    tenant. `settings` and `secret` are the voice's, as for speaking.
    """

    samples: bytes = field(repr=False)
    language: str
    phrases: tuple[str, ...] = ()
    settings: Mapping[str, str] = field(default_factory=dict)
    secret: str = field(default="", repr=False)

    @property
    def asked(self) -> Utterance:
        """The settings, read as for speaking."""
        return Utterance(text="", language=self.language, settings=self.settings, secret=self.secret)


@dataclass(frozen=True, kw_only=True)
class Heard:
    """`confidence` from 0 to 1; `text` is a caller's: shown and compared, never put into a command."""

    text: str
    confidence: float

    def tidied(self) -> Heard:
        plain = "".join(one if one.isprintable() else " " for one in self.text)
        text = " ".join(plain.split())[:LONGEST_TEXT]
        return replace(self, text=text, confidence=min(1.0, max(0.0, self.confidence)) if text else 0.0)


Listener = Callable[[Said], Heard]


def wav_of(samples: bytes) -> bytes:
    """A header before raw samples."""
    head = b"RIFF" + (len(samples) + 36).to_bytes(4, "little") + b"WAVEfmt " + (16).to_bytes(4, "little")
    shape = (1).to_bytes(2, "little") * 2 + RATE.to_bytes(4, "little") + (RATE * 2).to_bytes(4, "little")
    shape += (2).to_bytes(2, "little") + (16).to_bytes(2, "little")
    return head + shape + b"data" + len(samples).to_bytes(4, "little") + samples


def told_by(answer: Answer) -> dict[str, Any]:
    """The JSON object of an answer, or why there is none."""
    if answer.status in (401, 403):
        raise SpeechFailed("refused")
    if answer.status in (402, 429, 503):
        raise SpeechFailed("busy")
    if answer.status == 404:
        raise SpeechFailed("settings")
    try:
        told = loads(answer.body)
    except ValueError:
        raise SpeechFailed("bad_answer") from None
    if answer.status != 200 or not isinstance(told, dict):
        raise SpeechFailed("bad_answer")
    return told


def number_in(value: object) -> float | None:
    """A number a service said, or None: services say many things."""
    return float(value) if isinstance(value, int | float) and not isinstance(value, bool) else None
