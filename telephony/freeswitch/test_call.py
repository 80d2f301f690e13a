"""A drill's call: the switch dials one of our numbers itself, asks where it goes, and notes it. Nobody is rung.

The call ends unanswered at the first step of its way (cc.xml, "test-call"), so it costs nothing and waits in no line.
What it leaves is one note in the switch's memory, which is read and taken away here.
"""

from __future__ import annotations

import re
import socket
import time
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from telephony.freeswitch.commands import checked, variables

LOOK_EVERY = 0.02
CALLER = "0000"
_NUMBER = re.compile(r"\+?[0-9]{2,32}")
_TEST_ID = re.compile(r"[0-9a-f]{32}")


@dataclass(frozen=True, kw_only=True)
class Arrival:
    """Where the switch sent the call: a destination of cc.xml, with its queue or its backup number."""

    place: str
    queue_id: int | None
    backup_number: str


def arrival_of_test_call(
    known: Mapping[str, Any], number: str, *, test_id: str, seconds: float
) -> Arrival | None:
    """`known` is settings.SWITCH, `test_id` 32 hexadecimal digits; None when the switch is away or says nothing."""
    if not _NUMBER.fullmatch(number) or not _TEST_ID.fullmatch(test_id):
        return None
    try:
        with socket.create_connection((known["host"], int(known["event_port"])), seconds) as connection:
            connection.settimeout(seconds)
            with connection.makefile("rwb") as stream:
                return _ask(stream, str(known["password"]), number, test_id, time.monotonic() + seconds)
    except (OSError, ValueError):
        return None


def _ask(stream: Any, password: str, number: str, test_id: str, until: float) -> Arrival | None:
    _answer(stream)
    if not _say(stream, f"auth {password}").startswith("+OK"):
        return None
    said = variables(
        cc_test=test_id, loopback_export="cc_test", origination_caller_id_number=CALLER, originate_timeout=10
    )
    _say(stream, f"bgapi originate {{{said}}}loopback/{checked(number)}/public/XML &park")
    while time.monotonic() < until:
        note = _say(stream, f"api hash select/cc/test_{test_id}")
        if "|" in note:
            _say(stream, f"api hash delete/cc/test_{test_id}")
            return _read(note)
        time.sleep(LOOK_EVERY)
    return None


def _read(note: str) -> Arrival:
    place, queue, backup = [*note.strip().split("|"), "", ""][:3]
    return Arrival(place=place, queue_id=int(queue) if queue.isdigit() else None, backup_number=backup)


def _say(stream: Any, command: str) -> str:
    stream.write(f"{command}\n\n".encode())
    stream.flush()
    return _answer(stream)


def _answer(stream: Any) -> str:
    """The body of one reply, else its Reply-Text. Raises OSError when the switch has hung up."""
    headers: dict[str, str] = {}
    while line := stream.readline().decode("utf-8", "replace").rstrip("\n"):
        name, _, value = line.partition(": ")
        headers[name] = value
    if not headers:
        raise OSError("The switch closed the connection.")
    body = stream.read(int(headers.get("Content-Length", 0))).decode("utf-8", "replace")
    return body or headers.get("Reply-Text", "")
