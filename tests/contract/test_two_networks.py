"""Telephones and carriers reach the switch at an address of their own: nothing but SIP and speech listens there.

Loopback has more than one address: 127.0.0.7 stands for the voice network, 127.0.0.1 for the inside.
"""

from __future__ import annotations

import socket
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.contract.driver import SwitchUnderTest
from tests.contract.kinds import KINDS, under_test
from tests.listening import listening

VOICE, INSIDE = "127.0.0.7", "127.0.0.1"


@pytest.fixture(params=KINDS)
def switch(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[SwitchUnderTest]:
    line = under_test(request.param)(tmp_path, address=VOICE)
    line.start()
    yield line
    line.stop()


def test_at_the_voice_networks_address_listen_sip_ports_alone(
    switch: SwitchUnderTest, request: pytest.FixtureRequest
) -> None:
    assert switch.process is not None
    found = listening(switch.process.pid)
    settings = switch.settings
    telephones = {settings.sip_port, settings.trunk_port, settings.trunk_tls_port}
    assert {address for address, _port in found} <= {VOICE, INSIDE}, "nothing listens everywhere"
    assert {port for address, port in found if address == VOICE} <= telephones
    assert (INSIDE, settings.event_port) in found
    with pytest.raises(OSError, match="refused"):
        socket.create_connection((VOICE, settings.event_port), timeout=5)
    if request.node.callspec.params["switch"] == "freeswitch":
        # The rehearsal switch speaks no SIP.
        assert {(VOICE, settings.sip_port), (VOICE, settings.trunk_port)} <= found
        assert (INSIDE, settings.ws_port) in found
        with pytest.raises(OSError, match="refused"):
            socket.create_connection((VOICE, settings.ws_port), timeout=5)
