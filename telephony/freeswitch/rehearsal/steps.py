"""The applications themselves: setting variables, answering, going elsewhere, ringing, joining, recording, waiting."""

from __future__ import annotations

import shlex
from pathlib import Path
from typing import TYPE_CHECKING

from . import applications, bridging, keypad, lifecycle, limits, media, originate, rooms, routing
from .bus import Headers

if TYPE_CHECKING:
    from .leg import Leg


def install() -> None:
    applications.add(SLOW)
    applications.add_quick(QUICK)


def _set(leg: Leg, data: str) -> None:
    name, _, value = data.partition("=")
    name = name.strip().removeprefix("nolocal:")
    if name:
        leg.set(name, value)


def _export(leg: Leg, data: str) -> None:
    _set(leg, data)
    name = data.partition("=")[0].strip().removeprefix("nolocal:")
    exported = leg.get("export_vars")
    leg.variables["export_vars"] = f"{exported},{name}" if exported else name


def _multiset(leg: Leg, data: str) -> None:
    separator = " "
    if data.startswith("^^") and len(data) > 2:
        separator, data = data[2], data[3:]
    parts = data.split(separator) if separator != " " else shlex.split(data)
    for part in parts:
        _set(leg, part)


def _unset(leg: Leg, data: str) -> None:
    leg.set(data.strip(), None)


def _hash(leg: Leg, data: str) -> None:
    leg.switch.hashes.command(data)


def _log(leg: Leg, data: str) -> None:
    leg.switch.log(data)


def _hangup(leg: Leg, data: str) -> None:
    lifecycle.hang_up(leg, data.strip() or "NORMAL_CLEARING")


_RESPONSES = {
    "403": "CALL_REJECTED",
    "404": "UNALLOCATED_NUMBER",
    "480": "NO_USER_RESPONSE",
    "486": "USER_BUSY",
}


def _respond(leg: Leg, data: str) -> None:
    """A SIP refusal ends an unanswered leg with its cause."""
    lifecycle.hang_up(leg, _RESPONSES.get(data.split(" ")[0], "NORMAL_TEMPORARY_FAILURE"))


def _answer(leg: Leg, data: str) -> None:
    lifecycle.answer(leg)


def _pre_answer(leg: Leg, data: str) -> None:
    lifecycle.pre_answer(leg)


def _ring_ready(leg: Leg, data: str) -> None:
    leg.fire("CHANNEL_PROGRESS")


def _transfer(leg: Leg, data: str) -> None:
    routing.send(leg, *routing.split_target(originate.separate(data, " "), leg))


async def _execute_extension(leg: Leg, data: str) -> None:
    await routing.execute_extension(leg, originate.separate(data, " "))


def _event(leg: Leg, data: str) -> None:
    """`Event-Subclass=a::b,Event-Name=CUSTOM,name=value,…`: an event with this leg's headers beside those given."""
    given: Headers = {}
    for part in data.split(","):
        name, sign, value = part.partition("=")
        if sign:
            given[name.strip()] = value.strip()
    name = str(given.pop("Event-Name", "CHANNEL_APPLICATION"))
    subclass = str(given.pop("Event-Subclass", ""))
    if not leg.switch.is_quiet(name):
        leg.switch.fire_for(leg, name, given, subclass)


def _record_session(leg: Leg, data: str) -> None:
    media.start_recording(leg, data.strip().split(" +")[0])


def _stop_record_session(leg: Leg, data: str) -> None:
    leg.switch.spawn(media.stop_recording(leg, data.strip()))


def _mkdir(leg: Leg, data: str) -> None:
    try:
        Path(data.strip()).mkdir(parents=True, exist_ok=True)
    except (OSError, ValueError) as error:
        leg.switch.log(f"mkdir failed: {error}")


def _nothing(leg: Leg, data: str) -> None:
    """Applications that only change what is heard."""


async def _sleep(leg: Leg, data: str) -> None:
    await leg.pause(max(0, int(data or 0)) / 1000)


async def _park(leg: Leg, data: str) -> None:
    await routing.park(leg)


async def _intercept(leg: Leg, data: str) -> None:
    """Takes the other leg away from what it does and bridges it to this one; does nothing when it is gone."""
    target = leg.switch.legs.get(data.split(" ")[-1])
    if target is None or target.is_hung_up or target is leg:
        return
    if leg.is_true("intercept_unbridged_only") and (target.peer or target.joining):
        return
    if leg.is_true("intercept_unanswered_only") and target.is_answered:
        return
    lifecycle.answer(leg)
    robbed = target.peer
    if robbed is not None:
        robbed.next = routing.park
    bridging.join(leg, target)
    if robbed is not None:
        lifecycle.hang_up(robbed, "PICKED_OFF")


async def _bridge(leg: Leg, data: str) -> None:
    """Rings a phone for this leg; once answered the two are joined until one of them ends it."""
    number = leg.get("effective_caller_id_number") or leg.profile.cid_number
    exported = {name: leg.get(name) for name in leg.get("export_vars").split(",") if name}
    exported |= {"origination_caller_id_number": number} if number else {}
    request = originate.parse_dial_string(data, extra=exported)[0]
    called = await originate.dial(leg.switch, request, originator=leg)
    leg.variables["originate_disposition"] = "SUCCESS"
    if isinstance(called, str):
        leg.variables["originate_disposition"] = called.removeprefix("-ERR ").strip()
        if not leg.is_true("continue_on_fail") and not leg.is_hung_up:
            lifecycle.hang_up(leg, called.removeprefix("-ERR ").strip())
        return
    if leg.is_hung_up:
        lifecycle.hang_up(called, "ORIGINATOR_CANCEL")
        return
    lifecycle.answer(leg)
    # What becomes of the other one afterwards is looked up where this one stands.
    called.profile.dialplan, called.profile.context = leg.profile.dialplan, leg.profile.context
    lifecycle.start(called, media.listen)
    originate.run_hooks(called, "execute_on_pre_bridge")
    bridging.connect(leg, called)
    await leg.pause()
    bridging.part(leg)


QUICK: dict[str, applications.QuickApplication] = {
    "answer": _answer,
    "pre_answer": _pre_answer,
    "ring_ready": _ring_ready,
    "set": _set,
    "export": _export,
    "multiset": _multiset,
    "unset": _unset,
    "hash": _hash,
    "limit": limits.limit,
    "log": _log,
    "hangup": _hangup,
    "respond": _respond,
    "transfer": _transfer,
    "event": _event,
    "record_session": _record_session,
    "stop_record_session": _stop_record_session,
    "mkdir": _mkdir,
    "start_dtmf": _nothing,
    "stop_dtmf": _nothing,
    "sched_hangup": _nothing,
    "set_audio_level": _nothing,
}

SLOW: dict[str, applications.Application] = {
    "sleep": _sleep,
    "park": _park,
    "playback": media.playback,
    "play_and_get_digits": keypad.play_and_get_digits,
    "record": media.record,
    "intercept": _intercept,
    "conference": rooms.conference,
    "eavesdrop": rooms.eavesdrop,
    "bridge": _bridge,
    "execute_extension": _execute_extension,
}
