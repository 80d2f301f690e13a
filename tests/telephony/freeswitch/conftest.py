"""A stand-in for the event socket, and our client on it."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from telephony.freeswitch.client import FreeSwitch, Patience
from tests.telephony.freeswitch.event_server import EventServer
from tests.telephony.freeswitch.hearing import SOURCE, address


@pytest.fixture
def server() -> Iterator[EventServer]:
    running = EventServer()
    yield running
    running.close()


@pytest.fixture
def switch(server: EventServer) -> Iterator[FreeSwitch]:
    client = FreeSwitch(address(server.port), SOURCE, Patience(command=0.4, listing=1))
    assert client.wait_connected(5)
    yield client
    client.close()
