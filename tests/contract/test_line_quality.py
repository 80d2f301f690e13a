"""What is lost on the way is in the switch's own record of the leg, on both switches."""

from __future__ import annotations

import struct
import time
from uuid import UUID

from telephony import facts
from telephony.freeswitch.cdr import settle
from telephony.freeswitch.translate import Source
from tests.contract.driver import NODE, SwitchUnderTest, wait_until

SECONDS, FRAME = 6.0, 0.02
SILENCE = b"\xd5" * 160
"""20 ms of G.711 A-law."""


def measured(line: SwitchUnderTest, leg_id: UUID) -> facts.LegMeasured:
    [path] = wait_until(
        lambda: list(line.settings.spool_dir.glob(f"*{leg_id}.cdr.json")), why="no record on disk"
    )
    told = settle(path.read_bytes(), Source(NODE, str(line.settings.recordings_dir)))
    [found] = [fact for fact in told if isinstance(fact, facts.LegMeasured)]
    return found


def speak(line: SwitchUnderTest, party: object, leg_id: UUID, lost_of_20: int) -> None:
    """Sound for some seconds, of which so many packets of twenty never arrive."""
    keypad = getattr(party, "keypad", None)
    if keypad is None:
        line.api(f"uuid_setvar {leg_id} rehearsal_loss {100 * lost_of_20 / 20}")
        time.sleep(SECONDS)
        return
    port = int(line.api(f"uuid_getvar {leg_id} local_media_port"))
    began = time.monotonic()
    for number in range(round(SECONDS / FRAME)):
        # Spread, so that no two in a row are missing.
        is_lost = number * lost_of_20 % 20 < lost_of_20 and lost_of_20
        if not is_lost:
            head = struct.pack("!BBHII", 0x80, 8, 1000 + number, 160 * number, 4711)
            keypad._line.sendto(head + SILENCE, ("127.0.0.1", port))
        time.sleep(max(0.0, began + (number + 1) * FRAME - time.monotonic()))


def heard(line: SwitchUnderTest, number: str, lost_of_20: int) -> facts.LegMeasured:
    party = line.keypad_call(number=number)
    caller = line.log.wait(facts.LegQueued, 15, caller_number=number)
    speak(line, party, caller.leg_id, lost_of_20)
    line.switch.hang_up(caller.leg_id)
    line.log.wait(facts.LegHungUp, leg_id=caller.leg_id)
    return measured(line, caller.leg_id)


def test_a_good_line_and_two_that_lose_packets(line: SwitchUnderTest) -> None:
    good, poor, bad = (heard(line, f"1380000070{lost}", lost) for lost in (0, 2, 6))
    print(
        f"MOS {good.mos} {poor.mos} {bad.mos}, loss {good.loss_percent} {poor.loss_percent} {bad.loss_percent}"
    )
    assert (good.mos, good.loss_percent) == (4.5, 0.0)
    assert 8 <= poor.loss_percent <= 12
    assert 27 <= bad.loss_percent <= 34
    assert good.mos > poor.mos > bad.mos
    assert bad.mos < 3.9
    assert poor.jitter_ms >= 0
