"""What a process has used so far, and its end."""

import os
import subprocess
from collections import defaultdict
from pathlib import Path

TICKS = os.sysconf("SC_CLK_TCK")
PAGE = os.sysconf("SC_PAGE_SIZE")


def cpu_seconds(*pids: int) -> float:
    """Processor time of all of them so far, their own and the system's for them."""
    return sum(sum(_words(pid)[11:13]) for pid in pids) / TICKS


def family_seconds(pid: int) -> float:
    """The same of a process with all its children, those included that have ended: a server's backends come and go."""
    children: defaultdict[int, list[int]] = defaultdict(list)
    spent: dict[int, float] = {}
    for entry in Path("/proc").iterdir():
        if not entry.name.isdecimal():
            continue
        try:
            words = _words(int(entry.name))
        except (FileNotFoundError, ProcessLookupError):
            continue
        children[words[1]].append(int(entry.name))
        # Its own, and that of children it has seen the end of.
        spent[int(entry.name)] = sum(words[11:15]) / TICKS
    family, found = [pid], 0.0
    while family:
        one = family.pop()
        found += spent.get(one, 0.0)
        family += children[one]
    return found


def _words(pid: int) -> list[int]:
    """The numbers after the name and the state; the state's place holds 0."""
    _state, *numbers = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    return [0, *map(int, numbers)]


def megabytes(pid: int) -> float:
    """Memory it holds now (MiB)."""
    return int(Path(f"/proc/{pid}/statm").read_text().split()[1]) * PAGE / 2**20


def stop(server: subprocess.Popen) -> None:
    """Asked first, killed after ten seconds."""
    server.terminate()
    try:
        server.wait(10)
    except subprocess.TimeoutExpired:
        server.kill()
