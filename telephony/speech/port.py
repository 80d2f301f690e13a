"""The port every speech provider has: a text and the voice's settings in, a sound file out."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from hashlib import sha256
from json import dumps
from typing import Protocol

from telephony.provider_fields import Field
from telephony.speech.failures import SpeechFailed
from tenants.outward import Answer

LONGEST_TEXT = 2000


@dataclass(frozen=True, kw_only=True)
class Utterance:
    """What is to be said. `settings` are the voice's; `secret` is in clear, and never shown."""

    text: str
    language: str
    settings: Mapping[str, str] = field(default_factory=dict)
    secret: str = field(default="", repr=False)

    def setting(self, name: str, default: str = "") -> str:
        return str(self.settings.get(name) or default).strip()[:200]

    def needed(self, name: str) -> str:
        found = self.setting(name)
        if not found:
            raise SpeechFailed("settings")
        return found

    def secrets(self, many: int) -> list[str]:
        """A secret of several parts is written `a:b`."""
        parts = self.secret.split(":")
        if len(parts) != many or not all(parts):
            raise SpeechFailed("settings")
        return parts


class Provider(Protocol):
    @property
    def FIELDS(self) -> tuple[Field, ...]: ...
    @property
    def NEEDS_SECRET(self) -> bool: ...

    def speak(self, what: Utterance) -> bytes:
        """A file telephony.sounds can read. Raises SpeechFailed."""
        ...


def speech_key(*, provider: str, language: str, settings: Mapping[str, str], text: str) -> str:
    """The same text in the same voice has the same key, so it is spoken once."""
    # What it needs to listen says nothing of how it speaks.
    spoken = {name: value for name, value in sorted(settings.items()) if not name.startswith("listen_")}
    told = [provider, language, spoken, " ".join(text.split())]
    return sha256(dumps(told, ensure_ascii=False, sort_keys=True).encode()).hexdigest()


def sound_in(answer: Answer, *kinds: str) -> bytes:
    """The sound of an answer, or why there is none. `kinds` are the media types a sound may have."""
    if answer.status in (401, 403):
        raise SpeechFailed("refused")
    if answer.status in (402, 429, 503):
        raise SpeechFailed("busy")
    if answer.status == 404:
        raise SpeechFailed("settings")
    if answer.status != 200 or not answer.body or not answer.kind.startswith(kinds):
        raise SpeechFailed("bad_answer")
    return answer.body
