"""A17: while a recording is masked a caller says and keys in a card number. Nothing of it is kept anywhere.

Some calls on the rehearsal switch (`CARD_CALLS=100`: as many as were asked for), few on the real one; the worker that
asks for masks is tried in tests/telephony/recordings/test_masks.py.
"""

from __future__ import annotations

import os
import time
from dataclasses import asdict
from pathlib import Path
from typing import Any
from uuid import UUID

from telephony import facts
from telephony.freeswitch.cdr import scrubbed, settle
from telephony.freeswitch.translate import Source
from tests.contract.driver import SwitchUnderTest, loudness, seconds_of, wait_until

CALLS = {"rehearsal": (int(os.environ.get("CARD_CALLS", "20")), 10), "freeswitch": (4, 4)}
"""(all, at once)."""
EDGE = 0.35
"""Seconds about a mask's edges that are not judged: a command takes its time."""


class CardCall:
    """A caller with a card number of their own, who talks with an agent."""

    def __init__(self, line: SwitchUnderTest, place: int) -> None:
        self.line, self.card = line, f"4{place:03d}{987_650_012_340 + place * 7}"
        self.number = f"1390000{place:04d}"
        self.party = line.keypad_call(number=self.number)

    def ring(self, phone: int) -> None:
        self.caller = self.line.log.wait(facts.LegQueued, 20, caller_number=self.number).leg_id
        self.offer = self.line.offer(self.caller, username=str(phone), caller_number=self.number)

    def is_recorded(self) -> None:
        self.line.log.wait(facts.LegsBridged, 20, offer_id=self.offer.offer_id)
        began = self.line.log.wait(facts.RecordingStarted, 20, leg_id=self.offer.offer_id)
        self.began = began.at.timestamp()
        self.path: str = began.path

    @property
    def agent(self) -> UUID:
        return self.offer.offer_id

    def mask(self, is_masked: bool) -> float:
        """The moment by which it was done."""
        self.line.switch.mask_recording(self.agent, self.path, is_masked=is_masked)
        return time.time() - self.began

    def key_in(self) -> None:
        self.line.press(self.party, self.caller, self.card)


def test_no_digit_and_no_sound_of_a_card_is_kept(line: SwitchUnderTest, request: Any) -> None:
    count, at_once = CALLS[request.node.callspec.params["running_switch"]]
    for place in range(at_once):
        line.registered_phone(f"{1001 + place}", answer_after=0.05)
    calls: list[CardCall] = []
    for first in range(0, count, at_once):
        calls += _walk([CardCall(line, first + place) for place in range(at_once)])
    told = "".join(str(asdict(fact)) for fact in line.log.since_start())
    kept = [_kept_record(line, leg) for call in calls for leg in (call.caller, call.agent)]
    texts = [told, *(content.decode() for content in kept), *_logs(line.settings.spool_dir.parent)]
    for call in calls:
        # Parts of it as well: digits may be written down one after another.
        assert [text[:80] for text in texts if call.card in text or call.card[2:] in text] == []
    assert all(settle(content, Source(line.node)) for content in kept)


def _walk(calls: list[CardCall]) -> list[CardCall]:
    for place, call in enumerate(calls):
        call.ring(1001 + place)
    for call in calls:
        call.is_recorded()
    time.sleep(0.8)
    masked = [call.mask(True) for call in calls]
    for call in calls:
        call.key_in()
    time.sleep(1)
    unmasked = [call.mask(False) for call in calls]
    time.sleep(0.8)
    for call in calls:
        call.line.switch.hang_up(call.agent)
    for call, begin, end in zip(calls, masked, unmasked, strict=True):
        call.line.log.wait(facts.LegHungUp, 20, leg_id=call.caller)
        file = call.line.settings.recordings_dir / call.path
        assert seconds_of(file) > end + 0.3, "the recording went on after the mask"
        assert loudness(file, begin + EDGE, end - EDGE) == [0, 0], "masked, both sides are silent"
        assert max(loudness(file, end + EDGE)) > 0, "unmasked, they are heard again"
    return calls


def _kept_record(line: SwitchUnderTest, leg: UUID) -> bytes:
    """The leg's record as the worker keeps it."""
    found: list[Path] = []

    def is_there() -> bool:
        found[:] = line.settings.spool_dir.rglob(f"*{leg}*.json")
        return bool(found)

    wait_until(is_there, 10, "the leg has no record")
    content = found[0].read_bytes()
    return scrubbed(content) or content


def _logs(folder: Path) -> list[str]:
    return [path.read_text(errors="replace") for path in folder.rglob("*.log") if path.is_file()]
