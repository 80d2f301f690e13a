"""Where a process waits for others, as the kernel tells it."""

from __future__ import annotations

import socket
from pathlib import Path

LISTENS = "0A"


def listening(pid: int) -> set[tuple[str, int]]:
    """(address, port) of every TCP socket on which the process waits for others, IPv6 told as its own address."""
    sockets = set()
    for one in Path(f"/proc/{pid}/fd").iterdir():
        target = one.readlink().name if one.is_symlink() else ""
        if target.startswith("socket:["):
            sockets.add(target.removeprefix("socket:[").rstrip("]"))
    found = set()
    for family, table in ((socket.AF_INET, "tcp"), (socket.AF_INET6, "tcp6")):
        for line in Path(f"/proc/{pid}/net/{table}").read_text().splitlines()[1:]:
            fields = line.split()
            if fields[3] == LISTENS and fields[9] in sockets:
                address, port = fields[1].split(":")
                found.add((_readable(family, address), int(port, 16)))
    return found


def _readable(family: socket.AddressFamily, address: str) -> str:
    """The kernel writes each four bytes in the machine's own order."""
    words = [bytes.fromhex(address[place : place + 8])[::-1] for place in range(0, len(address), 8)]
    return socket.inet_ntop(family, b"".join(words))
