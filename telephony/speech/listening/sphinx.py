"""Built in: PocketSphinx and the English model that comes with it, told the phrases that may be said (decision 0026).

Its model is of 16 kHz speech in rooms, ours is of telephones. So a little noise lies under each utterance, without
which nearly nothing is right, and each is decoded five times, faster, slower, brighter: how many agree is how sure.
"""

from __future__ import annotations

import random
import re
import threading
from array import array
from collections import Counter
from collections.abc import Sequence
from functools import lru_cache
from importlib.util import find_spec
from typing import Any

from telephony.speech.failures import SpeechFailed
from telephony.speech.listening.port import Heard, Said

LANGUAGE = "en"
VARIANTS = ((1.0, 0.0), (1.0, 1.0), (0.9, 0.0), (1.1, 0.0), (0.82, 0.0))
"""(speed, how much of the sound above 4 kHz is left out)"""
MOST_SECONDS = 15
LOUDEST, NOISE = 12_000, 48
_WORD = re.compile(r"[a-z']+")
_one_at_a_time = threading.Lock()


def is_installed() -> bool:
    return find_spec("pocketsphinx") is not None


def listen(said: Said) -> Heard:
    if not is_installed() or said.language != LANGUAGE:
        raise SpeechFailed("no_listener")
    phrases = tuple(sorted({spoken for phrase in said.phrases if (spoken := words_of(phrase))}))
    if not phrases:
        return Heard(text="", confidence=0.0)
    samples = _in_a_room(array("h", said.samples[: MOST_SECONDS * 16_000]))
    # The decoder is not made for threads.
    with _one_at_a_time:
        found = Counter(_decoded(phrases, _varied(samples, *variant)) for variant in VARIANTS)
    whole = {text: times for text, times in found.items() if text in phrases}
    if not whole:
        return Heard(text="", confidence=0.0)
    text = max(whole, key=lambda one: (whole[one], one))
    return Heard(text=text, confidence=whole[text] / len(VARIANTS))


def knows_every_word(phrases: Sequence[str]) -> bool:
    """A sentence with a word the dictionary does not have is never understood."""
    if not is_installed():
        raise SpeechFailed("no_listener")
    dictionary = _dictionary()
    return all(dictionary.lookup_word(word) for phrase in phrases for word in words_of(phrase).split())


@lru_cache(maxsize=1)
def _dictionary() -> Any:
    from pocketsphinx import Config, Decoder

    return Decoder(Config(lm=None, loglevel="FATAL"))


def words_of(phrase: str) -> str:
    """Letters alone: what is written into a grammar is nothing but words."""
    return " ".join(_WORD.findall(phrase.lower()))


def _decoded(phrases: tuple[str, ...], sound: bytes) -> str:
    decoder = _decoder(phrases)
    if decoder is None:
        raise SpeechFailed("no_listener")
    decoder.start_utt()
    decoder.process_raw(sound, full_utt=True)
    decoder.end_utt()
    found = decoder.hyp()
    return str(found.hypstr) if found else ""


@lru_cache(maxsize=16)
def _decoder(phrases: tuple[str, ...]) -> Any:
    """None when no phrase is made of words the dictionary knows."""
    from pocketsphinx import Config, Decoder

    wide = {"beam": 1e-100, "wbeam": 1e-80, "pbeam": 1e-100, "cmn": "batch", "loglevel": "FATAL"}
    decoder = Decoder(Config(lm=None, **wide))
    known = [phrase for phrase in phrases if all(decoder.lookup_word(word) for word in phrase.split())]
    if not known:
        return None
    grammar = "#JSGF V1.0;\ngrammar said;\npublic <said> = " + " | ".join(known) + ";\n"
    decoder.add_jsgf_string("said", grammar)
    decoder.activate_search("said")
    return decoder


def _in_a_room(samples: array[int]) -> array[int]:
    """One loudness, and never the silence of a machine."""
    chance = random.Random(len(samples))  # noqa: S311 - noise, no secret
    louder = LOUDEST / max(1, max(map(abs, samples), default=1))
    return array("h", (int(one * louder) + chance.randint(-NOISE, NOISE) for one in samples))


def _varied(samples: array[int], speed: float, muffled: float) -> bytes:
    """At twice the rate: the values between are silence (bright) or the middle (as a telephone sounds)."""
    told = samples
    if speed != 1.0:
        told = array("h", (samples[int(at * speed)] for at in range(int(len(samples) / speed) - 1)))
    between = (int(muffled * (one + other) / 2) for one, other in zip(told, [*told[1:], 0], strict=True))
    doubled = array("h", bytes(len(told) * 4))
    doubled[0::2] = told
    doubled[1::2] = array("h", between)
    return doubled.tobytes()
