"""What a phone in a page may say to the switch through us: register as itself, and speak within its calls. Pure.

The switch asks every phone for its password; this refuses before it what no page of ours ever says.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

LARGEST = 16 * 1024
"""Bytes. An offer with a dozen candidates has four thousand."""
IN_A_CALL = frozenset({"INVITE", "ACK", "BYE", "CANCEL", "INFO", "UPDATE", "PRACK", "NOTIFY", "REFER"})
_REQUEST = re.compile(r"([A-Z]{3,16}) (sips?:[^\s]{1,512}) SIP/2\.0")
_ADDRESS = re.compile(r"[^<]{0,200}<sips?:([^@>;\s]{1,64})@([^>;:\s]{1,253})[^>]{0,200}>")
_COMPACT = {"f": "from", "t": "to"}


def is_allowed(frame: str, *, username: str, domain: str) -> bool:
    """Whether this phone of this domain may say so."""
    if not frame.strip("\r\n"):
        return True
    head, _, _ = frame.partition("\r\n\r\n")
    first, *lines = head.split("\r\n")
    if first.startswith("SIP/2.0 "):
        return True
    request = _REQUEST.fullmatch(first)
    if request is None:
        return False
    own = list(_persons(lines))
    if len(own) != 2 or {name for name, _ in own} != {"from", "to"}:
        return False
    method, target = request.groups()
    if method == "REGISTER":
        is_ours = all(_who(value) == (username, domain) for _, value in own)
        return is_ours and target.lower() == f"sip:{domain}"
    return method in IN_A_CALL and ";tag=" in dict(own)["to"].lower()


def _persons(lines: list[str]) -> Iterator[tuple[str, str]]:
    """Every From and To, however it is written."""
    for line in lines:
        name, colon, value = line.partition(":")
        known = name.strip().lower()
        known = _COMPACT.get(known, known)
        if colon and known in ("from", "to"):
            yield known, value.strip()


def _who(value: str) -> tuple[str, str] | None:
    found = _ADDRESS.match(value)
    return (found[1], found[2].lower()) if found else None
