"""A17: while a recording is masked a caller says and keys in a card number. Nothing of it is kept anywhere.

Masked by the agent first; then by a step of a flow the caller is sent through in the middle of the talk, which the
switch does by itself: here no worker is there. One keys in everything, one is fetched back in the middle of it, one
hangs up in it.

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
from telephony.switch import ErrandCommand, QueueEntry
from tests.contract.driver import SwitchUnderTest, loudness, seconds_of, wait_until
from tests.contract.flow_rows import lay, node
from tests.contract.tones import TONES
from tests.contract.walker import together

CALLS = {"rehearsal": (int(os.environ.get("CARD_CALLS", "20")), 10), "freeswitch": (4, 4)}
"""(all, at once)."""
ERRAND = 77
"""The version of the flow."""
CARD_FLOW = (
    node("hello", "say", {"prompt": 1}, next="card"),
    node(
        "card",
        "collect",
        {"prompt": 2, "name": "card", "min": 12, "max": 19, "is_secret": True, "seconds": 20},
        next="thanks",
    ),
    node("thanks", "say", {"prompt": 3}, next="bye"),
    node("bye", "say", {"prompt": 4}, next="back"),
    node("back", "back"),
)
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

    def goes_on_errand(self) -> None:
        """Into the flow; returns once the caller is to key in the card, and the agent's leg stands alone."""
        command = ErrandCommand(
            tenant="acme",
            caller_leg_id=self.caller,
            agent_leg_id=self.agent,
            call_id=self.caller,
            version_id=ERRAND,
            entry=QueueEntry(
                tenant="acme", queue_id=7, priority=0, max_wait_seconds=300, language="en", queued_at=None
            ),
            recording=self.path,
        )
        self.line.switch.send_on_errand(command)
        held = self.line.log.wait(facts.CallerHeld, 20, leg_id=self.caller)
        assert (held.why, held.by_leg_id) == (facts.HeldWhy.FLOW, self.agent)

    def comes_to_the_card(self) -> None:
        told = wait_until(lambda: self._steps("card"), 15, "the caller was not asked for the card")
        assert (told[0].masked_leg_id, told[0].masked_path) == (self.agent, self.path)
        leg = self.line.switch.leg(self.caller)
        assert leg is not None
        assert (leg.held_why, leg.held_by_leg_id) == (facts.HeldWhy.FLOW, self.agent)

    def _steps(self, node_id: str) -> list[facts.FlowStepped]:
        told = self.line.log.all(facts.FlowStepped, leg_id=self.caller)
        return [one for one in told if one.current and one.current.node == node_id]

    def is_back(self) -> None:
        def joined() -> list[facts.LegsBridged]:
            told = self.line.log.all(facts.LegsBridged)
            return [one for one in told if {one.leg_id, one.other_leg_id} == {self.agent, self.caller}][1:]

        wait_until(joined, 10, "caller and agent did not meet again")

    def asked_for_the_card(self) -> facts.StepTaken:
        """That step, as the caller's own record tells it."""
        content = _kept_record(self.line, self.caller)
        [told] = [
            one for one in settle(content, Source(self.line.node)) if isinstance(one, facts.FlowStepped)
        ]
        steps = [*told.taken, *([told.current] if told.current else [])]
        return next(step for step in steps if step.node == "card")

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
        # Heard also while they are alone on their leg.
        line.registered_phone(f"{1001 + place}", answer_after=0.05, hertz=TONES["agent"])
    lay(line, *CARD_FLOW, number="+862155500099", version_id=ERRAND)
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
    _all_key_in(calls)
    time.sleep(1)
    unmasked = [call.mask(False) for call in calls]
    time.sleep(0.8)
    _errands(calls)
    for call in calls:
        if call is not calls[2]:
            call.line.switch.hang_up(call.agent)
    for call, begin, end in zip(calls, masked, unmasked, strict=True):
        for leg in (call.caller, call.agent):
            call.line.log.wait(facts.LegHungUp, 20, leg_id=leg)
        # Until then more of the file may be written while it is measured.
        call.line.log.wait(facts.RecordingStopped, 20, leg_id=call.agent)
        file = call.line.settings.recordings_dir / call.path
        assert seconds_of(file) > end + 0.3, "the recording went on after the mask"
        assert loudness(file, begin + EDGE, end - EDGE) == [0, 0], "masked, both sides are silent"
        assert max(loudness(file, end + EDGE, end + 0.8)) > 0, "unmasked, they are heard again"
    for call, end in zip(calls, unmasked, strict=True):
        _is_masked_by_the_step(call, end + EDGE, is_over=call is not calls[2])
    return calls


def _all_key_in(calls: list[CardCall]) -> None:
    """At once: one after another the last would begin when a busy machine has given up waiting for the first key."""
    together({call.number: call.key_in for call in calls})


def _errands(calls: list[CardCall]) -> None:
    """The second caller is fetched back in the middle of the step, the third hangs up in it."""
    for call in calls:
        call.goes_on_errand()
    for call in calls:
        call.comes_to_the_card()
    _all_key_in(calls)
    time.sleep(0.8)
    calls[1].line.switch.end_errand(calls[1].caller)
    calls[2].line.api(f"uuid_kill {calls[2].caller}")
    for call in calls:
        if call not in calls[1:3]:
            call.line.press(call.party, call.caller, "#")
    for call in calls:
        if call is not calls[2]:
            call.is_back()
    calls[2].line.log.wait(facts.LegHungUp, 10, leg_id=calls[2].agent)
    time.sleep(0.8)


def _is_masked_by_the_step(call: CardCall, after: float, *, is_over: bool) -> None:
    """Measured in the file itself: while legs change places a busy switch writes nothing, its clock stands still."""
    step, file = call.asked_for_the_card(), call.line.settings.recordings_dir / call.path
    begin, end = _longest_silence(file, after)
    assert max(loudness(file, begin - 0.3, begin - 0.1)) > 0, "the agent alone, before the step, is recorded"
    if not is_over:
        assert (step.exit, step.left_at) == ("", None)
        assert end > seconds_of(file) - 0.2, (
            f"who hangs up in the step leaves it masked: {begin} to {end} is silent"
        )
        return
    assert step.left_at is not None
    assert (step.exit, step.value) in (("next", ""), ("back", ""))
    lasted = (step.left_at - step.entered_at).total_seconds()
    # A busy machine's phones are silent for a while by themselves, and its switch writes late.
    assert abs(end - begin - lasted) < 4 * EDGE, "silent as long as the step lasts, and no longer"
    assert end < seconds_of(file) - 0.4


def _longest_silence(file: Path, after: float) -> tuple[float, float]:
    """Of the agent's side, whose tone never stops, in tenths of a second."""
    runs, since = [(after, after)], None
    for place in range(int(after * 10) + 1, int(seconds_of(file) * 10)):
        is_silent = loudness(file, place / 10, (place + 1) / 10)[0] == 0
        since = (place if since is None else since) if is_silent else None
        if since is not None:
            runs.append((since / 10, (place + 1) / 10))
    return max(runs, key=lambda run: run[1] - run[0])


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
