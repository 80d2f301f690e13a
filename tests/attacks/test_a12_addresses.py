"""A12: no address a tenant types, and no answer of a name server, leads a request of ours into a network of ours."""

from __future__ import annotations

import ipaddress
import re
import socket
from typing import Any

import pytest

from telephony.lookups.fetching import NoAnswer, fetch
from telephony.lookups.questions import Question, question_of
from tenants import outward
from tests.attacks.payloads import INSIDE, INSIDE_6, addresses, chance, texts

NAMES = {
    "localhost": ["127.0.0.1"],
    "metadata.internal": ["169.254.169.254"],
    "mixed.example": ["93.184.216.34", "10.0.0.1"],
    "shop.example": ["93.184.216.34"],
}
FORBIDDEN = [
    ipaddress.ip_network(name)
    for name in (
        *("0.0.0.0/8", "10.0.0.0/8", "100.64.0.0/10", "127.0.0.0/8", "169.254.0.0/16", "172.16.0.0/12", "192.0.0.0/24"),
        *("192.168.0.0/16", "198.18.0.0/15", "224.0.0.0/4", "240.0.0.0/4", "fc00::/7", "fe80::/10", "fec0::/10"),
        *("ff00::/8", "100::/64", "2001:db8::/32", "::/128", "::1/128"),
    )
]  # fmt: skip
"""Written down again, apart from what the product asks."""
WRAPPED = {"::/96": 0, "::ffff:0:0/96": 0, "::ffff:0:0:0/96": 0, "64:ff9b::/96": 0, "2002::/16": 80}
"""IPv6 networks that carry an IPv4 address, and how many bits stand behind it."""


def is_inside(address: str) -> bool:
    found = ipaddress.ip_address(address.split("%")[0])
    if isinstance(found, ipaddress.IPv6Address):
        for network, behind in WRAPPED.items():
            if found in ipaddress.ip_network(network):
                return is_inside(str(ipaddress.IPv4Address(int(found) >> behind & 0xFFFFFFFF)))
        if found.teredo:
            return is_inside(str(found.teredo[1]))
    return any(found in network for network in FORBIDDEN)


class Network:
    """Resolves as a name server with bad intent would, and notes where anybody connects to."""

    def __init__(self) -> None:
        self.connected: list[str] = []
        self._numeric = socket.getaddrinfo
        self._turns = 0

    def getaddrinfo(self, host: Any, port: Any, *_more: Any, **_named: Any) -> list[Any]:
        name = str(host).rstrip(".").lower()
        if name == "rebinds.example":
            self._turns += 1
            return [(2, 1, 6, "", (("93.184.216.34", "127.0.0.1")[self._turns % 2], port))]
        if name in NAMES:
            return [(2, 1, 6, "", (address, port)) for address in NAMES[name]]
        if name.endswith(".example"):
            return [(2, 1, 6, "", (name.removesuffix(".nip.example"), port))]
        # Numbers in every spelling the system understands; nothing is asked of a real server.
        return self._numeric(host, port, type=socket.SOCK_STREAM, flags=socket.AI_NUMERICHOST)

    def connect(self, address: tuple[str, int], **_named: Any) -> None:
        self.connected.append(address[0])
        raise OSError


@pytest.fixture
def network(monkeypatch: pytest.MonkeyPatch, settings: Any) -> Network:
    settings.PRIVATE_SERVICES = frozenset()
    made = Network()
    monkeypatch.setattr("socket.getaddrinfo", made.getaddrinfo)
    monkeypatch.setattr("socket.create_connection", lambda address, **more: made.connect(address, **more))
    return made


def ask(url: str) -> str:
    """Why not."""
    with pytest.raises(NoAnswer) as refused:
        fetch(Question(method="GET", url=url, body=b"", seconds=1))
    return refused.value.code


def test_no_spelling_of_an_inner_address_is_connected_to(network: Network) -> None:
    codes = {ask(url) for url in addresses(chance())}
    assert codes <= {"refused", "unreachable"}
    assert [address for address in network.connected if is_inside(address)] == []
    # The attack is no empty one: where a name may lead outside, it was tried.
    assert network.connected


def test_every_inner_address_is_known_as_such_in_every_wrapping(network: Network) -> None:
    for address in INSIDE:
        whole = int(ipaddress.ip_address(address))
        wrapped = [str(ipaddress.IPv6Address(whole << bits | int(ipaddress.ip_network(net).network_address)))
                   for net, bits in WRAPPED.items()]  # fmt: skip
        assert [one for one in (address, *wrapped) if outward.is_outside(one)] == []
    assert [one for one in INSIDE_6 if outward.is_outside(one)] == []
    assert outward.is_outside("93.184.216.34")
    assert outward.is_outside("2606:2800:220:1:248:1893:25c8:1946")


def test_what_a_caller_keyed_in_or_a_service_said_changes_no_host(network: Network) -> None:
    """Whatever a value holds, it is one value of the address: host, port, path and the other values stay."""
    node = {
        "url": "https://shop.example:444/o/{order}?a=1&b={order}#f",
        "method": "POST",
        "body": '{"o": "{order}"}',
    }
    for payload in texts(chance()):
        if any("\ud800" <= letter <= "\udfff" for letter in payload):
            continue
        asked = question_of(node, {"order": payload})
        assert re.fullmatch(
            r"https://shop\.example:444/o/[A-Za-z0-9_.~%-]*\?a=1&b=[A-Za-z0-9_.~%-]*#f", asked.url
        )
        parts = outward.parts_of(asked.url)
        assert (parts.hostname, parts.port, parts.username) == ("shop.example", 444, None)
        assert asked.body.count(b'"') - asked.body.count(b'\\"') == 4
