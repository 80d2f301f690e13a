"""Rings a phone: reads `{name=value,…}user/1001@domain`, creates the leg, waits for an answer or a reason why not."""

from __future__ import annotations

import asyncio
import re
from collections.abc import Iterable
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING

from . import applications, confirmation, lifecycle, outward, routing, variables
from .bus import flat
from .leg import Leg, Profile, Step
from .phones import DirectoryUser

if TYPE_CHECKING:
    from .phones import Phone
    from .switch import RehearsalSwitch

_DEFAULT_TIMEOUT = 60.0
_RING_DELAY = 0.02
USAGE = (
    "-USAGE: <call url> <exten>|&<application_name>(<app_args>) [<dialplan>] [<context>] [<cid_name>] [<cid_num>] "
    "[<timeout_sec>]\n"
)


@dataclass(frozen=True)
class Request:
    """Whom to ring, and the variables of the new leg."""

    endpoint: str
    target: str
    variables: dict[str, str] = field(default_factory=dict)
    hums: bool = False
    """A tone is to be played to whoever answers."""

    @property
    def timeout(self) -> float:
        for name in ("originate_timeout", "leg_timeout", "call_timeout"):
            if self.variables.get(name, "").isdecimal():
                return float(self.variables[name])
        return _DEFAULT_TIMEOUT


def separate(text: str, delimiter: str) -> list[str]:
    """Splits as the switch does: single quotes keep a part together, a backslash keeps a character."""
    parts, current, quoted, at = [], "", False, 0
    while at < len(text):
        character = text[at]
        if character == "\\" and text[at + 1 : at + 2] in {delimiter, "'", "\\"}:
            at += 1
            current += text[at]
        elif character == "'":
            quoted = not quoted
        elif character == delimiter and not quoted:
            parts.append(current)
            current = ""
        else:
            current += character
        at += 1
    parts.append(current)
    return [part.strip() for part in parts if part.strip() or delimiter != " "]


def parse_dial_string(text: str, extra: dict[str, str] | None = None) -> list[Request]:
    """`{a=1,b=2}[c=3]user/1001@domain,[c=4]user/1002@domain`: whom to ring at once, each with the variables of all
    and its own. Of alternatives, one after another (`|`), only the first are rung.
    """
    common = dict(extra or {})
    while match := re.match(r"\s*\{([^}]*)\}", text):
        common |= _pairs(match[1])
        text = text[match.end() :]
    at_once = re.match(r"(?:\[[^\]]*\]|[^|\[])*", text)
    return [
        _request(part, common)
        for part in re.findall(r"(?:\[[^\]]*\]|[^,\[])+", at_once[0] if at_once else "")
    ] or [Request("", "", common)]


def _request(text: str, common: dict[str, str]) -> Request:
    found, text = dict(common), text.strip()
    while match := re.match(r"\s*\[([^\]]*)\]", text):
        found |= _pairs(match[1])
        text = text[match.end() :]
    endpoint, _, target = text.strip().partition("/")
    return Request(endpoint, target, found)


def _pairs(text: str) -> dict[str, str]:
    delimiter = ","
    if text.startswith("^^") and len(text) > 2:
        delimiter, text = text[2], text[3:]
    pairs = (part.partition("=") for part in separate(text, delimiter))
    return {name.strip(): value for name, sign, value in pairs if sign}


async def command(switch: RehearsalSwitch, argument: str) -> str:
    """`originate <call url> <exten>|&app(args) [dialplan] [context] [cid_name] [cid_num] [timeout]`."""
    parts = separate(argument, " ")
    if not 2 <= len(parts) <= 7:
        return USAGE
    words = ["" if part == "undef" else part for part in parts] + [""] * 5
    given = {
        "origination_caller_id_name": words[4],
        "origination_caller_id_number": words[5],
        "originate_timeout": words[6],
    }
    requests = parse_dial_string(words[0], {name: value for name, value in given.items() if value})
    if words[1] == "hum":
        requests[0] = replace(requests[0], hums=True)
    called = await (dial(switch, requests[0]) if len(requests) == 1 else dial_together(switch, requests))
    if isinstance(called, str):
        return called
    lifecycle.start(called, _first_step(words[1], words[2] or "XML", words[3] or "default"))
    return f"+OK {called.uuid}\n"


def _first_step(target: str, dialplan: str, context: str) -> Step:
    """What the answered leg does: one application, or a dialplan."""
    found = re.match(r"&([^(]+)(?:\((.*)\))?$", target, re.S)
    if found is None:
        return routing.transfer_to(target, dialplan, context)

    async def run(leg: Leg) -> None:
        leg.enter("CS_EXECUTE")
        await applications.execute(leg, found[1], routing.expand(leg, found[2] or ""))

    return run


async def dial(switch: RehearsalSwitch, request: Request, originator: Leg | None = None) -> Leg | str:
    """The answered leg, or `-ERR <cause>`."""
    if request.endpoint == "loopback":
        return await outward.call_ourselves(switch, request)
    rung = await _ring(switch, request)
    called = rung if isinstance(rung, str) else await _wait(*rung, request, originator)
    if isinstance(called, Leg):
        _at_answer(called)
    return called


def _at_answer(leg: Leg) -> None:
    run_hooks(leg, "execute_on_answer")


def run_hooks(leg: Leg, hook: str) -> None:
    """What the leg's variables `hook`, `hook_1`, … say is to be done at this moment: `application data` each."""
    asked = [flat(leg.variables[name]) for name in sorted(leg.variables) if name.startswith(hook)]
    for application, _, data in (words.partition(" ") for words in asked):
        applications.run_inline(leg, application, data)


async def dial_together(switch: RehearsalSwitch, requests: list[Request]) -> Leg | str:
    """The leg that answered first, the others having ended as LOSE_RACE; or `-ERR <cause>` of the last to end."""
    cause, pending = "", {}
    for request in requests:
        rung = await _ring(switch, request)
        if isinstance(rung, str):
            cause = rung
        else:
            pending[rung[1]] = rung[0]
    legs = list(pending.values())
    ends_at = asyncio.get_running_loop().time() + requests[0].timeout
    while pending:
        left = ends_at - asyncio.get_running_loop().time()
        told, _ = await asyncio.wait(pending, timeout=max(0, left), return_when=asyncio.FIRST_COMPLETED)
        if not told:
            _end_all(pending.values(), "NO_ANSWER")
            return "-ERR NO_ANSWER\n"
        for done in told:
            leg, cause = pending.pop(done), done.result()
            if leg.is_answered and not leg.is_hung_up:
                _end_all((other for other in legs if other is not leg), "LOSE_RACE")
                return leg
    return cause


def _end_all(legs: Iterable[Leg], cause: str) -> None:
    for leg in legs:
        lifecycle.hang_up(leg, cause)


async def _ring(switch: RehearsalSwitch, request: Request) -> tuple[Leg, asyncio.Future[str]] | str:
    """The leg whose phone will ring, and what will be told when it is answered or ends; or `-ERR <cause>`."""
    found = await _find_phone(switch, request)
    if isinstance(found, str):
        return f"-ERR {found}\n"
    if request.variables.get("origination_uuid") in switch.legs:
        return "-ERR DESTINATION_OUT_OF_ORDER\n"
    phone, known = found
    leg = _create(switch, request, phone, known)
    loop = asyncio.get_running_loop()
    leg.originate_done = loop.create_future()
    leg.person = phone
    loop.call_later(_RING_DELAY, phone.ring, leg)
    return leg, confirmation.after_confirmation(leg, leg.originate_done)


async def _find_phone(switch: RehearsalSwitch, request: Request) -> tuple[Phone, DirectoryUser] | str:
    """The phone and what the directory says of its user; or the cause why there is none.

    `user/1001@domain` asks the directory; `sofia/internal/1001%domain` only looks who is registered.
    """
    if request.endpoint == "error":
        return request.target.upper()
    known: DirectoryUser | None = DirectoryUser()
    user, _, domain = request.target.partition("@")
    if request.endpoint == "sofia":
        profile, _, address = request.target.partition("/")
        user, _, domain = address.partition("%")
        if profile == "gateway":
            carrier = outward.gateway_phone(switch, request.target)
            return carrier if isinstance(carrier, str) else (carrier, DirectoryUser())
        if far := outward.far_phone(switch, address):
            return far, DirectoryUser()
        if not domain:
            return "NO_ROUTE_DESTINATION"
    elif request.endpoint == "user":
        known = await switch.phones.look_up(user, domain, action="user_call")
    else:
        return "CHAN_NOT_IMPLEMENTED"
    if known is None:
        return "SUBSCRIBER_ABSENT"
    phone = switch.phones.registered(user, domain)
    return (phone, known) if phone else "USER_NOT_REGISTERED"


def _create(switch: RehearsalSwitch, request: Request, phone: Phone, known: DirectoryUser | None) -> Leg:
    number = request.variables.get("origination_caller_id_number", "")
    profile = Profile(
        destination=phone.user if request.endpoint == "user" else request.target.partition("/")[2],
        context="default",
        source="src/switch_ivr_originate.c",
        cid_name=request.variables.get("origination_caller_id_name", ""),
        cid_number=number,
        orig_cid_name=request.variables.get("origination_caller_id_name", ""),
        orig_cid_number=number,
        callee_name="Outbound Call",
        callee_number=phone.user,
        ani=number,
    )
    leg = Leg(
        switch,
        uuid=request.variables.get("origination_uuid") or switch.new_uuid(),
        direction="outbound",
        name=f"sofia/internal/{phone.address}",
        profile=profile,
        presence=f"{phone.user}@{phone.domain}",
    )
    contact = f"sip:{phone.address}"
    serial = switch.counters.total + 1
    leg.variables = variables.outbound(
        leg, user=phone.user, domain=phone.domain, contact=contact, serial=serial
    )
    if request.target.startswith("gateway/"):
        outward.make_outside(leg, phone)
    leg.variables |= request.variables
    lifecycle.announce(leg)
    of_user = known.variables if known else {}
    leg.variables |= {name: value for name, value in of_user.items() if name not in request.variables}
    return leg


async def _wait(leg: Leg, done: asyncio.Future[str], request: Request, originator: Leg | None) -> Leg | str:
    if originator is None:
        await asyncio.wait((done,), timeout=request.timeout)
    else:
        done.add_done_callback(lambda _: originator.interrupt())
        await originator.pause(request.timeout)
    if done.done():
        return leg if leg.is_answered and not leg.is_hung_up else done.result()
    cause = "ORIGINATOR_CANCEL" if originator is not None and originator.is_interrupted else "NO_ANSWER"
    lifecycle.hang_up(leg, cause)
    return f"-ERR {cause}\n"
