"""The phone in an agent's page: a device of one sign-in, whose password is random and good for an hour.

The page asks for it again and again (`console/page_phone.py`); it ends with the sign-in. Only the a1 hash is kept.
"""

import secrets
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from django.db import transaction

from telephony.actions.agent_activity import locked_agent
from telephony.actions.agents import unregister_device
from telephony.actions.setup import a1_hash
from telephony.errors import AgentSwitchedOff
from telephony.models import Device
from telephony.queries.page_phones import hash_of
from tenants.context import current_tenant
from tenants.people.actions import record_audit

VALID_FOR = timedelta(hours=1)
KEPT_FOR = timedelta(hours=3)
"""After its last hour: by then a talk that began in it is over."""


@dataclass(frozen=True, kw_only=True)
class PagePhone:
    """What the page registers with; the password is kept nowhere."""

    username: str
    domain: str
    password: str = field(repr=False)
    valid_until: datetime


@transaction.atomic
def open_page_phone(*, agent_id: int, session_key: str, at: datetime) -> PagePhone:
    """A new password for the phone of this sign-in, which is made when there is none yet.

    Raises AgentSwitchedOff, Agent.DoesNotExist.
    """
    agent = locked_agent(agent_id)
    if not agent.is_active:
        raise AgentSwitchedOff
    hashed = hash_of(session_key)
    device = Device.objects.filter(session_key_hash=hashed, agent=agent).first()
    is_new = device is None
    if device is None:
        name = f"page-{secrets.token_hex(12)}"
        device = Device(agent=agent, kind=Device.Kind.WEB, sip_username=name, session_key_hash=hashed)
    domain, password = current_tenant().host, secrets.token_urlsafe(24)
    device.a1_hash = a1_hash(device.sip_username, domain, password)
    device.valid_until = at + VALID_FOR
    device.save()
    if is_new:
        record_audit(verb="added", subject=device, after={"kind": device.kind, "agent": agent.extension})
    return PagePhone(
        username=device.sip_username, domain=domain, password=password, valid_until=device.valid_until
    )


@transaction.atomic
def close_page_phone(*, session_key: str, at: datetime) -> None:
    """The sign-in ended."""
    _close(Device.objects.filter(session_key_hash=hash_of(session_key)), at)


@transaction.atomic
def close_page_phones_of(*, member_id: int, at: datetime) -> None:
    """All sign-ins of a member ended."""
    _close(Device.objects.filter(kind=Device.Kind.WEB, agent__member_id=member_id), at)


@transaction.atomic
def forget_page_phones(*, at: datetime) -> int:
    """Those whose page has not asked for hours; how many."""
    return _close(Device.objects.filter(kind=Device.Kind.WEB, valid_until__lt=at - KEPT_FOR), at)


def _close(devices: Iterable[Device], at: datetime) -> int:
    """As gone at the switch, too: an agent whose only phone it was is not ready any more."""
    closed = list(devices)
    for device in closed:
        if device.is_registered:
            unregister_device(username=device.sip_username, at=at)
        device.delete()
    return len(closed)
