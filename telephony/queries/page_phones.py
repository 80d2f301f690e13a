"""Phones in pages, each of one sign-in."""

import hashlib
from datetime import datetime
from typing import Any

from telephony.models import Device
from telephony.queries.devices import may_register


def hash_of(session_key: str) -> str:
    """What a sign-in is known by: keys are long and random, so a plain digest cannot be guessed back."""
    return hashlib.sha256(session_key.encode()).hexdigest()


def page_phone_of(session_key: str, member: Any, at: datetime) -> Device | None:
    """The one of this sign-in of this member that may speak with the switch at this moment."""
    own = may_register(at).filter(session_key_hash=hash_of(session_key), kind=Device.Kind.WEB)
    return own.filter(agent__member_id=member.pk).first()
