"""Music for one whose other side holds: ordered at once, begun a tenth of a second later, stopped only once it plays.

A resume in between stops nothing, and the music has no end: the real switch. `total_loops` shows that it plays.
"""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING

from . import sound

if TYPE_CHECKING:
    from .leg import Leg

BEGINS_AFTER_SECONDS = 0.1


def order(holder: Leg) -> None:
    music, leg = holder.get("hold_music"), holder.peer
    if leg is not None and music:
        holder.switch.pace.later(BEGINS_AFTER_SECONDS, partial(_begin, holder, leg, music))


def _begin(holder: Leg, leg: Leg, music: str) -> None:
    if leg.is_hung_up or leg.peer is not holder or leg.hold_music:
        return
    leg.hold_music = music
    leg.variables["total_loops"] = "-1"
    leg.fire("CHANNEL_EXECUTE", {"Application": "playback", "Application-Data": music})
    leg.fire("PLAYBACK_START", {"Playback-File-Type": "local_stream", "Playback-File-Path": music})
    sound.changed(holder, leg)


def stop(leg: Leg, status: str = "done") -> None:
    music, leg.hold_music = leg.hold_music, ""
    if not music:
        return
    leg.variables.pop("total_loops", None)
    what = {"Playback-File-Type": "local_stream", "Playback-File-Path": music, "Playback-Status": status}
    leg.fire("PLAYBACK_STOP", dict(what))
    done = {"Application": "playback", "Application-Data": music, "Application-Response": "FILE PLAYED"}
    leg.fire("CHANNEL_EXECUTE_COMPLETE", dict(done))
