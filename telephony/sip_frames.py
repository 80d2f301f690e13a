"""What a phone in a page may say to the switch through us: register as itself, and speak within its calls; or call the
echo, to try its way for sound. Pure.

The switch asks every phone for its password; this refuses before it what no page of ours ever says.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

LARGEST = 16 * 1024
"""Bytes. An offer with a dozen candidates has four thousand."""
IN_A_CALL = frozenset({"INVITE", "ACK", "BYE", "CANCEL", "INFO", "UPDATE", "PRACK", "NOTIFY", "REFER"})
ECHO = "echo"
"""Whom a page calls that tries its way for sound; conf/cc.xml answers."""
BEGINS_A_CALL = frozenset({"INVITE", "ACK", "CANCEL"})
_REQUEST = re.compile(r"([A-Z]{3,16}) (sips?:[^\s]{1,512}) SIP/2\.0")
_ADDRESS = re.compile(r"[^<]{0,200}<sips?:([^@>;\s]{1,64})@([^>;:\s]{1,253})[^>]{0,200}>")
_COMPACT = {"f": "from", "t": "to"}


@dataclass(frozen=True)
class _Request:
    method: str
    target: str
    sender: str
    to: str

    @property
    def is_within_a_call(self) -> bool:
        return self.method in IN_A_CALL and ";tag=" in self.to.lower()


def is_allowed(frame: str, *, username: str, domain: str) -> bool:
    """Whether this phone of this domain may say so."""
    if _is_no_request(frame):
        return True
    request = _read(frame)
    if request is None:
        return False
    if request.method == "REGISTER":
        is_ours = {_who(request.sender), _who(request.to)} == {(username, domain)}
        return is_ours and request.target.lower() == f"sip:{domain}"
    return request.is_within_a_call


def is_echo_call(frame: str, *, username: str, domain: str) -> bool:
    """The same of a page that tries its way for sound: it calls the echo of its own domain, and nobody else."""
    if _is_no_request(frame):
        return True
    request = _read(frame)
    if request is None:
        return False
    if request.is_within_a_call:
        return True
    people = (_who(request.sender), _who(request.to))
    is_ours = (
        people == ((username, domain), (ECHO, domain)) and request.target.lower() == f"sip:{ECHO}@{domain}"
    )
    return request.method in BEGINS_A_CALL and is_ours


def _is_no_request(frame: str) -> bool:
    """An answer to the switch, or a sign of life."""
    return not frame.strip("\r\n") or frame.startswith("SIP/2.0 ")


def _read(frame: str) -> _Request | None:
    """None for what is no request that one From and one To belong to."""
    head, _, _ = frame.partition("\r\n\r\n")
    first, *lines = head.split("\r\n")
    request = _REQUEST.fullmatch(first)
    persons = list(_persons(lines))
    if request is None or len(persons) != 2 or {name for name, _ in persons} != {"from", "to"}:
        return None
    known = dict(persons)
    return _Request(request[1], request[2], known["from"], known["to"])


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
