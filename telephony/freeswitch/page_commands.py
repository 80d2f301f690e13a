"""Where a phone in a page is now: it has no address but the line it keeps to the switch, and loaded anew another one.

The talk goes on by itself (docs/decisions/0031); what the switch says next in it must be sent to the new line. Pure.
"""

from __future__ import annotations

import json
import re
from uuid import UUID

from telephony.freeswitch.commands import checked

_PAGE = re.compile(r"page-[0-9a-f]{8,32}")
_LINE = re.compile(
    r"fs_path=sip%3A[A-Za-z0-9_.-]{1,64}%40([0-9.]{7,15})%3A([0-9]{1,5})%3Btransport%3D(wss?)(?![A-Za-z])"
)


def asked_contact(dump: str) -> str | None:
    """The question where the phone of this leg is, from the leg's dump; None for every phone that is no page's."""
    try:
        leg = json.loads(dump)
    except ValueError:
        return None
    username, domain = (str(leg.get(f"variable_dialed_{name}", "")) for name in ("user", "domain"))
    if not _PAGE.fullmatch(username) or not domain:
        return None
    return f"api sofia_contact internal/{checked(username)}@{checked(domain)}"


def move(leg_id: UUID, contact: str) -> str | None:
    """What the switch says next in this leg goes where the answer says; None while the page has no line at all."""
    found = _LINE.search(contact)
    if found is None:
        return None
    address, port, transport = found.groups()
    return f"api uuid_setvar {checked(leg_id)} sip_route_uri sip:{address}:{port};transport={transport}"
