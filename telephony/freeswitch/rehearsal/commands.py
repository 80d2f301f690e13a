"""The commands of the event socket's `api` and `bgapi`, by name, with the real switch's words in the answers."""

from __future__ import annotations

import inspect
from collections.abc import Awaitable, Callable
from typing import TYPE_CHECKING

from . import expansion, functions, leg_commands, lifecycle, listings, originate, rehearsal_commands
from .switch import VERSION

if TYPE_CHECKING:
    from .switch import RehearsalSwitch

Command = Callable[["RehearsalSwitch", str], str | Awaitable[str]]


async def execute(switch: RehearsalSwitch, text: str) -> str:
    """Runs `name argument`; the answer, `-ERR no reply` in place of an empty one."""
    name, _, argument = text.strip().partition(" ")
    command = _COMMANDS.get(name)
    if command is None:
        return f"-ERR {name} Command not found!\n"
    answer = command(switch, argument.strip())
    if inspect.isawaitable(answer):
        answer = await answer
    return answer or "-ERR no reply\n"


async def _expand(switch: RehearsalSwitch, argument: str) -> str:
    """`expand <command>`: first its `${…}`, then the command itself."""
    text = expansion.expand(argument, lambda name: switch.conf.globals.get(name, ""), _function)
    return await execute(switch, text)


def _function(name: str, argument: str) -> str:
    known = functions.PURE.get(name)
    return known(argument) if known else ""


def _version(switch: RehearsalSwitch, argument: str) -> str:
    return f"FreeSWITCH Version {VERSION}~64bit (rehearsal)\n"


def _status(switch: RehearsalSwitch, argument: str) -> str:
    return listings.status(switch)


def _reloadxml(switch: RehearsalSwitch, argument: str) -> str:
    return switch.reload()


def _hash(switch: RehearsalSwitch, argument: str) -> str:
    return switch.hashes.command(argument)


def _global_getvar(switch: RehearsalSwitch, argument: str) -> str:
    if argument:
        return switch.conf.globals.get(argument, "")
    return "".join(f"{name}={value}\n" for name, value in switch.conf.globals.items())


def _sofia_contact(switch: RehearsalSwitch, argument: str) -> str:
    return switch.phones.contact(argument)


def _sofia(switch: RehearsalSwitch, argument: str) -> str:
    """`sofia status [profile <name> [reg] | gateway <name>]`, in a few lines."""
    words = argument.split()
    if words[:2] == ["status", "profile"] and "reg" in words:
        blocks = [
            f"Call-ID:    \t{phone.call_id}\nUser:       \t{phone.user}@{phone.domain}\n"
            for phone in switch.phones
        ]
        return "\nRegistrations:\n" + "\n".join(blocks) + f"\nTotal items returned: {len(blocks)}\n"
    if words[:2] == ["status", "gateway"]:
        return listings.gateway(switch, " ".join(words[2:]))
    if words[:1] == ["xmlstatus"]:
        return switch.lines.listed(" ".join(words[2:]))
    if words[:1] == ["profile"] and words[1:2] in (["external"], ["secure"]):
        return switch.lines.command(words[2:])
    lines = [f"{name}\tprofile\tRUNNING (0)" for name in ("external", "internal")]
    return "\n".join([*lines, "2 profiles 0 aliases", ""])


def _fsctl(switch: RehearsalSwitch, argument: str) -> str:
    """`fsctl shutdown …` stops the switch; `elegant` waits for the calls to end first."""
    words = argument.split()
    if words[:1] != ["shutdown"]:
        return "+OK\n"
    if "elegant" in words:
        switch.spawn(leg_commands.stop_when_quiet(switch))
    else:
        switch.stopping.set()
    return "+OK\n"


def _shutdown(switch: RehearsalSwitch, argument: str) -> str:
    return _fsctl(switch, "shutdown")


def _hupall(switch: RehearsalSwitch, argument: str) -> str:
    cause = argument.split(" ")[0] or "MANAGER_REQUEST"
    for leg in list(switch.legs.values()):
        lifecycle.hang_up(leg, cause)
    return f"+OK hangup all channels with cause {cause}\n"


def _pure(function: Callable[[str], str]) -> Command:
    return lambda switch, argument: function(argument)


_COMMANDS: dict[str, Command] = {
    **{name: _pure(function) for name, function in functions.PURE.items()},
    "version": _version,
    "status": _status,
    "show": listings.show,
    "reloadxml": _reloadxml,
    "reloadacl": lambda switch, argument: "+OK acl reloaded\n",
    "hash": _hash,
    "expand": _expand,
    "global_getvar": _global_getvar,
    "sofia_contact": _sofia_contact,
    "sofia": _sofia,
    "fsctl": _fsctl,
    "shutdown": _shutdown,
    "hupall": _hupall,
    "originate": originate.command,
    "rehearsal": rehearsal_commands.execute,
    **leg_commands.COMMANDS,
}
