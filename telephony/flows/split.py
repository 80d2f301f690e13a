"""Which share of a split a caller falls into: the same number the same way each time, and each split for itself."""

import hashlib
from collections.abc import Mapping, Sequence
from typing import Any


def share_of(shares: Sequence[Mapping[str, Any]], *, flow_id: int, node: str, caller: str) -> str:
    """The exit. `caller` is the stored number; callers who hide it are told apart by what else is given for it."""
    digest = hashlib.sha256(f"{flow_id}:{node}:{caller}".encode()).digest()
    point, above = int.from_bytes(digest[:8], "big") % 10_000, 0
    for share in shares:
        above += share["percent"] * 100
        if point < above:
            return str(share["exit"])
    return str(shares[-1]["exit"])
