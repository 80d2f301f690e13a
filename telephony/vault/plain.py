"""A sound as the switch left it, not sealed yet: read from the folder of recordings, and from nowhere else."""

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol

from telephony.vault.errors import SoundMissing

PIECE = 64 * 1024


class OpenSound(Protocol):
    """A kept sound opened for reading; `size` is that of the plain sound in bytes."""

    @property
    def size(self) -> int: ...

    def read(self, first: int, length: int) -> Iterator[bytes]:
        """The plain bytes from `first` on, in pieces. Raises SoundMissing, SoundTampered, SoundOutOfReach."""
        ...

    def prove(self) -> None:
        """Read all of it against its seal and hash, so that a play is refused in words and not broken off halfway.

        Of a file that is not sealed yet there is nothing to prove. Raises as `read` does.
        """


@dataclass(frozen=True)
class PlainSound:
    path: Path
    size: int

    def read(self, first: int, length: int) -> Iterator[bytes]:
        try:
            file = self.path.open("rb")
        except OSError:
            raise SoundMissing from None
        with file:
            file.seek(first)
            while length > 0 and (piece := file.read(min(PIECE, length))):
                length -= len(piece)
                yield piece

    def prove(self) -> None:
        """Nothing to prove yet."""


def plain_sound(folder: Path, schema: str, stored_path: str) -> PlainSound:
    """The file inside this tenant's folder; anything that leads out of it is not there. Raises SoundMissing."""
    if not stored_path or "\0" in stored_path:
        raise SoundMissing
    home = (folder / schema).resolve()
    path = (folder / stored_path).resolve()
    if not path.is_relative_to(home) or not path.is_file():
        raise SoundMissing
    return PlainSound(path, path.stat().st_size)
