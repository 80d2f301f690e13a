"""Where a leg goes: it asks the web application, then the static dialplan, and runs what it is given."""

from __future__ import annotations

import time
import uuid
import xml.etree.ElementTree as ET
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING

from . import applications, dialplan, expansion, functions, headers, lifecycle, xmlcurl
from .bus import flat
from .leg import Extension

if TYPE_CHECKING:
    from .leg import Leg, Step
    from .switch import RehearsalSwitch


class LegReader:
    """Reads a dialplan on behalf of one leg."""

    def __init__(self, leg: Leg, destination: str = "") -> None:
        """`destination`: asked for instead of the leg's own."""
        self._leg, self._destination = leg, destination

    def field(self, name: str) -> str:
        if name == "destination_number" and self._destination:
            return self._destination
        return headers.profile_field(self._leg, name) or self._leg.get(name)

    def expand(self, text: str) -> str:
        return expand(self._leg, text)

    def run_inline(self, application: str, data: str) -> None:
        applications.run_inline(self._leg, application, expand(self._leg, data))

    def matched(self, groups: list[str]) -> None:
        self._leg.variables["DP_MATCH"] = [*groups]


COMMANDS: dict[str, Callable[[RehearsalSwitch, str], str]] = {}
"""Those commands of a leg that dialplans give too, by themselves (leg_commands)."""


def expand(leg: Leg, text: str) -> str:
    return expansion.expand(text, leg.get, lambda name, argument: call(leg, name, argument))


def call(leg: Leg, name: str, argument: str) -> str:
    """A function inside `${…}`: the pure ones, and the few that ask the switch."""
    pure = functions.PURE.get(name)
    if pure is not None:
        return pure(argument)
    if name == "hash":
        return leg.switch.hashes.command(argument).removesuffix("\n")
    known = COMMANDS.get(name)
    if known is not None:
        return known(leg.switch, argument)
    if name == "file_exists":
        return "true" if Path(argument.strip()).exists() else "false"
    if name == "global_getvar":
        return leg.switch.conf.globals.get(argument.strip(), "")
    if name == "sofia_contact":
        return leg.switch.phones.contact(argument.strip())
    leg.switch.log(f"dialplan called the unknown function {name}")
    return ""


async def route(leg: Leg, destination: str = "") -> None:
    """A step: find the extension for the leg's destination and run it. An inline dialplan is the destination."""
    leg.enter("CS_ROUTING")
    if leg.direction == "inbound" and not leg.is_answered:
        lifecycle.set_call_state(leg, "RINGING")
    extension = await _find(leg, destination or leg.profile.destination)
    if leg.is_interrupted:
        return
    if extension is None:
        lifecycle.hang_up(leg, "NO_ROUTE_DESTINATION")
        return
    leg.profile.extension = extension
    leg.enter("CS_EXECUTE")
    await run(leg, extension)


async def _find(leg: Leg, destination: str) -> Extension | None:
    """Asks each dialplan of a list like `XML,XML:/path/of/a/file.xml` until one knows the destination."""
    return await _look_up(leg, destination, leg.profile.dialplan, leg.profile.context)


async def _look_up(leg: Leg, destination: str, plans: str, context: str) -> Extension | None:
    for plan in expand(leg, plans or "XML").split(","):
        name, _, argument = plan.partition(":")
        if name.lower() == "inline":
            return _inline(destination)
        contexts = leg.switch.contexts_in(argument) if argument else await _asked(leg, destination)
        found = _read(leg, contexts, destination, context)
        if found is not None:
            return found
    return None


async def _asked(leg: Leg, destination: str) -> list[ET.Element]:
    """The contexts the web application gives; those of the configuration when it does not answer or does not know."""
    for binding in leg.switch.bindings("dialplan"):
        try:
            document = await xmlcurl.ask(binding, _question(leg, destination))
        except xmlcurl.Unanswered as error:
            leg.switch.log(f"dialplan not answered: {error}")
            continue
        return document.findall(".//context")
    return leg.switch.conf.contexts()


def _read(leg: Leg, contexts: list[ET.Element], destination: str, context: str) -> Extension | None:
    named = {element.get("name"): element for element in reversed(contexts)}
    found = named.get(context, named.get("global"))
    return None if found is None else dialplan.read(found, destination, LegReader(leg, destination))


def _question(leg: Leg, destination: str) -> dict[str, str]:
    """The fields of the form; the same as in an event, and again as `Hunt-…`, with what is asked for."""
    fields = {name: flat(value) for name, value in headers.full(leg).items()}
    hunt = {
        name.replace("Caller-", "Hunt-", 1): value
        for name, value in fields.items()
        if name.startswith("Caller-")
    }
    return {
        "hostname": leg.switch.bus.host_name,
        "section": "dialplan",
        "tag_name": "",
        "key_name": "",
        "key_value": "",
        "Core-UUID": leg.switch.bus.core_uuid,
        "FreeSWITCH-Switchname": leg.switch.bus.switch_name,
        **fields,
        **hunt,
        "Hunt-Destination-Number": destination,
    }


def _inline(destination: str) -> Extension:
    """`app:data,app:data`, or with another separator `m:^:app:data^app:data`."""
    separator = ","
    if destination.startswith("m:") and len(destination) > 4 and destination[3] == ":":
        separator, destination = destination[2], destination[4:]
    pairs = (part.partition(":") for part in destination.split(separator) if part)
    return Extension("inline", "inline", [(name, data) for name, _, data in pairs])


async def run(leg: Leg, extension: Extension) -> None:
    """Runs the applications one by one until the leg is hung up or sent elsewhere."""
    for number, (application, data) in enumerate(extension.applications):
        if leg.is_interrupted:
            return
        extension.current = number
        await applications.execute(leg, application, expand(leg, data))


def send(leg: Leg, destination: str, dialplan_name: str, context: str) -> None:
    """Drops what the leg does and sends it to another extension; its profile is the new one at once."""
    if not leg.is_hung_up and _retarget(leg, destination, dialplan_name, context):
        leg.take(_way_to(destination))


def transfer_to(destination: str, dialplan_name: str, context: str) -> Step:
    """The same as a step, for a leg that does nothing yet."""

    async def go(leg: Leg) -> None:
        if _retarget(leg, destination, dialplan_name, context):
            await route(leg, destination)

    return go


def _way_to(destination: str) -> Step:
    async def go(leg: Leg) -> None:
        await route(leg, destination)

    return go


def _retarget(leg: Leg, destination: str, dialplan_name: str, context: str) -> bool:
    """False when the leg was sent on too often and is hung up: each transfer counts `max_forwards` down."""
    counter = "max_session_transfers" if leg.get("max_session_transfers") else "max_forwards"
    left = int(leg.get(counter)) - 1 if leg.get(counter).isdecimal() else 70
    if left <= 0:
        lifecycle.hang_up(leg, "EXCHANGE_ROUTING_ERROR")
        return False
    leg.variables[counter] = str(left)
    old = leg.profile.destination
    profile = leg.step_profile()
    profile.dialplan, profile.context = dialplan_name, context
    if dialplan_name.lower() != "inline":
        profile.destination, profile.rdnis = destination, old
    _turn_round(leg)
    profile.transfer_source = (
        f"{int(time.time())}:{uuid.uuid4()}:bl_xfer:{destination}/{context}/{dialplan_name}"
    )
    leg.push("transfer_history", profile.transfer_source)
    leg.variables["transfer_source"] = profile.transfer_source
    leg.variables.pop("signal_bond", None)
    leg.times.bridged = 0
    leg.other = None
    return True


def _turn_round(leg: Leg) -> None:
    """A leg we rang appears as the caller in its dialplan; one that called gets its own number back."""
    profile = leg.profile
    if leg.direction == "outbound" and not leg.is_flipped:
        leg.flip()
    if leg.direction == "inbound" and profile.cid_number != profile.orig_cid_number:
        profile.callee_name, profile.callee_number = profile.cid_name, profile.cid_number
        profile.cid_name, profile.cid_number = profile.orig_cid_name, profile.orig_cid_number


def split_target(words: list[str], leg: Leg) -> tuple[str, str, str]:
    """Destination, dialplan, context; what is missing stays as it is, but an inline dialplan is not kept."""
    destination, dialplan_name, context = (*words, "", "", "")[:3]
    kept = "" if leg.profile.dialplan.lower() == "inline" else leg.profile.dialplan
    return (
        destination or "service",
        dialplan_name or kept or "XML",
        context or leg.profile.context or "default",
    )


async def execute_extension(leg: Leg, words: list[str]) -> None:
    """Runs another extension's applications, then goes on with its own; nothing else about the leg changes."""
    destination, plan, context = split_target(words, leg)
    extension = await _look_up(leg, destination, plan, context)
    if extension is not None:
        await run(leg, extension)


async def park(leg: Leg) -> None:
    """A step: nothing happens to the leg until somebody sends it on."""
    leg.enter("CS_PARK")
    leg.fire("CHANNEL_PARK")
    await leg.pause()
    leg.fire("CHANNEL_UNPARK")
