"""Calls that leave the house: to the carrier by a gateway, and those the switch makes to one of its own numbers.

The carrier is one phone for each call, with the habits `rehearsal carrier …` gave it: it answers after a second unless
told otherwise, and never hangs up by itself.
"""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING

from . import callers, lifecycle
from .people import NEVER, Span
from .phones import Habits, Phone

if TYPE_CHECKING:
    from .leg import Leg
    from .originate import Request
    from .switch import RehearsalSwitch

CARRIER = Habits(mode="auto", answer_after=Span(1, 1))
_OF_PHONES = ("dialed_user", "dialed_domain", "presence_id", "sip_invite_domain", "originate_endpoint")


def gateway_phone(switch: RehearsalSwitch, target: str) -> Phone | str:
    """Who answers `gateway/<name>/<number>`, or the cause why nobody can."""
    name, _, number = target.removeprefix("gateway/").partition("/")
    proxy = switch.conf.gateway(name)
    host, _, port = proxy.rpartition(":")
    if not proxy or not number or not port.isdecimal() or not switch.lines.has(name):
        return "INVALID_GATEWAY"
    if switch.lines.is_down(name):
        return "GATEWAY_DOWN"
    return Phone(switch, number, host, int(port), switch.lines.habits(name), switch.new_uuid())


def far_phone(switch: RehearsalSwitch, address: str) -> Phone | None:
    """A phone at `sip:user@host:port` that is registered elsewhere, with the carrier's habits; None for no such uri."""
    user, _, place = address.removeprefix("sip:").partition("@")
    host, _, port = place.rpartition(":")
    if not address.startswith("sip:") or not user or not port.isdecimal():
        return None
    return Phone(switch, user, host, int(port), switch.carrier, switch.new_uuid())


def make_outside(leg: Leg, phone: Phone) -> None:
    """An outgoing leg to a carrier knows a number, and neither a registered user nor a domain."""
    for name in _OF_PHONES:
        leg.variables.pop(name, None)
    leg.name = f"sofia/external/{phone.user}"
    leg.presence = ""
    leg.profile.destination = phone.user
    known = {"channel_name": leg.name, "sip_profile_name": "gateway", "sofia_profile_name": "external"}
    leg.variables |= known | {"sip_destination_url": f"sip:{phone.user}@{phone.domain}:{phone.port}"}


async def call_ourselves(switch: RehearsalSwitch, request: Request) -> str:
    """`loopback/<number>/<context>`: a call as from outside, with the variables given; over when it has ended.

    The time limit is for the answer alone. The list of numbers is the trunk's: only our web is asked.
    """
    number = request.target.partition("/")[0]
    script = callers.Script(
        number=request.variables.get("origination_caller_id_number", "anonymous"),
        patience=NEVER,
        message=NEVER,
        hums=request.hums,
    )
    exported = request.variables.get("loopback_export", "").split(",")
    given = {name: request.variables[name] for name in exported if name in request.variables}
    leg = callers.place(switch, number, script, given, dialplan="XML")
    if leg.task is not None:
        await asyncio.wait((leg.task,), timeout=request.timeout)
    if not leg.is_answered:
        lifecycle.hang_up(leg, "ORIGINATOR_CANCEL", by_party=True)
    return f"-ERR {leg.cause or 'NO_ANSWER'}\n"
