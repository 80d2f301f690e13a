"""Whoever picks up presses a key first: `group_confirm_key` and `group_confirm_file` of an originate, as measured.

The question is played again and again, five seconds apart, until the right key comes, the leg ends, or the time of the
originate is over. Until then nobody has answered.
"""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING

from . import keypad, lifecycle

if TYPE_CHECKING:
    from .leg import Leg

_READ_SECONDS = 5.0
_ASKED_BY = ("group_confirm_key", "group_confirm_file")


def after_confirmation(leg: Leg, answered: asyncio.Future[str]) -> asyncio.Future[str]:
    """What is told of a leg instead of its answer: the same, once the key was pressed."""
    if not leg.variables.get("group_confirm_key"):
        return answered
    leg.task = task = leg.switch.spawn(_ask(leg, answered))
    return task


async def _ask(leg: Leg, answered: asyncio.Future[str]) -> str:
    told = await answered
    key, sound = leg.get("group_confirm_key"), leg.get("group_confirm_file")
    while not leg.is_hung_up:
        pressed = await keypad.read(leg, sound, len(key), _READ_SECONDS)
        if pressed is None:
            lifecycle.hang_up(leg, "DESTINATION_OUT_OF_ORDER")
        elif pressed == key and not leg.is_hung_up:
            for name in _ASKED_BY:
                leg.set(name, None)
            leg.variables["group_dial_status"] = "winner"
            return told
    return f"-ERR {leg.cause}\n"
