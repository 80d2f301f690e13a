"""Two legs that hear each other: how they are joined, how they part, and what becomes of the one left over."""

from __future__ import annotations

import asyncio
import time
import uuid
from dataclasses import replace
from typing import TYPE_CHECKING

from . import held_music, lifecycle, routing, sound
from .clock import now_us
from .leg import OtherLeg
from .originate import separate

if TYPE_CHECKING:
    from .leg import Leg

_SETTLE_SECONDS = 0.04  # what the real one needs to get both legs out of what they were doing


def join(originator: Leg, originatee: Leg) -> bool:
    """Takes both out of whatever they do; they are bridged a moment later. False when they cannot be."""
    if originator is originatee or originator.is_hung_up or originatee.is_hung_up:
        return False
    if not originator.has_media:
        originator, originatee = originatee, originator
    if not originator.has_media:
        return False
    for leg in (originator, originatee):
        part(leg)
    _introduce(originator, originatee)
    _meet(originator, originatee)
    return True


def _meet(originator: Leg, originatee: Leg) -> None:
    """The fetched one falls silent first, then the other one connects the two."""
    ready: asyncio.Future[bool] = asyncio.get_running_loop().create_future()

    async def wait(leg: Leg) -> None:
        if not ready.done():
            ready.set_result(True)
        await leg.pause()

    async def lead(leg: Leg) -> None:
        await asyncio.wait((ready,), timeout=1)
        await leg.pause(_SETTLE_SECONDS)
        if originatee.joining is not leg:  # somebody else was quicker
            lifecycle.hang_up(leg, "PICKED_OFF")
            return
        originatee.joining = None
        if originatee.is_interrupted:
            return
        if leg.is_interrupted:  # nobody comes for it any more: as the real one does
            lifecycle.hang_up(originatee, "DESTINATION_OUT_OF_ORDER")
            return
        connect(leg, originatee)
        await leg.pause()

    originatee.joining = originator
    originatee.take(wait)
    originator.take(lead)


def connect(originator: Leg, originatee: Leg) -> None:
    """From now on they hear each other."""
    if not originatee.is_answered and originatee.direction == "inbound":
        lifecycle.answer(originatee)
    now = now_us()
    for leg, other in ((originator, originatee), (originatee, originator)):
        leg.peer = other
        leg.farewells = [part]
        leg.times.bridged = now
        leg.enter("CS_SOFT_EXECUTE")
        leg.variables |= {"bridge_channel": other.name, "bridge_uuid": other.uuid, "signal_bond": other.uuid}
    originator.is_originator, originatee.is_originator = True, False
    originatee.variables["call_uuid"] = originator.uuid
    _remember(originator, originatee)
    sound.changed(originator)
    for leg, other in ((originator, originatee), (originatee, originator)):
        leg.fire("CHANNEL_EXECUTE", {"Application": "uuid_bridge", "Application-Data": other.uuid})
    originator.fire("CHANNEL_BRIDGE", first=_both(originator, originatee))
    originatee.enter("CS_EXCHANGE_MEDIA")
    originator.variables["last_bridge_to"] = originatee.uuid
    originatee.variables["last_bridge_to"] = originator.uuid
    for leg in (originator, originatee):
        if leg.person is not None:
            leg.person.bridged(leg)


def part(leg: Leg) -> None:
    """Ends the bridge a leg is in, because it hung up or went elsewhere, and settles the other one's fate."""
    other = leg.peer
    if other is None:
        return
    for one in (leg, other):
        one.peer, one.farewells = None, []
    for one in (leg, other):
        held_music.stop(one)
    sound.changed(leg, other)
    first, second = (leg, other) if leg.is_originator else (other, leg)
    if leg.is_hung_up:
        other.variables["bridge_hangup_cause"] = other.variables["last_bridge_hangup_cause"] = leg.cause
    second.variables["call_uuid"] = second.uuid
    if leg.is_hung_up:
        _leave_alone(other)
    first.fire("CHANNEL_UNBRIDGE", first=_both(first, second))
    if not leg.is_hung_up:
        _leave_alone(other)


def _leave_alone(leg: Leg) -> None:
    """park_after_bridge, transfer_after_bridge, the rest of its dialplan after `bridge`; otherwise it ends too."""
    if leg.is_hung_up or leg.next is not None:
        return
    if leg.is_true("park_after_bridge"):
        leg.take(routing.park)
    elif target := leg.get("transfer_after_bridge"):
        leg.set("transfer_after_bridge", None)
        routing.send(leg, *routing.split_target(separate(target, ":"), leg))
    elif (
        leg.is_originator
        and leg.variables.get("current_application") == "bridge"
        and not leg.is_true("hangup_after_bridge")
    ):
        leg.interrupt()
    else:
        lifecycle.hang_up(leg, "NORMAL_CLEARING")


def _introduce(originator: Leg, originatee: Leg) -> None:
    """Each gets a new profile that says whom it is joined to.

    As measured: while joined, an inbound leg that was fetched shows the other one as its caller; who really calls then
    stands only in the `Orig-` fields and in ANI.
    """
    if originator.direction == "outbound" and not originator.is_flipped:
        originator.flip()
    if originatee.direction == "inbound":
        profile = originatee.profile
        profile.callee_name, profile.callee_number = profile.cid_name, profile.cid_number
        profile.cid_name = profile.cid_number = "Unknown"
    for leg, other in ((originator, originatee), (originatee, originator)):
        _step(leg, other)
    mine, theirs = originator.profile, originatee.profile
    mine.callee_name, mine.callee_number = theirs.callee_name, theirs.callee_number
    _see(originator, originatee)
    theirs.cid_name, theirs.cid_number = mine.cid_name, mine.cid_number


def _see(originator: Leg, originatee: Leg) -> None:
    for leg, other, kind in ((originator, originatee, "originatee"), (originatee, originator, "originator")):
        seen = OtherLeg(
            kind, other.uuid, other.direction, other.name, replace(other.profile), replace(other.times)
        )
        leg.other = leg.profile.other = seen


def _remember(originator: Leg, originatee: Leg) -> None:
    """By the application `bridge` two meet who have not been introduced."""
    if originator.other is None or originator.other.uuid != originatee.uuid:
        _see(originator, originatee)


def _step(leg: Leg, other: Leg) -> None:
    profile = leg.profile
    leg.variables["original_destination_number"] = profile.destination
    leg.set("original_caller_id_name", profile.cid_name)
    leg.set("original_caller_id_number", profile.cid_number)
    source = f"{int(time.time())}:{uuid.uuid4()}:uuid_br:{other.uuid}"
    leg.step_profile().transfer_source = source
    leg.push("transfer_history", source)
    leg.variables["transfer_source"] = source


def _both(originator: Leg, originatee: Leg) -> dict[str, str | list[str]]:
    return {"Bridge-A-Unique-ID": originator.uuid, "Bridge-B-Unique-ID": originatee.uuid}
