"""Agents' own numbers outside: which may be rung, and how the switch is told of one."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Any

from telephony.models import Agent, Device, Entry, PhoneTerms
from telephony.queries.routes import display_number, switch_language
from telephony.switch import OutsidePhone
from tenants.context import current_tenant
from tenants.numbers import reach_of

SHOWABLE = re.compile(r"\+?[0-9]{2,32}")


@dataclass(frozen=True)
class Rung:
    """What rings an agent: `username` at the switch, or, of kind number, `outside`."""

    kind: str
    username: str
    outside: OutsidePhone | None = None


def phone_terms() -> PhoneTerms:
    """The tenant's, or what holds without any."""
    return PhoneTerms.objects.first() or PhoneTerms()


def why_not(number: str, terms: PhoneTerms) -> str:
    """Why this number may not ring an agent: "no_number", "abroad" or "premium"; "" when it may."""
    reach = reach_of(number, str(current_tenant().country))
    if not reach.is_real:
        return "no_number"
    if reach.is_premium and not terms.may_ring_premium:
        return "premium"
    return "abroad" if reach.is_abroad and not terms.may_ring_abroad else ""


def rung(agent: Any, dialled: str) -> Rung:
    """Of an agent of `with_ringing_device`; `dialled` is the number the caller dialled."""
    return _rung(agent, agent.rung_kind, agent.username, agent.rung_number, dialled)


def rung_device(agent: Agent, device: Device, dialled: str) -> Rung:
    return _rung(agent, device.kind, device.sip_username, device.number, dialled)


def _rung(agent: Agent, kind: str, username: str, number: str, dialled: str) -> Rung:
    if kind != Device.Kind.NUMBER:
        return Rung(kind, username)
    tenant = current_tenant()
    language = switch_language(agent.member.language or str(tenant.language))
    return Rung(kind, username, OutsidePhone(dials=number, shown_number=shown(dialled), language=language))


def shown(dialled: str) -> str:
    """What the agent sees: the tenant's chosen number, else the one dialled, else any of the tenant's. Carriers refuse
    a stranger's.
    """
    known = (display_number(), dialled, Entry.objects.values_list("number_e164", flat=True).first() or "")
    return next((number for number in known if SHOWABLE.fullmatch(number)), "")
