"""A phone in a page that is asked to be still, or to speak again, takes a moment to agree; asked again before it has,
it hears nothing more in this talk: the real switch with a browser. What the phone said last shows the agreement.
"""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING

from . import sound

if TYPE_CHECKING:
    from .leg import Leg

AGREES_AFTER_SECONDS = 0.15
_WORDS = "v=0\r\no=- 4611731400430051336 {version} IN IP4 127.0.0.1\r\ns=-\r\nt=0 0\r\na={direction}\r\n"


def ask(leg: Leg, direction: str) -> None:
    """`direction` as the phone will say it: "recvonly" on hold, else "sendrecv"."""
    if not str(leg.variables.get("dialed_user", "")).startswith("page-"):
        return
    leg.is_deaf = leg.is_deaf or leg.is_agreeing
    leg.is_agreeing = True
    leg.versions += 1
    leg.switch.pace.later(AGREES_AFTER_SECONDS, partial(_agree, leg, leg.versions, direction))


def _agree(leg: Leg, version: int, direction: str) -> None:
    leg.variables["switch_r_sdp"] = _WORDS.format(version=version, direction=direction)
    leg.is_agreeing = leg.versions != version
    sound.changed(leg)
