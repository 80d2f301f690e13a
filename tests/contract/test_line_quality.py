"""What is lost on the way is in the switch's own record of the leg, on both switches."""

from __future__ import annotations

import socket
import struct
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from typing import Any
from uuid import UUID

from telephony import facts
from telephony.freeswitch.cdr import settle
from telephony.freeswitch.translate import Source
from tests.contract.driver import NODE, SwitchUnderTest, wait_until

SECONDS, FRAME = 6.0, 0.02
DELAY = 0.12
"""Seconds there and back."""
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
        line.api(f"uuid_setvar {leg_id} cc_delay_ms {round(DELAY * 1000)}")
        time.sleep(SECONDS)
        return
    port = int(line.api(f"uuid_getvar {leg_id} local_media_port"))
    with reporting(keypad.port + 1, port + 1):
        _speak(keypad, port, lost_of_20)


@contextmanager
def reporting(own_port: int, to_port: int) -> Iterator[None]:
    """A telephone that answers each report of the switch (RTCP) after a while which it does not own up to: to the
    switch the line is so slow.
    """
    over = threading.Event()
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as control:
        control.bind(("127.0.0.1", own_port))
        control.settimeout(0.1)
        thread = threading.Thread(target=_report, args=(control, to_port, over), daemon=True)
        thread.start()
        yield
        over.set()
        thread.join(3)


def _report(control: socket.socket, to_port: int, over: threading.Event) -> None:
    while not over.is_set():
        with suppress(TimeoutError):
            told = control.recv(2048)
            if told[1] != 200:
                continue
            time.sleep(DELAY)
            [source] = struct.unpack("!I", told[4:8])
            # A receiver report of one source: nothing lost, the middle of the sender's clock, and no delay of ours.
            report = struct.pack("!BBHII", 0x81, 201, 7, 4711, source) + bytes(12) + told[10:14] + bytes(4)
            control.sendto(report, ("127.0.0.1", to_port))


def _speak(keypad: Any, port: int, lost_of_20: int) -> None:
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
    assert all(found.delay_ms is not None for found in (good, poor, bad))
    # A busy machine only ever makes it slower.
    assert DELAY * 1000 - 5 <= min(found.delay_ms or 0 for found in (good, poor, bad)) <= DELAY * 1000 + 150
