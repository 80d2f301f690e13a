"""A leg's life: rings, is answered, may be held, hangs up, is reported and forgotten, with the news of each step."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING

from . import cdr, held_music, reinvites, sound, variables
from .clock import now_us

if TYPE_CHECKING:
    from .leg import Leg, Step

_LAST_WORDS_SECONDS = 10


def announce(leg: Leg) -> None:
    """CHANNEL_CREATE; from now on the switch knows the leg."""
    leg.switch.legs[leg.uuid] = leg
    leg.switch.counters.count()
    if leg.direction == "outbound":
        leg.fire("CHANNEL_OUTGOING")
    leg.fire("CHANNEL_CREATE")
    if leg.direction == "outbound":
        leg.fire("CHANNEL_ORIGINATE")


def start(leg: Leg, first: Step) -> None:
    """Sets the leg to work; it ends when its steps do."""
    leg.next = first
    leg.task = leg.switch.spawn(_run(leg))


async def _run(leg: Leg) -> None:
    try:
        while leg.next is not None and not leg.is_hung_up:
            step, leg.next = leg.next, None
            await step(leg)
        hang_up(leg, "NORMAL_CLEARING")
    except Exception as error:  # one leg's trouble must not leave a ghost
        leg.switch.warning(f"leg {leg.uuid} stopped", error)
        hang_up(leg, "DESTINATION_OUT_OF_ORDER")


def set_call_state(leg: Leg, state: str) -> None:
    if leg.call_state == state:
        return
    original, leg.call_state = leg.call_state, state
    leg.fire("CHANNEL_CALLSTATE", first={"Original-Channel-Call-State": original})


def start_media(leg: Leg) -> None:
    if not leg.has_media:
        leg.has_media = True
        leg.variables.update(variables.media())


def ring(leg: Leg) -> None:
    """The far phone of an outbound leg rings."""
    if leg.is_hung_up or leg.times.progress:
        return
    leg.times.progress = now_us()
    leg.profile.network_addr = "127.0.0.1"
    leg.enter("CS_CONSUME_MEDIA")
    leg.fire("CHANNEL_PROGRESS")
    set_call_state(leg, "RINGING")


def pre_answer(leg: Leg) -> None:
    if leg.is_hung_up or leg.is_answered or leg.times.progress_media:
        return
    start_media(leg)
    leg.times.progress_media = now_us()
    leg.answer_state = "early"
    leg.variables["endpoint_disposition"] = "EARLY MEDIA"
    leg.fire("CHANNEL_PROGRESS_MEDIA")
    set_call_state(leg, "EARLY")


def answer(leg: Leg) -> None:
    if leg.is_hung_up or leg.is_answered:
        return
    if leg.direction == "inbound":
        pre_answer(leg)
    start_media(leg)
    leg.times.answered = now_us()
    leg.answer_state = "answered"
    leg.variables["endpoint_disposition"] = "ANSWER"
    leg.fire("CHANNEL_ANSWER")
    set_call_state(leg, "ACTIVE")
    _tell_originator(leg, f"+OK {leg.uuid}\n")
    if leg.person is not None:
        leg.person.answered(leg)


def _tell_originator(leg: Leg, words: str) -> None:
    """Whoever rang this leg goes on."""
    if leg.originate_done is not None and not leg.originate_done.done():
        leg.originate_done.set_result(words)


def hold(leg: Leg) -> bool:
    """The person on this leg puts the other one on hold, who hears music."""
    if leg.is_hung_up or leg.call_state == "HELD":
        return False
    set_call_state(leg, "HELD")
    leg.times.last_hold = now_us()
    reinvites.ask(leg, "recvonly")
    leg.fire("CHANNEL_HOLD")
    held_music.order(leg)
    sound.changed(leg)
    return True


def unhold(leg: Leg) -> bool:
    if leg.is_hung_up or leg.call_state != "HELD":
        return False
    leg.times.hold_accum += now_us() - leg.times.last_hold
    if leg.peer is not None:
        held_music.stop(leg.peer, "break")
    set_call_state(leg, "UNHELD")
    set_call_state(leg, "ACTIVE")
    reinvites.ask(leg, "sendrecv")
    sound.changed(leg)
    leg.fire("CHANNEL_UNHOLD")
    return True


def hang_up(leg: Leg, cause: str, *, by_party: bool = False) -> None:
    """Ends a leg, once. `by_party`: the person on it hung up, cancelled or refused; otherwise the switch did."""
    if leg.is_hung_up:
        return
    leg.cause = cause
    if leg.call_state == "HELD":
        leg.times.hold_accum += now_us() - leg.times.last_hold
    leg.times.hungup = now_us()
    disposition = _disposition(leg, by_party=by_party)
    leg.state, leg.answer_state = "CS_HANGUP", "hangup"
    leg.next = None
    leg.interrupt()
    leg.fire("CHANNEL_HANGUP")
    if by_party:
        leg.variables["sip_hangup_disposition"] = disposition
    _tell_originator(leg, f"-ERR {cause}\n")
    for farewell in [*leg.farewells, *leg.partings]:
        farewell(leg)
    sound.changed(leg)
    if leg.person is not None:
        leg.person.gone(leg)
    leg.switch.spawn(_report(leg, disposition))


def _disposition(leg: Leg, *, by_party: bool) -> str:
    """Who ended it, in the words of SIP."""
    way = "recv" if by_party else "send"
    if leg.is_answered:
        return f"{way}_bye"
    if (leg.direction == "inbound") == by_party:
        return f"{way}_cancel"
    return f"{way}_refuse"


async def _report(leg: Leg, disposition: str) -> None:
    """The record is on disk before CHANNEL_HANGUP_COMPLETE is told, as with the real one."""
    if leg.task is not None:  # what it was doing ends first, with its own news: PLAYBACK_STOP, RECORD_STOP
        await asyncio.wait((leg.task,), timeout=_LAST_WORDS_SECONDS)
    leg.enter("CS_HANGUP")
    for recording in list(leg.recordings.values()):
        await recording.stop()
    leg.enter("CS_REPORTING")
    set_call_state(leg, "HANGUP")
    leg.variables.update(variables.final(leg, disposition=disposition))
    await cdr.spool(leg)
    leg.fire("CHANNEL_HANGUP_COMPLETE")
    leg.switch.legs.pop(leg.uuid, None)
    leg.state = "CS_DESTROY"
    leg.fire("CHANNEL_DESTROY")
