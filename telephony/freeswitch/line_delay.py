"""How long a packet takes to the far end of a leg and back, as its phone or carrier reports it to the switch (RTCP).

The switch tells it in events alone, each five seconds of a leg whose far end reports at all; its call record knows
nothing of it. So what an event says becomes a variable of the leg, by which the record has it (`line_quality`): nobody
of us has to remember it, and whoever listened to a part of the call has told that part.
"""

from __future__ import annotations

import math
from collections import OrderedDict

from telephony.freeswitch.commands import checked
from telephony.freeswitch.readers import Event, text, uuid_of

VARIABLE = "cc_delay_ms"
LONGEST = 10_000
"""ms; beyond it the far end's clock is wrong, not the line slow."""
MOST_LEGS = 20_000


class Delays:
    """One for a listener: a leg's delay is set anew only when it has moved by a tenth, and by 2 ms."""

    def __init__(self) -> None:
        self._told: OrderedDict[str, int] = OrderedDict()

    def command(self, event: Event) -> str:
        """What is to be sent to the switch; "" when there is nothing new."""
        leg_id, found = uuid_of(text(event, "Unique-ID")), milliseconds(event)
        if leg_id is None or found is None:
            return ""
        before = self._told.get(str(leg_id))
        if before is not None and abs(found - before) < max(2, before / 10):
            return ""
        self._told[str(leg_id)] = found
        self._told.move_to_end(str(leg_id))
        while len(self._told) > MOST_LEGS:
            self._told.popitem(last=False)
        return f"api uuid_setvar {checked(leg_id)} {VARIABLE} {found}"


def milliseconds(event: Event) -> int | None:
    """The switch's own mean, in which the newest report counts for three tenths; None when there is none yet."""
    try:
        seconds = float(text(event, "Rtt0-Avg"))
    except ValueError:
        return None
    if not math.isfinite(seconds) or not 0 < seconds <= LONGEST / 1000:
        return None
    return max(1, round(seconds * 1000))
