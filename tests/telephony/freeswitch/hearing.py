"""What the tests of the listening client share: addresses, beats, and waiting for a fact."""

from __future__ import annotations

import time

from telephony import facts
from telephony.freeswitch.client import FreeSwitch
from telephony.freeswitch.listener import Address
from telephony.freeswitch.translate import Source
from tests.telephony.freeswitch.event_server import PASSWORD, event

SOURCE = Source("main-1")
BEAT = {
    "Event-Name": "HEARTBEAT",
    "Core-UUID": "core-1",
    "Event-Date-Timestamp": "1795181538398845",
    "Session-Count": "0",
}


def numbered(number: int) -> bytes:
    return event(BEAT | {"Event-Sequence": str(number)})


def address(port: int, **changes: float) -> Address:
    usual = {"connect_seconds": 1, "first_pause_seconds": 0.05, "longest_pause_seconds": 0.2}
    return Address(host="127.0.0.1", port=port, password=PASSWORD, **usual | changes)


def next_of(switch: FreeSwitch, kind: type[facts.Fact], seconds: float = 3) -> facts.Fact:
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        fact = switch.next_fact(0.1)
        if isinstance(fact, kind):
            return fact
    raise AssertionError(f"no {kind.__name__}")
