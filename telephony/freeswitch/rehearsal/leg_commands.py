"""The `uuid_…` commands: what may be asked of one leg."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from typing import TYPE_CHECKING

from . import bridging, callers, lifecycle, listings, media, routing
from .originate import separate
from .recorder import Recording

if TYPE_CHECKING:
    from .leg import Leg
    from .switch import RehearsalSwitch

_GONE = "-ERR No such channel!\n"


async def stop_when_quiet(switch: RehearsalSwitch) -> None:
    while switch.legs:
        await asyncio.sleep(0.2)
    switch.stopping.set()


def _leg(switch: RehearsalSwitch, uuid: str) -> Leg | None:
    """A leg that can still be talked to; one that is being reported cannot."""
    leg = switch.legs.get(uuid)
    return None if leg is None or leg.is_hung_up else leg


def _exists(switch: RehearsalSwitch, argument: str) -> str:
    return "true" if argument in switch.legs else "false"


def _press(switch: RehearsalSwitch, argument: str) -> str:
    uuid, _, digits = argument.partition(" ")
    leg = _leg(switch, uuid)
    if leg is None:
        return _GONE
    for digit in digits.strip():
        callers.press(leg, digit)
    return "+OK\n"


def _kill(switch: RehearsalSwitch, argument: str) -> str:
    uuid, _, cause = argument.partition(" ")
    if not uuid:
        return "-USAGE: <uuid> [cause]\n"
    leg = _leg(switch, uuid)
    if leg is None:
        return _GONE
    lifecycle.hang_up(leg, cause.strip().upper() or "NORMAL_CLEARING")
    return "+OK\n"


def _transfer(switch: RehearsalSwitch, argument: str) -> str:
    words = separate(argument, " ")
    if not 2 <= len(words) <= 5:
        return "-USAGE: <uuid> [-bleg|-both] <dest-exten> [<dialplan>] [<context>]\n"
    leg = _leg(switch, words[0])
    if leg is None:
        return _GONE
    which = words.pop(1) if words[1].startswith("-") else ""
    targets = (
        [leg.peer or leg]
        if which == "-bleg"
        else [leg, *([leg.peer] if which == "-both" and leg.peer else [])]
    )
    destination, dialplan, context = [*words[1:], "", ""][:3]
    for target in targets:
        kept = "" if target.profile.dialplan.lower() == "inline" else target.profile.dialplan
        routing.send(target, destination, dialplan or kept or "XML", context or target.profile.context)
    for target in targets:
        bridging.part(target)
    return "+OK\n"


def _send_keys(switch: RehearsalSwitch, argument: str) -> str:
    """The person at the far end hears keys."""
    uuid, _, digits = argument.partition(" ")
    leg = _leg(switch, uuid)
    if leg is None:
        return _GONE
    leg.keys_heard += digits.partition("@")[0].strip()
    return "+OK\n"


def _setvar(switch: RehearsalSwitch, argument: str) -> str:
    uuid, _, rest = argument.partition(" ")
    name, _, value = rest.partition(" ")
    leg = _leg(switch, uuid)
    if leg is None:
        return _GONE
    if not name:
        return "-USAGE: <uuid> <var> [value]\n"
    _assign(leg, name, value)
    return "+OK\n"


def _setvar_multi(switch: RehearsalSwitch, argument: str) -> str:
    uuid, _, listed = argument.partition(" ")
    leg = _leg(switch, uuid)
    if leg is None:
        return _GONE
    for part in separate(listed, ";"):
        name, _, value = part.partition("=")
        if not name:
            return "-ERR No variable specified\n"
        _assign(leg, name, value)
    return "+OK\n"


def _assign(leg: Leg, name: str, value: str) -> None:
    """What would be expanded once more is not kept, and the answer is +OK all the same."""
    if "${" not in value:
        leg.set(name, value)


def _getvar(switch: RehearsalSwitch, argument: str) -> str:
    uuid, _, name = argument.partition(" ")
    leg = _leg(switch, uuid)
    if leg is None:
        return _GONE
    return leg.get(name) or "_undef_"


def _dump(switch: RehearsalSwitch, argument: str) -> str:
    uuid, _, form = argument.partition(" ")
    leg = switch.legs.get(uuid)
    return _GONE if leg is None else listings.dump(leg, form.strip())


def _hold(switch: RehearsalSwitch, argument: str) -> str:
    words = argument.split()
    how = words.pop(0) if words and words[0] in {"off", "toggle"} else "on"
    leg = _leg(switch, words[0] if words else "")
    if leg is None:
        return "-ERR Operation failed\n"
    if how == "toggle":
        how = "off" if leg.call_state == "HELD" else "on"
    done = lifecycle.unhold(leg) if how == "off" else lifecycle.hold(leg)
    return "+OK Success\n" if done else "-ERR Operation failed\n"


def _bridge(switch: RehearsalSwitch, argument: str) -> str:
    first, _, second = argument.partition(" ")
    one, other = _leg(switch, first), _leg(switch, second.strip())
    if one is None or other is None or not bridging.join(one, other):
        return "-ERR Invalid uuid\n"
    return f"+OK {other.uuid}\n"


def _answer(switch: RehearsalSwitch, argument: str) -> str:
    leg = _leg(switch, argument)
    if leg is None:
        return "-ERROR\n"
    if leg.direction == "inbound":
        lifecycle.answer(leg)
    return "+OK\n"


def _phone_event(switch: RehearsalSwitch, argument: str) -> str:
    """`talk`: the phone that rings picks up, one that is on hold takes the call back."""
    uuid, _, what = argument.partition(" ")
    leg = _leg(switch, uuid)
    if leg is None:
        return "-ERR Operation failed\n"
    if (what.strip() or "talk") == "talk" and leg.person is not None and not leg.is_answered:
        asyncio.get_running_loop().call_soon(leg.person.pick_up, leg)
    return "+OK Success\n"


def _broadcast(switch: RehearsalSwitch, argument: str) -> str:
    uuid, _, rest = argument.partition(" ")
    path, _, which = rest.partition(" ")
    leg = _leg(switch, uuid)
    if leg is None or not path:
        return "-ERR invalid uuid\n"
    hearers = {"bleg": [leg.peer], "both": [leg, leg.peer]}.get(which.strip(), [leg])
    for hearer in hearers:
        if hearer is not None:
            switch.spawn(media.broadcast(hearer, path))
    return "+OK Message sent\n"


def _break(switch: RehearsalSwitch, argument: str) -> str:
    leg = _leg(switch, argument.split(" ")[0])
    if leg is None:
        return _GONE
    media.stop_broadcast(leg)
    if leg.variables.get("current_application") in {"playback", "record", "sleep"} and leg.peer is None:
        leg.interrupt()
    return "+OK\n"


async def _record(switch: RehearsalSwitch, argument: str) -> str:
    uuid, verb, path, limit = [*separate(argument, " "), "", "", "", ""][:4]
    leg = _leg(switch, uuid)
    if leg is None:
        return "-ERR Cannot locate session!\n"
    if verb == "start":
        seconds = float(limit) if limit.isdecimal() else None
        return _said(media.start_recording(leg, path, limit_seconds=seconds), "record")
    if verb == "stop":
        return _said(await media.stop_recording(leg, path), "stop record")
    return _mask(switch, argument)


def _mask(switch: RehearsalSwitch, argument: str) -> str:
    uuid, verb, path = [*separate(argument, " "), "", "", ""][:3]
    leg, act = _leg(switch, uuid), {"mask": Recording.mask, "unmask": Recording.unmask}.get(verb)
    if leg is None:
        return "-ERR Cannot locate session!\n"
    if act is None:
        return "-USAGE: <uuid> [start|stop|mask|unmask] <path> [<limit>] [<recording_vars>]\n"
    recording = leg.recordings.get(path)
    if recording is not None:
        act(recording)
    return _said(recording is not None, verb)


def _said(done: bool, what: str) -> str:
    return "+OK Success\n" if done else f"-ERR Cannot {what} session!\n"


COMMANDS: dict[str, Callable[[RehearsalSwitch, str], str | Awaitable[str]]] = {
    "uuid_exists": _exists,
    "uuid_recv_dtmf": _press,
    "uuid_kill": _kill,
    "uuid_transfer": _transfer,
    "uuid_send_dtmf": _send_keys,
    "uuid_setvar": _setvar,
    "uuid_setvar_multi": _setvar_multi,
    "uuid_getvar": _getvar,
    "uuid_dump": _dump,
    "uuid_hold": _hold,
    "uuid_bridge": _bridge,
    "uuid_answer": _answer,
    "uuid_phone_event": _phone_event,
    "uuid_broadcast": _broadcast,
    "uuid_break": _break,
    "uuid_record": _record,
}
routing.COMMANDS.update(
    uuid_break=_break,
    uuid_getvar=lambda switch, argument: _getvar(switch, argument.strip()),
    uuid_transfer=_transfer,
    uuid_record=_mask,
    uuid_setvar=_setvar,
    uuid_exists=lambda switch, argument: _exists(switch, argument.strip()),
)
