"""Where more than two hear each other: a room for a call, and a supervisor's ear on a leg."""

from __future__ import annotations

from typing import TYPE_CHECKING

from . import lifecycle, sound

if TYPE_CHECKING:
    from .leg import Leg


async def conference(leg: Leg, data: str) -> None:
    """`name@profile+flags{mintwo}`: in the room until hung up or sent elsewhere; alone after company, it is over."""
    name = data.partition("@")[0].strip()
    if not name:
        return
    lifecycle.answer(leg)
    leg.room, leg.is_alone_again = name, False
    leg.farewells = [leave]
    _enter(leg)
    while not leg.is_interrupted and not leg.is_alone_again:
        await leg.pause()
    leave(leg)
    if not leg.is_interrupted and leg.get("hangup_after_conference") != "false":
        lifecycle.hang_up(leg, "NORMAL_CLEARING")


def _enter(leg: Leg) -> None:
    there = leg.switch.room(leg.room)
    if len(there) > 1:
        leg.switch.rooms_with_company.add(leg.room)
    sound.changed(leg)


def leave(leg: Leg) -> None:
    """Whoever was last with somebody is released too, where the room is for two at least."""
    name, leg.room = leg.room, ""
    if not name:
        return
    leg.farewells = []
    there = leg.switch.room(name)
    sound.changed(leg, *there)
    if len(there) == 1 and name in leg.switch.rooms_with_company:
        there[0].is_alone_again = True
        there[0].interrupt()
    if len(there) < 2:
        leg.switch.rooms_with_company.discard(name)


async def eavesdrop(leg: Leg, data: str) -> None:
    """Hears another leg until that ends, or until sent elsewhere; whether it is heard its own variables say."""
    target = leg.switch.legs.get(data.strip())
    if target is None or target.is_hung_up or target is leg:
        return
    lifecycle.answer(leg)
    leg.ear_on = target
    target.ears.append(leg)
    sound.changed(leg, target)

    def over(_: Leg) -> None:
        leg.interrupt()

    target.partings.append(over)
    while not leg.is_interrupted and not target.is_hung_up:
        await leg.pause()
    if over in target.partings:
        target.partings.remove(over)
    leg.ear_on = None
    target.ears.remove(leg)
    sound.changed(leg, target)
