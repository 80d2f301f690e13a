"""A network between two places of one machine, as long, uneven, lossy and narrow as asked: for `benchmarks.networks`.

One place is this machine, the other a network namespace whose only way out is the wire. What goes by it is carried by a
process of ours from one TUN device to the other, so a kernel without netem does, too. It takes root and /dev/net/tun.
"""

from __future__ import annotations

import fcntl
import heapq
import os
import select
import struct
import subprocess
import time
from dataclasses import dataclass, field
from multiprocessing import get_context
from multiprocessing.connection import Connection
from random import Random
from typing import Any

HERE, THERE = "198.18.7.1", "198.18.7.2"
"""Of the block that is set aside for measuring networks (RFC 2544): to a browser and a switch it is the internet."""
LARGEST = 2048
LONGEST_QUEUE = 0.6
"""Seconds of traffic that wait before a narrow line; what comes on top is lost, as in a router."""
UDP = 17
_SET_UP, _TUN_WITHOUT_HEAD = 0x400454CA, 0x1001


@dataclass(frozen=True, kw_only=True)
class Line:
    """One direction, and the other alike. `spread_ms`: how much longer than `delay_ms` a packet may take."""

    delay_ms: float = 0
    spread_ms: float = 0
    loss: float = 0
    kbits: float = 100_000
    only_port: int = 0
    """Of UDP nothing passes but what goes to or comes from this port; 0: everything does."""


@dataclass
class Way:
    """One direction at work: when each packet arrives. Pure, but for chance."""

    line: Line
    random: Random
    free_at: float = 0
    arrived_at: float = 0

    def arrives_at(self, packet: bytes, now: float) -> float | None:
        """None: never. Packets do not overtake each other."""
        if not _may_pass(packet, self.line.only_port) or self.random.random() < self.line.loss:
            return None
        begins = max(now, self.free_at)
        if begins - now > LONGEST_QUEUE:
            return None
        self.free_at = begins + len(packet) * 8 / (self.line.kbits * 1000)
        later = self.line.delay_ms + self.random.random() * self.line.spread_ms
        self.arrived_at = max(self.arrived_at, self.free_at + later / 1000)
        return self.arrived_at


def _may_pass(packet: bytes, only_port: int) -> bool:
    if packet[0] >> 4 != 4:
        return False
    if not only_port or packet[9] != UDP:
        return True
    head = (packet[0] & 15) * 4
    return only_port in struct.unpack_from("!HH", packet, head)


@dataclass
class Wire:
    """`with Wire() as wire`: `wire.be(Line(...))` from then on; `wire.prefix` runs a program at the far end."""

    name: str = field(default_factory=lambda: f"cc{os.getpid()}")
    _told: Connection | None = None
    _carrier: Any = None

    @property
    def prefix(self) -> list[str]:
        return ["ip", "netns", "exec", self.name]

    def __enter__(self) -> Wire:
        ends = [_tun(f"{self.name}a"[-15:]), _tun(f"{self.name}b"[-15:])]
        _run("ip", "netns", "add", self.name)
        _run("ip", "link", "set", f"{self.name}b"[-15:], "netns", self.name)
        _run("ip", "addr", "add", f"{HERE}/30", "dev", f"{self.name}a"[-15:])
        _run("ip", "link", "set", f"{self.name}a"[-15:], "up")
        _run(*self.prefix, "ip", "link", "set", "lo", "up")
        _run(*self.prefix, "ip", "addr", "add", f"{THERE}/30", "dev", f"{self.name}b"[-15:])
        _run(*self.prefix, "ip", "link", "set", f"{self.name}b"[-15:], "up")
        forked = get_context("fork")
        heard, self._told = forked.Pipe(duplex=False)
        self._carrier = forked.Process(target=_carry, args=(ends, heard), daemon=True)
        self._carrier.start()
        for end in ends:
            os.close(end)
        return self

    def be(self, line: Line) -> None:
        assert self._told is not None, "the wire is not laid"
        self._told.send(line)

    def __exit__(self, *_: object) -> None:
        self._carrier.kill()
        self._carrier.join()
        _run("ip", "netns", "del", self.name)


def _tun(name: str) -> int:
    end = os.open("/dev/net/tun", os.O_RDWR)
    fcntl.ioctl(end, _SET_UP, struct.pack("16sH", name.encode(), _TUN_WITHOUT_HEAD))
    return end


def _run(*words: str) -> None:
    subprocess.run(words, check=True, capture_output=True)


def _carry(ends: list[int], heard: Connection) -> None:
    random = Random(7)
    ways = [Way(Line(), random), Way(Line(), random)]
    on_the_way: list[tuple[float, int, int, bytes]] = []
    count = 0
    while True:
        waits = max(0.0, on_the_way[0][0] - time.monotonic()) if on_the_way else 1.0
        ready, _, _ = select.select([*ends, heard], [], [], waits)
        if heard in ready:
            line = heard.recv()
            ways = [Way(line, random), Way(line, random)]
        for side in (0, 1):
            if ends[side] in ready:
                packet, count = os.read(ends[side], LARGEST), count + 1
                at = ways[side].arrives_at(packet, time.monotonic())
                if at is not None:
                    heapq.heappush(on_the_way, (at, count, 1 - side, packet))
        while on_the_way and on_the_way[0][0] <= time.monotonic():
            _, _, side, packet = heapq.heappop(on_the_way)
            os.write(ends[side], packet)
