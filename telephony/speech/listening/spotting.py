"""Which sentences are said somewhere in a talk, and when. Pure: one side's samples in, moments out.

The talk is cut at silences into pieces as long as recognisers like them; each is heard by itself, and a sentence that
runs over a silence is looked for in two neighbours together.
"""

from __future__ import annotations

from array import array
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from difflib import SequenceMatcher

from telephony.speech.listening.matching import is_han, plain
from telephony.speech.listening.port import RATE, Heard

FRAME = RATE * 3 // 100
QUIET_FRAMES = 14
"""0.42 s without speech end a piece."""
LONGEST_FRAMES = 14 * 100 // 3
LEAST, SHARE_OF_LOUDEST = 250, 0.06
LIKE_ENOUGH, SURE_ENOUGH = 0.8, 0.6
MOST_PIECES = 240


@dataclass(frozen=True)
class Spotted:
    """`moments`: by sentence (second of the talk, how sure from 0 to 1); what is missing there was not heard."""

    moments: dict[str, tuple[float, float]] = field(default_factory=dict)
    transcript: str = ""


@dataclass(frozen=True)
class Piece:
    """`begins`: second of the talk; `samples` as in the port."""

    begins: float
    samples: bytes = field(repr=False)


def pieces_of(samples: bytes) -> list[Piece]:
    """Where somebody speaks, in order; at most MOST_PIECES."""
    whole = array("h", samples[: len(samples) // 2 * 2])
    loud = [_loudness(whole[at : at + FRAME]) for at in range(0, len(whole), FRAME)]
    threshold = max(LEAST, SHARE_OF_LOUDEST * max(loud, default=0))
    found = []
    for first, last in _runs([one > threshold for one in loud]):
        first, last = max(0, first - 5), last + 8
        found.append(Piece(first * FRAME / RATE, whole[first * FRAME : last * FRAME].tobytes()))
    return found[:MOST_PIECES]


def _loudness(frame: array[int]) -> int:
    return sum(map(abs, frame[::4])) * 4 // max(1, len(frame))


def _runs(is_speech: Sequence[bool]) -> Iterator[tuple[int, int]]:
    """(first frame, frame after the last) of speech with no long silence in it."""
    first, last = -1, -1
    for at, speaks in enumerate(is_speech):
        if speaks:
            first, last = (at if first < 0 else first), at + 1
        if first >= 0 and (at - last >= QUIET_FRAMES or at - first >= LONGEST_FRAMES):
            yield first, last
            first = -1
    if first >= 0:
        yield first, last


def spot_in_words(pieces: Sequence[Piece], phrases: Sequence[str], hear: Callable[[bytes], Heard]) -> Spotted:
    """By what a recogniser writes of each piece. Raises what `hear` raises."""
    heard = [hear(piece.samples) for piece in pieces]
    texts = [plain(one.text) for one in heard]
    moments = {}
    for phrase in phrases:
        best = max(_likenesses(plain(phrase), texts), default=(0.0, 0))
        sure = min(best[0], heard[-best[1]].confidence) if heard else 0.0
        if best[0] >= LIKE_ENOUGH and sure >= SURE_ENOUGH:
            moments[phrase] = (round(pieces[-best[1]].begins, 1), round(sure, 2))
    return Spotted(moments, "\n".join(one.text for one in heard if one.text))


def _likenesses(wanted: str, texts: list[str]) -> Iterator[tuple[float, int]]:
    """(how like, minus the number of the piece): the first of the most alike is the greatest."""
    gap = "" if is_han(wanted) else " "
    for at, text in enumerate(texts):
        yield likeness_within(wanted, text), -at
        if at + 1 < len(texts):
            # Whole in one piece counts before the same across two.
            yield likeness_within(wanted, f"{text}{gap}{texts[at + 1]}") - 0.001, -at


def likeness_within(wanted: str, text: str) -> float:
    """How like the most alike stretch of the text is: words by words, Chinese letter by letter."""
    if not wanted or not text:
        return 0.0
    if is_han(wanted):
        looked_for, said = list(wanted), list(text)
    else:
        looked_for, said = wanted.split(), text.split()
    size, best = len(looked_for), 0.0
    for at in range(max(1, len(said) - size + 1)):
        window = said[at : at + size]
        best = max(best, SequenceMatcher(None, looked_for, window, autojunk=False).ratio())
    return best
