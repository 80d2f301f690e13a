"""TURN: relays for pages that no packet of ours reaches otherwise, as behind strict routers and in hotels.

The relay (coturn, `use-auth-secret`) shares a secret with us and knows no users: a name is the moment it ends at, and
its password proves that we gave it (draft-uberti-behave-turn-rest). Nothing has to be written down or taken back.
"""

from __future__ import annotations

import base64
import hashlib
import hmac
from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any

from django.conf import settings

VALID_FOR = timedelta(hours=2)
"""Longer than a page waits until it asks again (an hour); a talk that goes on keeps its relay."""


def has_relay() -> bool:
    return bool(settings.TURN_URLS)


def ice_servers(whose: str, at: datetime) -> list[dict[str, Any]]:
    """What RTCPeerConnection wants as `iceServers`; `whose` stands in the relay's log. Empty without TURN_URLS."""
    return made_for(settings.TURN_URLS, settings.TURN_SECRET, whose, at)


def made_for(urls: Sequence[str], secret: str, whose: str, at: datetime) -> list[dict[str, Any]]:
    asking = [url for url in urls if url.startswith("stun")]
    relaying = [url for url in urls if not url.startswith("stun")]
    servers: list[dict[str, Any]] = [{"urls": asking}] if asking else []
    if relaying:
        name = f"{int((at + VALID_FOR).timestamp())}:{whose}"
        proof = hmac.new(secret.encode(), name.encode(), hashlib.sha1).digest()
        servers.append({"urls": relaying, "username": name, "credential": base64.b64encode(proof).decode()})
    return servers
