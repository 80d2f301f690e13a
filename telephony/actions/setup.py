"""Agents and the floor they work on: made by administrators, read again by the worker."""

import hashlib
import secrets
import string
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime
from functools import partial
from typing import Any

import structlog
from django.db import transaction
from django.utils import timezone

from telephony import events
from telephony.actions.agent_activity import locked_agent, touch_agent
from telephony.actions.agents import sign_out
from telephony.errors import NoFreeSeat, TelephonyUnreachable
from telephony.models import Agent, Device, Queue, QueueAgent
from telephony.orders import ReadFloorAgain, send_order
from tenants.billing.queries import seats_on
from tenants.context import current_schema, current_tenant, enter
from tenants.events import emit
from tenants.people.actions import record_audit
from tenants.people.policies import Member

log = structlog.get_logger()

PASSWORD_LENGTH = 24
ALPHABET = string.ascii_letters + string.digits
FIRST_EXTENSION = 1001


@dataclass(frozen=True, kw_only=True)
class NewPhone:
    """Shown once: the password is kept nowhere."""

    device: Device
    password: str


@transaction.atomic
def create_agent(
    *, member: Member, name: str = "", extension: str = "", queues: Iterable[Queue] = ()
) -> tuple[Agent, NewPhone]:
    """A member becomes an agent of these queues and gets a phone. NoFreeSeat when the contract's are all taken."""
    check_seats(adding=1)
    agent = Agent.objects.create(
        member=member, name=name or member.name or member.username, extension=extension or next_extension()
    )
    record_audit(verb="added", subject=agent, after={"name": agent.name, "extension": agent.extension})
    for queue in queues:
        record_audit(verb="added", subject=QueueAgent.objects.create(queue=queue, agent=agent))
    phone = add_phone(agent=agent)
    floor_changed()
    return agent, phone


@transaction.atomic
def change_agent(*, agent_id: int, at: datetime, **values: Any) -> None:
    """`values` may hold name, extension and is_active. An agent who is switched off is signed out as well."""
    agent = locked_agent(agent_id)
    before = {name: getattr(agent, name) for name in values if getattr(agent, name) != values[name]}
    if not before:
        return
    for name in before:
        setattr(agent, name, values[name])
    touch_agent(agent, at=at)
    record_audit(verb="changed", subject=agent, before=before, after={name: values[name] for name in before})
    if not agent.is_active:
        sign_out(agent_id=agent_id, at=at, cause="supervisor")


@transaction.atomic
def add_phone(*, agent: Agent) -> NewPhone:
    """The first phone of an agent is named after the extension, others after it with a letter."""
    taken = set(Device.objects.filter(agent=agent).values_list("sip_username", flat=True))
    name = next(n for n in _names(agent.extension) if n not in taken)
    device = Device(agent=agent, sip_username=name)
    password = _give_password(device)
    device.save()
    record_audit(verb="added", subject=device, after={"sip_username": device.sip_username})
    return NewPhone(device=device, password=password)


@transaction.atomic
def renew_password(*, device: Device) -> NewPhone:
    password = _give_password(device)
    device.save()
    record_audit(verb="password changed", subject=device)
    return NewPhone(device=device, password=password)


def check_seats(*, adding: int) -> None:
    """Raises NoFreeSeat when so many more active agents would exceed today's seats, of contract and temporary."""
    seats = seats_on(current_tenant(), timezone.localdate())
    if seats is None:
        return
    if Agent.objects.filter(is_active=True).count() + adding > seats:
        raise NoFreeSeat(seats=seats)


def next_extension() -> str:
    """The lowest free one from 1001 on."""
    taken = set(Agent.objects.values_list("extension", flat=True))
    number = FIRST_EXTENSION
    while str(number) in taken:
        number += 1
    return str(number)


def floor_changed() -> None:
    """Queues, skills or agents are not what they were: browsers hear it, and the worker reads them again."""
    emit(events.FloorConfigured(occurred_at=timezone.now()))
    transaction.on_commit(partial(_tell_worker, current_schema()))


def _tell_worker(schema_name: str) -> None:
    """Without a worker nothing is lost: it reads the floor when it starts."""
    try:
        with enter(schema_name):
            send_order(ReadFloorAgain(), member=None)
    except TelephonyUnreachable:
        log.info("The floor was changed while no telephony worker listened.", tenant=schema_name)


def a1_hash(username: str, domain: str, password: str) -> str:
    """What SIP digest authentication needs instead of the password (RFC 2617.

    MD5 is the protocol's choice).
    """
    return hashlib.md5(f"{username}:{domain}:{password}".encode(), usedforsecurity=False).hexdigest()


def _give_password(device: Device) -> str:
    password = "".join(secrets.choice(ALPHABET) for _ in range(PASSWORD_LENGTH))
    device.a1_hash = a1_hash(device.sip_username, current_tenant().host, password)
    return password


def _names(extension: str) -> Iterator[str]:
    yield extension
    yield from (f"{extension}{letter}" for letter in string.ascii_lowercase)
