"""When a caller may be put on hold, and taken back: music is ordered, and begins when the caller's leg gets to it.

`uuid_hold` leaves an order with the caller's leg, and two moments lose it:

- The leg looks for orders once it has heard ten packets since it was joined, and stops counting while it is held. Held
  before, the caller hears nothing; the music begins when they are taken back.
- With the order in hand it listens for five packets more, a tenth of a second, before it plays. A resume inside that
  moment stops nothing.

Music that begins after the resume has no end: the caller hears it instead of the agent and the agent hears nobody.
While it plays, the caller's leg has the variable `total_loops`.
"""

from __future__ import annotations

from datetime import datetime, timedelta

from telephony.freeswitch import inventory

JOINED_FOR = timedelta(seconds=0.5)
"""Ten packets are a fifth of a second; a busy switch counts them late."""
AT_MOST = timedelta(seconds=2)
"""After that there is no music to come: its sound could not be opened."""


def would_be_lost(agent: str, now: datetime) -> bool:
    """Of a hold that is asked now. `agent`: the leg that is to hold, from `uuid_dump … json`; `now` in UTC."""
    since = inventory.bridged_at(agent)
    return since is not None and now - since < JOINED_FOR


def is_to_come(agent: str, caller: str, now: datetime) -> bool:
    """`agent`: the leg that holds, `caller`: the one it is joined to, both from `uuid_dump … json`; `now` in UTC."""
    since = inventory.held_at(agent)
    is_new = since is not None and now - since < AT_MOST
    return is_new and not inventory.is_playing_in_a_loop(caller)
