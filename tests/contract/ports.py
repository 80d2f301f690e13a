"""Ports that are given out now and bound by another process a moment later: none is given to two."""

from __future__ import annotations

import os
import socket
from contextlib import ExitStack


class Ports:
    """Ports for sipp, which binds them only a moment after they were chosen: out of the kernel's own range, in a block
    that is this process's alone for as long as it lives, and none again before all others were given.

    One that is named at the start and bound much later, if at all, is kept: or it would be somebody else's by then.
    """

    FIRST, LAST, BLOCK = 61_000, 65_500, 500

    def __init__(self) -> None:
        self._claim: socket.socket | None = None
        self._first = self._next = 0
        self._kept: set[int] = set()

    def keep(self) -> int:
        self._kept.add(port := self.take())
        return port

    def take(self, count: int = 1) -> int:
        """The first of so many in a row; they begin at an even one."""
        self._claim = self._claim or self._claimed()
        for _ in range(2 * self.BLOCK):
            first = self._next + self._next % 2
            self._next = first + count
            if self._next >= self._first + self.BLOCK:
                self._next = self._first + 2
            elif self._kept.isdisjoint(ports := range(first, first + count)) and _are_free(ports):
                return first
        raise AssertionError("no free ports for sipp")

    def _claimed(self) -> socket.socket:
        blocks = list(range(self.FIRST, self.LAST, self.BLOCK))
        for block in blocks[os.getpid() % len(blocks) :] + blocks:
            claim = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
            try:
                claim.bind(("127.0.0.1", block))
            except OSError:
                claim.close()
                continue
            self._first, self._next = block, block + 2
            return claim
        raise AssertionError("no free block of ports for sipp")


def _are_free(ports: range) -> bool:
    with ExitStack() as held:
        try:
            for port in ports:
                held.enter_context(socket.socket(socket.AF_INET, socket.SOCK_DGRAM)).bind(("127.0.0.1", port))
        except OSError:
            return False
    return True


PORTS = Ports()
