"""What an agent said in a recorded talk is listened to for sentences. Reads the sound; keeps nothing of it.

Outside a transaction: a service may be asked over the network. That somebody listened stands in the ledger.
"""

from __future__ import annotations

from array import array
from collections.abc import Sequence
from datetime import datetime
from functools import partial
from uuid import UUID

from telephony.actions.custody import note_custody
from telephony.actions.sound_alarms import open_sound
from telephony.hearing import understood_samples
from telephony.models import Recording
from telephony.queries.prompts import listener_for
from telephony.recording.drawing import NotDrawable, shape_of
from telephony.speech.failures import SpeechFailed
from telephony.speech.listening import sphinx
from telephony.speech.listening.port import RATE
from telephony.speech.listening.spotting import Spotted, pieces_of, spot_in_words
from telephony.vault.errors import SoundMissing, SoundOutOfReach, SoundTampered
from tenants.context import current_schema

MOST_BYTES = 2 * 2 * RATE * 3600
"""An hour, both sides; what was said later is not listened to."""


class NotListened(Exception):
    """`code`: a reason of speech.failures.WORDS, or gone, tampered, away. `is_for_now`: to be tried again."""

    def __init__(self, code: str, *, is_for_now: bool = False) -> None:
        super().__init__(code)
        self.code, self.is_for_now = code, is_for_now


FOR_NOW = frozenset({"unreachable", "timeout", "busy", "bad_answer"})


def listen_for_phrases(*, recording_id: UUID, phrases: Sequence[str], language: str, at: datetime) -> Spotted:
    """In the agent's own channel. Raises NotListened."""
    recording = Recording.objects.filter(pk=recording_id).first()
    if recording is None:
        raise NotListened("gone")
    samples = agents_side(recording)
    note_custody(recording, "played", at=at, details={"by": "phrase listening"})
    pieces = pieces_of(samples)
    try:
        _require_a_listener(language, phrases)
        hear = partial(understood_samples, current_schema(), language=language, phrases=tuple(phrases))
        return spot_in_words(pieces, phrases, hear)
    except SpeechFailed as failure:
        raise NotListened(failure.reason, is_for_now=failure.reason in FOR_NOW) from None


def _require_a_listener(language: str, phrases: Sequence[str]) -> None:
    """Before anybody is said to have left a sentence out that nobody here could have understood."""
    if listener_for(language) is not None:
        return
    if language != sphinx.LANGUAGE:
        raise SpeechFailed("no_listener")
    if not sphinx.knows_every_word(phrases):
        raise SpeechFailed("unknown_word")


def agents_side(recording: Recording) -> bytes:
    """As the switch records the agent's leg, what came from it is the left channel. Raises NotListened."""
    try:
        sound = open_sound(recording)
        whole = b"".join(sound.read(0, min(sound.size, MOST_BYTES)))
        channels, begin = shape_of(whole[:4096])
    except SoundOutOfReach:
        raise NotListened("away", is_for_now=True) from None
    except SoundTampered:
        raise NotListened("tampered") from None
    except (SoundMissing, NotDrawable):
        raise NotListened("gone") from None
    samples = array("h", whole[begin : begin + (len(whole) - begin) // (2 * channels) * 2 * channels])
    return samples[::channels].tobytes()
