"""How a sound looks: the loudest of each of its stretches, left and right apart. Pure; reads each byte once."""

from array import array
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from struct import unpack_from

STRETCHES = 600
LOOKED_AT = 200
"""Samples of a stretch, spread over it: a long call is drawn as fast as a short one, nearly."""
LONGEST_HEAD = 4096


@dataclass(frozen=True)
class Drawn:
    """A byte for each stretch; `right` is empty for one channel."""

    left: bytes
    right: bytes


class NotDrawable(ValueError):
    """Not 16-bit PCM in a wave file."""


def draw(pieces: Iterable[bytes], size: int) -> Drawn:
    """`size`: of the whole file in bytes. Raises NotDrawable."""
    head, rest = _head(iter(pieces))
    channels, begin = shape_of(head)
    frames = max(1, (size - begin) // (2 * channels))
    per_stretch = -(-frames // STRETCHES)
    block = per_stretch * 2 * channels
    peaks: list[list[int]] = [[] for _each in range(channels)]
    for stretch in _blocks(head[begin:], rest, block):
        samples = array("h", stretch)
        step = max(1, per_stretch // LOOKED_AT) * channels
        for channel, found in enumerate(peaks):
            seen = samples[channel::step]
            found.append(min(255, max(max(seen), -min(seen)) >> 7) if seen else 0)
    return Drawn(bytes(peaks[0]), bytes(peaks[1]) if channels > 1 else b"")


def _head(pieces: Iterator[bytes]) -> tuple[bytes, Iterator[bytes]]:
    head = b""
    while len(head) < LONGEST_HEAD and (piece := next(pieces, b"")):
        head += piece
    return head, pieces


def shape_of(head: bytes) -> tuple[int, int]:
    """(channels, where the samples begin)."""
    if head[:4] != b"RIFF" or head[8:12] != b"WAVE":
        raise NotDrawable
    at, channels = 12, 0
    while at + 8 <= len(head):
        name, length = head[at : at + 4], unpack_from("<I", head, at + 4)[0]
        if name == b"fmt " and at + 24 <= len(head):
            kind, channels = unpack_from("<HH", head, at + 8)
            bits = unpack_from("<H", head, at + 22)[0]
            if kind not in (1, 0xFFFE) or bits != 16 or channels not in (1, 2):
                raise NotDrawable
        if name == b"data" and channels:
            return channels, at + 8
        at += 8 + length + length % 2
    raise NotDrawable


def _blocks(first: bytes, rest: Iterator[bytes], block: int) -> Iterator[bytes]:
    """All bytes in blocks of so many; the last may be shorter, in whole samples."""
    kept = bytearray(first)
    for piece in rest:
        kept += piece
        while len(kept) >= block:
            yield bytes(kept[:block])
            del kept[:block]
    while kept:
        part = bytes(kept[:block])
        del kept[:block]
        yield part[: len(part) // 2 * 2]
