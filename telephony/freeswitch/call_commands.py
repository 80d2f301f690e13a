"""What we say to the switch about a talk, as text: aside, consult, room, onward, digits, recording.

Each step is one command at the end of some that only set variables: cut off in between, nothing has happened, and what
was set means nothing to a leg that is not sent to the extension that reads it. What follows is in conf/call.xml.

No command parts two legs for different places: the caller's is moved, and the agent's knows where to go when it is
alone. One that has noticed by itself and is moved as well is lost (docs/decisions/0076).
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import datetime
from uuid import UUID

from telephony.facts import HeldWhy
from telephony.freeswitch.commands import (
    IN_THE_CALL,
    checked,
    confirmed,
    endpoint,
    queue_variables,
    shown_number,
    variables,
    ways,
)
from telephony.switch import (
    ConsultCommand,
    ErrandCommand,
    OnwardCommand,
    ParkCommand,
    QueueEntry,
    RungPhone,
    UnsafeValue,
)

LONGEST_ASIDE = 4 * 3600
"""Seconds a caller stands aside at most; then the line has them again."""
_DIGITS = re.compile(r"[0-9*#A-Da-d]{1,32}")
_DIALLED = re.compile(r"[0-9]{2,32}")
_FILE = re.compile(r"/[^\s'\"\\;:,|^${}]{1,400}")
_PATH = re.compile(r"[a-z0-9_]{1,63}(/[A-Za-z0-9_-][A-Za-z0-9_.-]{0,127}){1,4}")


def _set(leg_id: UUID, values: Mapping[str, object]) -> str:
    listed = ";".join(f"{name}={checked(value) if value != '' else ''}" for name, value in values.items())
    return f"api uuid_setvar_multi {checked(leg_id)} {listed}"


def step_aside(
    leg_id: UUID,
    entry: QueueEntry,
    now: datetime,
    *,
    why: HeldWhy,
    by: UUID | None = None,
    to: UUID | None = None,
    seconds: int = LONGEST_ASIDE,
) -> str:
    """The variables a caller stands aside with; `aside` sends them there."""
    return _set(
        leg_id,
        queue_variables(entry, now)
        | {
            "cc_place": "held",
            "cc_held_why": str(why),
            "cc_held_by": by or "",
            "cc_held_for": to or "",
            "cc_held_until": int(now.timestamp()) + max(1, min(int(seconds), LONGEST_ASIDE)),
        },
    )


CALL_PLAN = "api global_getvar cc_call_plan"
"""Where conf/call.xml lies; a value that holds a variable is refused by the switch, with +OK."""


def once_alone(leg_id: UUID, destination: str, plan: str) -> str:
    """Where in `plan` a leg goes by itself when the other one is moved or gone.

    A colon parts extension and plan, so the plan is quoted, and the quotes pass a reader who would take them off.
    """
    if not _FILE.fullmatch(plan):
        raise UnsafeValue("The switch does not know its plan for calls.")
    place = rf"{checked(destination)}:\'XML:{plan}\':call"
    return f"api uuid_setvar_multi {checked(leg_id)} transfer_after_bridge={place}"


def aside(leg_id: UUID) -> str:
    return f"api uuid_transfer {checked(leg_id)} held {IN_THE_CALL}"


def prepare_consult(command: ConsultCommand) -> str:
    """The variables with which the agent's leg rings whoever is asked, `once_alone`."""
    values: dict[str, object] = {
        "cc_caller": command.caller_leg_id,
        "cc_call": command.call_id,
        "cc_consult": command.consult_id,
        "cc_consult_seconds": int(command.timeout_seconds),
        "cc_consult_recording": "" if command.recording is None else command.recording,
    }
    if command.dials:
        digits = _dialled(command.dials)
        on = ways(command.lines)
        outside = {"cc_consult_shown": _own_number(command.shown_number), "cc_consult_agent": ""}
        outside |= {"cc_ways": on.get("cc_ways", "")}
        return _with_rings(command.agent_leg_id, values | outside, f"sofia/gateway/{on['cc_way']}/{digits}")
    phone = RungPhone(
        offer_id=command.consult_id,
        agent_id=int(command.agent_id or 0),
        username=command.username,
        contact=command.contact,
        outside=command.outside,
    )
    colleague: dict[str, object] = {
        "cc_consult_shown": shown_number(command.caller_number),
        "cc_consult_agent": phone.agent_id,
        "cc_consult_epoch": int(command.epoch),
        "cc_consult_user": command.username,
        "cc_consult_domain": command.domain,
    }
    rings = endpoint(phone, command.domain)
    if command.outside:
        rings = f"[{variables(**confirmed(command.outside))}]{rings}"
        colleague |= {"cc_consult_user": "", "cc_consult_domain": ""}
    return _with_rings(command.agent_leg_id, values | colleague, rings)


def _with_rings(leg_id: UUID, values: Mapping[str, object], rings: str) -> str:
    """`rings` is made of checked parts; its % would not pass as a value."""
    return f"{_set(leg_id, values)};cc_consult_rings={rings}"


def prepare_errand(command: ErrandCommand, now: datetime) -> str:
    """The caller's variables; the agent's leg needs to know only for whom it waits (`name_caller`)."""
    values: dict[str, object] = {
        "cc_call": command.call_id,
        "cc_flow": int(command.version_id),
        "cc_place": "flow",
        "cc_held_why": str(HeldWhy.FLOW),
        "cc_held_by": command.agent_leg_id,
        "cc_held_for": "",
        "cc_errand_by": command.agent_leg_id,
        "cc_errand_file": _recorded(command.recording) if command.recording else "",
    }
    return _set(command.caller_leg_id, queue_variables(command.entry, now) | values)


def name_caller(agent_leg_id: UUID, caller_leg_id: UUID) -> str:
    return _set(agent_leg_id, {"cc_caller": caller_leg_id})


def errand(caller_leg_id: UUID) -> str:
    return f"api uuid_transfer {checked(caller_leg_id)} errand {IN_THE_CALL}"


def back(caller_leg_id: UUID) -> str:
    return f"api uuid_transfer {checked(caller_leg_id)} back {IN_THE_CALL}"


def _dialled(number: str) -> str:
    digits = number.removeprefix("+")
    if not _DIALLED.fullmatch(digits):
        raise UnsafeValue("Only digits can be dialled.")
    return digits


def _own_number(number: str) -> str:
    if not re.fullmatch(r"\+?[0-9]{1,32}", number):
        raise UnsafeValue("Only digits can be shown.")
    return number


def set_room(leg_id: UUID, call_id: UUID) -> str:
    return _set(leg_id, {"cc_room": call_id})


def both_to_room(agent_leg_id: UUID) -> str:
    return f"api uuid_transfer {checked(agent_leg_id)} -both room {IN_THE_CALL}"


def to_room(leg_id: UUID) -> str:
    return f"api uuid_transfer {checked(leg_id)} room {IN_THE_CALL}"


def prepare_onward(command: OnwardCommand, now: datetime) -> str:
    values: dict[str, object] = {
        "cc_call": command.call_id,
        "cc_onward": command.onward_id,
        "cc_onward_dials": _dialled(command.dials),
        "cc_onward_shown": _own_number(command.shown_number),
        "cc_onward_seconds": int(command.timeout_seconds),
        "cc_onward_recording": "" if command.recording is None else command.recording,
        **({"cc_ways": ""} | ways(command.lines)),
    }
    return _set(command.caller_leg_id, queue_variables(command.entry, now) | values)


def onward(leg_id: UUID) -> str:
    return f"api uuid_transfer {checked(leg_id)} onward {IN_THE_CALL}"


def park(command: ParkCommand, now: datetime) -> str:
    return step_aside(
        command.caller_leg_id, command.entry, now, why=HeldWhy.PARK, seconds=int(command.seconds)
    )


def digits(leg_id: UUID, keys: str) -> str:
    if not _DIGITS.fullmatch(keys):
        raise UnsafeValue("Keys are 0 to 9, A to D, * and #.")
    return f"api uuid_send_dtmf {checked(leg_id)} {keys.upper()}"


def record(leg_id: UUID, verb: str, path: str) -> str:
    """`verb`: start, stop, mask, unmask. The switch knows where its recordings are; we say where among them."""
    return f"api expand uuid_record {checked(leg_id)} {verb} ${{recordings_dir}}/{_recorded(path)}"


def _recorded(path: str) -> str:
    if not _PATH.fullmatch(path) or ".." in path:
        raise UnsafeValue("A recording's path is a tenant, a day and a name.")
    return path


def in_stereo(leg_id: UUID) -> str:
    return f"api uuid_setvar {checked(leg_id)} RECORD_STEREO true"
