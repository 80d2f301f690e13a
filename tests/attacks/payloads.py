"""Texts, addresses and files somebody hostile would send, ten thousand of each, the same ones for the same seed.

ATTACK_SEED chooses another seed; a failing test names the one it had. Every text holds CANARY, so that it is found
wherever it comes out, and what it would run makes PROOF.
"""

from __future__ import annotations

import os
import random
import zipfile
from collections.abc import Callable, Iterator
from io import BytesIO
from pathlib import Path

SEED = int(os.environ.get("ATTACK_SEED", "20261121"))
MANY = 10_000
CANARY = "zqcanary"
PROOF = Path(f"/tmp/{CANARY}-was-here")
TOUCH = f"touch {PROOF}"

ATOMS = (
    f"${{system {TOUCH}}}",
    f"${{bgapi(system {TOUCH})}}",
    f"@{{system {TOUCH}}}",
    "$${event_secret}",
    "${cc_tenant}",
    "%{system x}",
    f"&system({TOUCH})",
    f"`{TOUCH}`",
    f"$({TOUCH})",
    f"; {TOUCH}",
    f"| {TOUCH}",
    f"\n\nbgapi system {TOUCH}\n\n",
    "\r\nEvent-Name: CHANNEL_HANGUP_COMPLETE\r\nvariable_cc_tenant: globex",
    "%0Avariable_cc_tenant: globex",
    "x,cc_tenant=globex",
    "}{cc_tenant=globex}",
    "[cc_offer=1]",
    "<sip:900@evil.example>",
    "]sofia/gateway/backup/900123",
    "|sofia/gateway/backup/900",
    ":_:user/1001",
    "^^:cc_tenant=globex:x=1",
    "n-home 'XML:/etc/passwd' flow",
    "inline:'system:id'",
    f'"/><action application="system" data="{TOUCH}"/><x y="',
    "'/><anti-action application='lua' data='x'/>",
    f'<X-PRE-PROCESS cmd="exec" data="{TOUCH}"/>',
    "<?include /etc/passwd?>",
    "<!DOCTYPE x [<!ENTITY e SYSTEM 'file:///etc/passwd'>]>&e;",
    "]]><![CDATA[",
    "<!--",
    "</condition></extension>",
    "&#36;{system x}",
    "../../../../etc/passwd",
    "..\\..\\x",
    "/dev/stdin",
    "file_string://a!b",
    "http_cache://127.0.0.1/",
    "tone_stream://%(1000,0,440)",
    "say:${x}",
    "-f/etc/passwd",
    "--path=/tmp",
    '<speak><audio src="http://127.0.0.1/"/></speak>',
    "'; DROP SCHEMA acme CASCADE; --",
    "{{7*7}}{% debug %}",
    "\x00",
    "\u202e",
    "\u2028",
    "\ufeff",
    "１２３",
    "٣",
    "王芳 📞",
    "'",
    '"',
    "\\",
    "\\'",
    "$",
    "{",
    "}",
    ",",
    " ",
    "\t",
    "=",
    "!",
    "*",
    "#",
    "~",
    "?",
    "(",
    ")",
    "%",
    "&",
    "<",
    ">",
    "^",
    ":",
)
GOOD = (
    "+862155500009",
    "order",
    "1",
    "#",
    "2026-01-01T00:00",
    "acme",
    "en",
    "https://shop.example/o",
    "a" * 64,
)


def chance() -> random.Random:
    print(f"seed {SEED}")
    return random.Random(SEED)  # noqa: S311 - the same attacks again, no secret


def texts(dice: random.Random, many: int = MANY) -> Iterator[str]:
    """Each atom alone, within, before and after something good; then heaps of them, now and then a very long one."""
    shapes: tuple[Callable[[str, str], str], ...] = (
        lambda atom, _good: atom + CANARY,
        lambda atom, good: good + atom + CANARY,
        lambda atom, good: CANARY + atom + good,
        lambda atom, good: good[: len(good) // 2] + atom + CANARY + good[len(good) // 2 :],
    )
    for place in range(many):
        atom, shape = ATOMS[place % len(ATOMS)], shapes[place // len(ATOMS) % len(shapes)]
        if place >= len(ATOMS) * len(shapes):
            atom = "".join(dice.choice(ATOMS) for _ in range(dice.randrange(1, 7)))
            atom *= dice.choice((1, 1, 1, 1, 1, 40))
        yield shape(atom, dice.choice(GOOD))


INSIDE = ("127.0.0.1", "127.8.9.1", "0.0.0.0", "10.0.0.1", "172.16.0.1", "172.31.255.254", "192.168.1.1",
          "169.254.169.254", "100.64.0.1", "100.127.1.1", "198.18.0.1", "192.0.0.1", "224.0.0.1", "240.0.0.1",
          "255.255.255.255")  # fmt: skip
INSIDE_6 = ("::1", "::", "fc00::1", "fd12:3456::1", "fe80::1", "fec0::1", "ff02::1", "2001:db8::1", "100::1")


def spelt(dice: random.Random, address: str) -> str:
    """One of the many ways to write an IPv4 address: some are understood by resolvers, some only by other software."""
    parts = [int(part) for part in address.split(".")]
    whole = int.from_bytes(bytes(parts))
    high, low = whole >> 16, whole & 0xFFFF
    ways = (
        address,
        str(whole),
        hex(whole),
        f"0{whole:o}",
        ".".join(hex(part) for part in parts),
        ".".join(f"0{part:03o}" for part in parts),
        f"{parts[0]}.{whole & 0xFFFFFF}",
        f"{parts[0]}.{parts[1]}.{low}",
        address + ".",
        f"[::ffff:{address}]",
        f"[::ffff:{high:x}:{low:x}]",
        f"[::ffff:0:{high:x}:{low:x}]",
        f"[::{address}]",
        f"[64:ff9b::{high:x}:{low:x}]",
        f"[2002:{high:x}:{low:x}::1]",
        f"[2001:0:4136:e378:8000:63bf:{high ^ 0xFFFF:x}:{low ^ 0xFFFF:x}]",
        f"[{dice.choice(INSIDE_6)}]",
        f"[{dice.choice(INSIDE_6)}%25eth0]",
        address.translate(str.maketrans("0123456789", "０１２３４５６７８９")),
        address.replace(".", "。"),
        f"{address}.nip.example",
        "localhost",
        "LOCALHOST.",
        "metadata.internal",
        "rebinds.example",
        "mixed.example",
    )
    return dice.choice(ways)


def addresses(dice: random.Random, many: int = MANY) -> Iterator[str]:
    """URLs that lead inside, or pretend to lead elsewhere."""
    for _place in range(many):
        host = spelt(dice, dice.choice(INSIDE))
        frames = (
            f"https://{host}/order",
            f"https://{host}:{dice.choice((22, 80, 443, 6379, 8021, 5432))}/",
            f"http://{host}/latest/meta-data/",
            f"https://shop.example@{host}/",
            f"https://{host}#@shop.example/",
            f"https://{host}\\@shop.example/",
            f"https://shop.example:443@{host}:443/",
            f"https://{host}/?x={{order}}",
            f"https://{{order}}{host}/",
            f"//{host}/",
            f"https:/{host}/",
            f"https:///{host}/",
            f"gopher://{host}:6379/_FLUSHALL",
            f"file://{host}/etc/passwd",
            f"ftp://{host}/",
            f"https://{host}/\r\nX: y",
            f"ht\ntps://{host}/",
            f" https://{host}/",
        )
        yield dice.choice(frames)


FOREIGN = (
    b"MZ\x90\x00",
    b"\x7fELF",
    b"%PDF-1.7",
    b"GIF89a",
    b"\x89PNG\r\n",
    b"PK\x03\x04",
    b"<?php system($_GET[0]);?>",
    b"<script>alert(1)</script>",
    b"#!/bin/sh\ntouch /tmp/x",
    b"OpusHead",
    b"ftypM4A ",
    b"\x1f\x8b\x08",
)


def files(dice: random.Random, good: list[bytes], many: int = MANY) -> Iterator[bytes]:
    """Good sounds cut, spoilt, spliced, with lies in their headers, and other things that pretend to be sounds."""
    spoilers = _spoilers(dice, good)
    for _place in range(many):
        data = bytearray(dice.choice(good))
        for _turn in range(dice.randrange(1, 4)):
            at = dice.choice((dice.randrange(64), dice.randrange(len(data) or 1)))
            dice.choice(spoilers)(data, at)
        yield bytes(data)


def _spoilers(dice: random.Random, good: list[bytes]) -> list[Callable[[bytearray, int], None]]:
    lies = (b"\xff\xff\xff\xff", b"\x00\x00\x00\x00", b"\x00\x00\x00\x80", b"\x7f\xff\xff\xff")
    heads, bomb = (*FOREIGN, b"RIFF", b"OggS", b"fLaC", b"ID3\x04\x00\x00\x7f"), _bomb()

    def put(begin: int, end: int, what: bytes, data: bytearray) -> None:
        data[begin:end] = what

    return [
        lambda data, at: put(at, len(data), b"", data),
        lambda data, at: put(at, at + 4, dice.choice(lies), data),
        lambda data, at: put(at, at + dice.randrange(9), dice.randbytes(dice.randrange(9)), data),
        lambda data, _at: put(0, 0, dice.choice(FOREIGN), data),
        lambda data, _at: data.extend(dice.choice((*FOREIGN, bomb))),
        lambda data, at: put(at, at, dice.choice(good)[: dice.randrange(400)], data),
        lambda data, _at: put(0, dice.randrange(16), dice.choice(heads), data),
    ]


def _bomb() -> bytes:
    """Ten megabytes of nothing, zipped."""
    content = BytesIO()
    with zipfile.ZipFile(content, "w", zipfile.ZIP_DEFLATED) as packed:
        packed.writestr("../../bomb.wav", b"\x00" * 10_000_000)
    return content.getvalue()
