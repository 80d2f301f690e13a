"""What rings an agent: chosen by them, numbers outside by administrators; and checks of phones before a shift."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any

from django.db import transaction

from telephony.actions.agent_activity import UNREGISTERED, force_not_ready, locked_agent, touch_agent
from telephony.models import Agent, Device, DeviceCheck
from telephony.phone_check import judge
from telephony.phone_errors import (
    HasANumberAlready,
    NoPhoneOfThisKind,
    NoSuchNumber,
    NumberAbroad,
    NumberCostsExtra,
    PhoneCheckNeeded,
    PhoneKindUnknown,
)
from telephony.queries.device_checks import LONGEST_BROWSER
from telephony.queries.devices import device_to_ring
from telephony.queries.outside_numbers import phone_terms, why_not
from tenants.context import current_tenant
from tenants.numbers import to_e164
from tenants.people.actions import record_audit

REFUSALS = {"no_number": NoSuchNumber, "abroad": NumberAbroad, "premium": NumberCostsExtra}
NUMBER = Device.Kind.NUMBER


@transaction.atomic
def choose_phone(*, agent_id: int, ring_on: str, may_ring_elsewhere: bool, at: datetime) -> None:
    """From the next call on. A kind the agent has none of is refused, except the page's, which comes with each
    sign-in; with nothing left that could ring, an agent who is ready is not any more.
    """
    if ring_on not in Agent.RingOn:
        raise PhoneKindUnknown(field="ring_on")
    agent = locked_agent(agent_id)
    comes_by_itself = ring_on in (Agent.RingOn.ANY, Agent.RingOn.WEB)
    if not comes_by_itself and not agent.devices.filter(kind=ring_on, is_refused=False).exists():
        raise NoPhoneOfThisKind
    if (agent.ring_on, agent.may_ring_elsewhere) == (ring_on, may_ring_elsewhere):
        return
    agent.ring_on, agent.may_ring_elsewhere = ring_on, may_ring_elsewhere
    touch_agent(agent, at=at)
    _be_honest(agent, at)


def _be_honest(agent: Agent, at: datetime) -> None:
    if agent.routing_status == Agent.RoutingStatus.READY and device_to_ring(agent.pk) is None:
        force_not_ready(agent.pk, at=at, cause=UNREGISTERED)


@transaction.atomic
def add_number(*, agent: Agent, number: str) -> Device:
    """An outside number of the agent's, as somebody typed it. Raises NoSuchNumber, NumberAbroad, NumberCostsExtra,
    HasANumberAlready.
    """
    known = to_e164(number, str(current_tenant().country)) or ""
    if refusal := why_not(known, phone_terms()):
        raise REFUSALS[refusal](field="number")
    if Device.objects.filter(agent=agent, kind=NUMBER).exists():
        raise HasANumberAlready
    device = Device.objects.create(agent=agent, kind=NUMBER, number=known, sip_username=f"number-{agent.pk}")
    record_audit(verb="added", subject=device, after={"kind": "number", "number": known})
    return device


@transaction.atomic
def remove_phone(*, device: Device, at: datetime) -> None:
    """For good. Who was ready by it alone is not any more."""
    agent = locked_agent(device.agent_id)
    record_audit(verb="deleted", subject=device, before={"kind": device.kind, "name": str(device)})
    device.delete()
    touch_agent(agent, at=at)
    _be_honest(agent, at)


@transaction.atomic
def judge_numbers(*, at: datetime) -> int:
    """After a change of the terms: numbers they no longer allow ring nobody, others do again. How many changed."""
    terms, changed = phone_terms(), 0
    for device in Device.objects.filter(kind=NUMBER).order_by("agent_id"):
        is_refused = bool(why_not(device.number, terms))
        if is_refused == device.is_refused:
            continue
        agent = locked_agent(device.agent_id)
        device.is_refused = is_refused
        device.save(update_fields=["is_refused"])
        touch_agent(agent, at=at)
        _be_honest(agent, at)
        changed += 1
    return changed


def keep_check(
    *,
    agent: Agent,
    measured: Mapping[str, Any],
    has_relay: bool,
    browser: str,
    at: datetime,
    why_no_echo: str = "",
) -> DeviceCheck:
    """What the page measured, judged here, and kept."""
    judged = judge(measured, has_relay=has_relay, why_no_echo=why_no_echo)
    return DeviceCheck.objects.create(
        agent=agent,
        at=at,
        has_passed=judged.has_passed,
        results=judged.results,
        browser=browser[:LONGEST_BROWSER],
    )


def require_check(device: Device, *, at: datetime) -> None:
    """Raises PhoneCheckNeeded where the tenant wants a fresh passed check of whoever talks by the page."""
    if device.kind != Device.Kind.WEB or not (hours := phone_terms().check_hours):
        return
    fresh = DeviceCheck.objects.filter(agent_id=device.agent_id, at__gt=at - timedelta(hours=hours))
    if not fresh.filter(has_passed=True).exists():
        raise PhoneCheckNeeded(hours=hours)
