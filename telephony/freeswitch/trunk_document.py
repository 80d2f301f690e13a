"""The trunks of a cell as the switch reads them: gateways, and the networks that may send calls. Pure but for writing.

Both are included into the configuration (configuration.py). A gateway is known by the trunk's key and nothing a person
typed is in its name; every other value is checked here again, whatever was checked before: the file is preprocessed,
parsed and expanded.
"""

from __future__ import annotations

import ipaddress
import os
import re
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Protocol

from telephony.freeswitch.documents import UnsafeText

FOLDER, SECURE_FOLDER, NETWORKS_FOLDER = "trunks", "trunks_secure", "trunk_networks"
GATEWAYS = f'<X-PRE-PROCESS cmd="include" data="{FOLDER}/*.xml"/>'
SECURE_GATEWAYS = f'<X-PRE-PROCESS cmd="include" data="{SECURE_FOLDER}/*.xml"/>'
NETWORKS = f'<X-PRE-PROCESS cmd="include" data="{NETWORKS_FOLDER}/*.xml"/>'
"""Each stands alone on its line: the rest of the line is thrown away."""
PING_SECONDS = 15
"""How often a carrier is asked whether it is there. Below 5 the switch does not ask at all."""
REGISTERED_SECONDS = 600
RETRY_SECONDS = 20
_KEY = re.compile(r"t[0-9]{1,9}")
_VALUES = {
    "host": re.compile(r"[A-Za-z0-9]([A-Za-z0-9.-]{0,251}[A-Za-z0-9])?"),
    "transport": re.compile(r"udp|tcp|tls"),
    "username": re.compile(r"([A-Za-z0-9+][A-Za-z0-9+._-]{0,63})?"),
    "secret": re.compile(r"[A-Za-z0-9!#%*+,./:=?@^_~-]{0,64}"),
    "srtp": re.compile(r"off|optional|mandatory"),
    "codecs": re.compile(r"PCM[AU](:PCM[AU])?"),
    "caller_form": re.compile(r"from|pid|rpid"),
    "dial_prefix": re.compile(r"[0-9]{0,8}"),
}
_BY = {"udp": "", "tcp": ";transport=tcp", "tls": ";transport=tls"}
_WRITTEN = re.compile(r'<gateway name="(t[0-9]{1,9})">\n.*?</gateway>', re.S)


class Line(Protocol):
    """A trunk, as telephony.trunks.queries.Line."""

    @property
    def key(self) -> str: ...
    @property
    def host(self) -> str: ...
    @property
    def port(self) -> int: ...
    @property
    def transport(self) -> str: ...
    @property
    def is_registered(self) -> bool: ...
    @property
    def username(self) -> str: ...
    @property
    def secret(self) -> str: ...
    @property
    def codecs(self) -> str: ...
    @property
    def caller_form(self) -> str: ...
    @property
    def dial_prefix(self) -> str: ...
    @property
    def srtp(self) -> str: ...


def gateway(line: Line, *, ping_seconds: int = PING_SECONDS) -> str:
    """One trunk's own lines. Raises UnsafeText."""
    if not _KEY.fullmatch(line.key) or not 1 <= int(line.port) <= 65_535:
        raise UnsafeText("A trunk has a key and a port of its own.")
    for name, allowed in _VALUES.items():
        if not allowed.fullmatch(getattr(line, name)):
            raise UnsafeText(f"The {name} of a trunk holds characters the switch would misread.")
    params: dict[str, object] = {
        "username": line.username or "contactcenter",
        "password": line.secret or "none",
        "realm": line.host,
        "proxy": f"{line.host}:{int(line.port)}{_BY[line.transport]}",
        "register": "true" if line.is_registered else "false",
        "register-transport": line.transport,
        "expire-seconds": REGISTERED_SECONDS,
        "retry-seconds": RETRY_SECONDS,
        "timeout-seconds": 10,
        "caller-id-in-from": "true" if line.caller_form == "from" else "false",
        "context": "public",
        # A call to our registration's contact is for the number it names, not for the account.
        "extension": "auto_to_user",
        "ping": ping_seconds,
        "ping-max": 2,
        "ping-min": 1,
        **({"destination-prefix": line.dial_prefix} if line.dial_prefix else {}),
    }
    shown = "none" if line.caller_form == "from" else line.caller_form
    return "\n".join(
        [
            f'<gateway name="{line.key}">',
            *(f'<param name="{name}" value="{value}"/>' for name, value in params.items()),
            "<variables>",
            f'<variable name="sip_cid_type" value="{shown}" direction="outbound"/>',
            *_speech(line.srtp),
            "</variables>",
            "</gateway>",
        ]
    )


def _speech(srtp: str) -> list[str]:
    """How speech is carried, both ways: the keys go in the call's own offer and answer (SDES)."""
    if srtp == "off":
        return []
    return [
        f'<variable name="rtp_secure_media_{way}" value="{srtp}" direction="{way}"/>'
        for way in ("outbound", "inbound")
    ]


def gateways_document(
    lines: Iterable[Line], *, ping_seconds: int = PING_SECONDS, is_secure: bool = False
) -> str:
    """Every trunk of the one profile with the codecs it speaks, as global variables (conf/line.xml, cc.xml, call.xml).

    Those by TLS are of a profile of their own.
    """
    found = [
        (line, gateway(line, ping_seconds=ping_seconds))
        for line in lines
        if (line.transport == "tls") is is_secure
    ]
    spoken = [
        f'<X-PRE-PROCESS cmd="set" data="cc_codecs_{line.key}=^^:{line.codecs}"/>' for line, _told in found
    ]
    return "\n".join([*spoken, *(told for _line, told in found), ""])


def networks_document(networks: Iterable[str]) -> str:
    """Raises ValueError for what is no network."""
    known = sorted({str(ipaddress.ip_network(network)) for network in networks})
    return "\n".join([*(f'<node type="allow" cidr="{network}"/>' for network in known), ""])


def gateways_in(document: str) -> Mapping[str, str]:
    """Key → its lines, of a document of ours."""
    return {found[1]: found[0] for found in _WRITTEN.finditer(document)}


def make_room(conf: Path) -> None:
    """Empty files, where there are none yet: a switch whose include finds nothing would say so at each reading."""
    for folder in (FOLDER, SECURE_FOLDER, NETWORKS_FOLDER):
        (conf / folder).mkdir(exist_ok=True)
        path = conf / folder / "trunks.xml"
        if not path.exists():
            _write(path, "\n")


def write_trunks(conf: Path, gateways: str, networks: str, secure: str = "\n") -> tuple[set[str], bool]:
    """(the keys of trunks that are others now than the switch has read, or gone; whether the networks are others)."""
    make_room(conf)
    changed = _write_gateways(conf / FOLDER / "trunks.xml", gateways)
    changed |= _write_gateways(conf / SECURE_FOLDER / "trunks.xml", secure)
    are_others = _read(conf / NETWORKS_FOLDER / "trunks.xml") != networks
    if are_others:
        _write(conf / NETWORKS_FOLDER / "trunks.xml", networks)
    return changed, are_others


def _write_gateways(path: Path, document: str) -> set[str]:
    before = _read(path)
    was, now = gateways_in(before), gateways_in(document)
    if before != document:
        _write(path, document)
    return {key for key in was.keys() | now.keys() if was.get(key) != now.get(key)}


def _read(path: Path) -> str:
    return path.read_text(encoding="ascii")


def _write(path: Path, content: str) -> None:
    """Passwords are in it: nobody else may read it, not even for a moment."""
    temporary = path.with_name(f".{path.name}.new")
    with open(
        os.open(temporary, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "w", encoding="ascii"
    ) as file:
        file.write(content)
    os.replace(temporary, path)
