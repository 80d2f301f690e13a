"""The sealed form of a sound: any change, and any other key, tenant or sound, and it does not open."""

import hashlib
import io
import os

import pytest

from telephony.vault import keys
from telephony.vault.sealing import (
    CHUNK,
    HEAD,
    TAG,
    ChangedMeanwhile,
    Seal,
    SealedReader,
    Tampered,
    seal,
    sealed_size_of,
)

KEY = os.urandom(32)
MINE = Seal(key=KEY, belongs_to=b"acme/one")


class Bytes:
    """Sealed bytes in memory; counts what is read of them."""

    def __init__(self, content: bytes):
        self.content, self.size, self.fetched = content, len(content), 0

    def read(self, first: int, length: int) -> bytes:
        self.fetched += length
        return self.content[first : first + length]


def sealed(plain: bytes, with_: Seal = MINE) -> bytes:
    target = io.BytesIO()
    told = seal(io.BytesIO(plain), target, size=len(plain), with_=with_)
    assert (told.sha256, told.sealed_size) == (hashlib.sha256(plain).hexdigest(), len(target.getvalue()))
    return target.getvalue()


def read_all(content: bytes, size: int, with_: Seal = MINE) -> bytes:
    return b"".join(SealedReader(Bytes(content), size=size, with_=with_).read(0, size))


@pytest.mark.parametrize("size", [0, 1, CHUNK - 1, CHUNK, CHUNK + 1, 40 * CHUNK + 7])
def test_what_was_sealed_comes_back_and_nothing_of_it_can_be_seen(size):
    plain = os.urandom(size)
    content = sealed(plain)
    assert len(content) == sealed_size_of(size)
    assert size < 32 or plain[:32] not in content
    assert read_all(content, size) == plain
    reader = SealedReader(Bytes(content), size=size, with_=MINE)
    assert reader.whole_hash() == hashlib.sha256(plain).hexdigest()


@pytest.mark.parametrize(
    ("first", "length"),
    [(0, 10), (CHUNK - 5, 10), (3 * CHUNK, CHUNK), (39 * CHUNK + 100, 900_000), (40 * CHUNK + 2, 5), (0, 0)],
)
def test_a_range_opens_only_the_chunks_it_needs(first, length):
    plain = os.urandom(40 * CHUNK + 7)
    source = Bytes(sealed(plain))
    got = b"".join(SealedReader(source, size=len(plain), with_=MINE).read(first, length))
    assert got == plain[first : first + length]
    chunks = (length + CHUNK - 1) // CHUNK + 1
    assert source.fetched <= HEAD.size + chunks * (CHUNK + TAG)


def chunk(number: int) -> slice:
    return slice(HEAD.size + number * (CHUNK + TAG), HEAD.size + (number + 1) * (CHUNK + TAG))


def flipped(content: bytes, place: int) -> bytes:
    return content[:place] + bytes([content[place] ^ 1]) + content[place + 1 :]


ATTACKS = {
    "first byte of the head": lambda c: flipped(c, 0),
    "size in the head": lambda c: flipped(c, 19),
    "salt": lambda c: flipped(c, 25),
    "first byte of the sound": lambda c: flipped(c, HEAD.size),
    "a byte in the middle": lambda c: flipped(c, len(c) // 2),
    "last byte of the last tag": lambda c: flipped(c, len(c) - 1),
    "cut by a byte": lambda c: c[:-1],
    "cut by a chunk": lambda c: c[: chunk(2).start],
    "longer by a byte": lambda c: c + b"\0",
    "longer by a chunk": lambda c: c + c[chunk(0)],
    "chunks swapped": lambda c: c[: HEAD.size] + c[chunk(1)] + c[chunk(0)] + c[chunk(1).stop :],
    "a chunk twice": lambda c: c[: HEAD.size] + c[chunk(0)] + c[chunk(0)] + c[chunk(1).stop :],
    "a chunk of the same sound sealed before": lambda c: (
        c[: HEAD.size] + sealed(PLAIN)[chunk(0)] + c[chunk(1).start :]
    ),
    "empty": lambda c: b"",
    "head alone": lambda c: c[: HEAD.size],
}
PLAIN = os.urandom(3 * CHUNK + 99)


@pytest.mark.parametrize("attack", ATTACKS)
def test_no_change_of_a_sealed_file_opens(attack):
    with pytest.raises(Tampered):
        read_all(ATTACKS[attack](sealed(PLAIN)), len(PLAIN))


@pytest.mark.parametrize(
    "other",
    [
        Seal(key=os.urandom(32), belongs_to=b"acme/one"),
        Seal(key=KEY, belongs_to=b"globex/one"),
        Seal(key=KEY, belongs_to=b"acme/two"),
    ],
)
def test_neither_another_key_nor_another_tenants_nor_another_sounds_seal_opens_it(other):
    with pytest.raises(Tampered):
        read_all(sealed(PLAIN), len(PLAIN), other)


def test_a_file_still_being_written_is_not_sealed():
    for size in (len(PLAIN) - 1, len(PLAIN) + 1):
        with pytest.raises(ChangedMeanwhile):
            seal(io.BytesIO(PLAIN), io.BytesIO(), size=size, with_=MINE)


def test_a_tenants_key_opens_with_its_master_for_its_tenant_and_number_alone(settings):
    settings.RECORDING_KEYS = ("old",)
    key = keys.new_key()
    wrapped, mark = keys.wrap(key, belongs_to="acme:1")
    assert keys.unwrap(wrapped, mark, belongs_to="acme:1") == key
    for owner in ("globex:1", "acme:2"):
        with pytest.raises(keys.KeyUnreadable):
            keys.unwrap(wrapped, mark, belongs_to=owner)
    settings.RECORDING_KEYS = ("new", "old")
    assert keys.unwrap(wrapped, mark, belongs_to="acme:1") == key
    again, new_mark = keys.wrap(key, belongs_to="acme:1")
    settings.RECORDING_KEYS = ("new",)
    assert keys.unwrap(again, new_mark, belongs_to="acme:1") == key
    with pytest.raises(keys.KeyUnreadable):
        keys.unwrap(wrapped, mark, belongs_to="acme:1")
    with pytest.raises(keys.KeyUnreadable):
        keys.unwrap("not base64!", new_mark, belongs_to="acme:1")
