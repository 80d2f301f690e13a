"""`rehearsal …`: what no real switch has: callers and phones that do as they are told.

Values are percent-decoded, so that a name may hold anything: `name=Bob%0Asmith` has a newline in it.
"""

from __future__ import annotations

import json
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import TYPE_CHECKING
from urllib.parse import unquote

from . import callers, lifecycle, sound, utterances
from .phones import Habits

if TYPE_CHECKING:
    from .phones import Phone
    from .switch import RehearsalSwitch

USAGE = (
    "-USAGE: rehearsal call <number> [from=] [name=] [patience=] [talk=] [message=] [leave_after=]"
    " [keys=digit@second,…] [tone=]"
    " | phone <user>@<domain> register password=|a1= [mode=] [answer_after=] [talk=] [tone=]"
    " | phone <user>@<domain> unregister|answer|hangup"
    " | phone <user>@<domain> mode manual|auto|busy [answer_after=] [talk=]"
    " | carrier manual|auto|busy|away [answer_after=] [talk=]"
    " | line <trunk> manual|auto|busy|away|fails [answer_after=] [talk=] [registers=200|401|403|404|408]"
    " | hangup <uuid> | press <uuid> <digits> | say <uuid> <wav> | pace <speed> | list\n"
)


async def execute(switch: RehearsalSwitch, argument: str) -> str:
    verb, *words = argument.split() or [""]
    act = _VERBS.get(verb)
    if act is None:
        return USAGE
    try:
        return await act(switch, words)
    except (ValueError, IndexError) as error:
        return f"-ERR {error}\n"


def _options(words: list[str]) -> dict[str, str]:
    found = {}
    for word in words:
        name, sign, value = word.partition("=")
        if not sign:
            raise ValueError(f"{word} is not name=value")
        found[name] = unquote(value)
    return found


async def _call(switch: RehearsalSwitch, words: list[str]) -> str:
    leg = callers.place(switch, unquote(words[0]), callers.Script.read(_options(words[1:])))
    return f"+OK {leg.uuid}\n"


async def _phone(switch: RehearsalSwitch, words: list[str]) -> str:
    user, _, domain = unquote(words[0]).partition("@")
    verb = words[1]
    if verb == "register":
        return await switch.phones.register(user, domain, _options(words[2:]))
    if verb == "unregister":
        return switch.phones.unregister(user, domain)
    phone = switch.phones.registered(user, domain)
    if phone is None:
        return "-ERR not registered\n"
    if verb == "mode":
        phone.habits = Habits.read(words[2], _options(words[3:]))
        return "+OK\n"
    if verb in {"answer", "hangup"}:
        return _handle(phone, verb)
    return USAGE


def _handle(phone: Phone, verb: str) -> str:
    legs = [leg for leg in phone.legs.values() if verb == "hangup" or not leg.is_answered]
    for leg in legs:
        phone.pick_up(leg) if verb == "answer" else phone.hang_up(leg)
    return "+OK\n" if legs else "-ERR nothing rings\n"


async def _hangup(switch: RehearsalSwitch, words: list[str]) -> str:
    leg = switch.legs.get(words[0])
    if leg is None or leg.is_hung_up:
        return "-ERR No such channel!\n"
    refused = "ORIGINATOR_CANCEL" if leg.direction == "inbound" else "CALL_REJECTED"
    lifecycle.hang_up(leg, "NORMAL_CLEARING" if leg.is_answered else refused, by_party=True)
    return "+OK\n"


async def _carrier(switch: RehearsalSwitch, words: list[str]) -> str:
    switch.carrier = Habits.read(words[0], _options(words[1:]))
    return "+OK\n"


async def _line(switch: RehearsalSwitch, words: list[str]) -> str:
    options = _options(words[2:])
    registers = int(options.pop("registers", 200))
    switch.lines.set(words[0], Habits.read(words[1], options), registers)
    return "+OK\n"


async def _press(switch: RehearsalSwitch, words: list[str]) -> str:
    leg = switch.legs.get(words[0])
    if leg is None:
        return "-ERR No such channel!\n"
    for digit in words[1]:
        callers.press(leg, digit)
    return "+OK\n"


async def _say(switch: RehearsalSwitch, words: list[str]) -> str:
    leg = switch.legs.get(words[0])
    if leg is None:
        return "-ERR No such channel!\n"
    utterances.say(leg, Path(unquote(words[1])))
    return "+OK\n"


async def _hears(switch: RehearsalSwitch, words: list[str]) -> str:
    """The voices that reach the person on this leg now."""
    leg = switch.legs.get(words[0])
    return "-ERR No such channel!\n" if leg is None else " ".join(sorted(sound.hears(leg))) + "\n"


async def _pace(switch: RehearsalSwitch, words: list[str]) -> str:
    speed = float(words[0])
    if not 0.01 <= speed <= 1000:
        raise ValueError("a pace lies between 0.01 and 1000")
    switch.pace.speed = speed
    return "+OK\n"


async def _list(switch: RehearsalSwitch, words: list[str]) -> str:
    legs = [
        {
            "uuid": leg.uuid,
            "direction": leg.direction,
            "number": leg.profile.cid_number,
            "name": leg.profile.cid_name,
            "is_answered": leg.is_answered,
            "bridged_to": leg.peer.uuid if leg.peer else None,
            "application": leg.get("current_application"),
            "keys_heard": leg.keys_heard,
        }
        for leg in switch.legs.values()
    ]
    phones = [
        {
            "user": phone.user,
            "domain": phone.domain,
            "mode": phone.habits.mode,
            "answer_after": str(phone.habits.answer_after),
            "talk": str(phone.habits.talk),
            "calls_taken": phone.calls_taken,
            "legs": list(phone.legs),
        }
        for phone in switch.phones
    ]
    return json.dumps({"pace": switch.pace.speed, "legs": legs, "phones": phones}, ensure_ascii=False) + "\n"


_VERBS: dict[str, Callable[[RehearsalSwitch, list[str]], Awaitable[str]]] = {
    "call": _call,
    "phone": _phone,
    "carrier": _carrier,
    "line": _line,
    "hangup": _hangup,
    "press": _press,
    "say": _say,
    "pace": _pace,
    "hears": _hears,
    "list": _list,
}
