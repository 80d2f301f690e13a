"""The switch's own question, asked as it asks it: where does a call to this number go? For drills."""

from __future__ import annotations

import base64
import re
from collections.abc import Mapping
from typing import Any
from urllib.error import URLError
from urllib.parse import urlencode
from urllib.request import Request, urlopen

from telephony.freeswitch.configuration import WEB_USER
from telephony.freeswitch.test_call import Arrival

PATIENCE_SECONDS = 2.0
_TRANSFER = re.compile(r'application="transfer" data="([a-z-]{1,32}) ')
_SET = re.compile(r'application="set" data="(cc_\w{1,30})=([^"]{0,64})"')


def answer_of_our_web(known: Mapping[str, Any], number: str) -> Arrival | None:
    """`known` is settings.SWITCH; None when the web does not answer as the switch needs it."""
    form = {
        "section": "dialplan",
        "Caller-Context": "public",
        "Hunt-Destination-Number": number,
        "Caller-Destination-Number": number,
    }
    secret = base64.b64encode(f"{WEB_USER}:{known['secret']}".encode()).decode()
    url = f"{str(known['web_url']).rstrip('/')}/switch/dialplan"
    if not url.startswith(("http://", "https://")):
        return None
    asked = Request(url, urlencode(form).encode(), {"Authorization": f"Basic {secret}"})  # noqa: S310
    try:
        with urlopen(asked, timeout=PATIENCE_SECONDS) as answer:  # noqa: S310 - our own address, from settings
            return arrival_in(answer.read(65_536).decode("utf-8", "replace"))
    except (URLError, OSError, ValueError):
        return None


def arrival_in(document: str) -> Arrival | None:
    """Where a dialplan document of ours leads."""
    place = _TRANSFER.search(document)
    if place is None:
        return None
    said = dict(_SET.findall(document))
    queue = said.get("cc_queue", "")
    return Arrival(
        place=place[1],
        queue_id=int(queue) if queue.isdigit() else None,
        backup_number=said.get("cc_backup", ""),
    )
