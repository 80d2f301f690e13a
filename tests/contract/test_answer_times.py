"""From a key to the next prompt, on the wire and as we count it ourselves."""

from __future__ import annotations

import statistics
import time
from typing import Any
from uuid import UUID

from telephony import facts
from telephony.freeswitch.canary_call import EventSocket
from tests.contract.driver import PATIENCE, wait_until
from tests.contract.flow_rows import lay, node

KEYS = 12
USUAL_SECONDS, LONGEST_SECONDS = 0.3, 3.0
"""What we want of most; what is asked of each."""


def test_the_next_prompt_begins_soon_after_the_key(line: Any) -> None:
    """Two menus that lead to each other, a key in each as soon as its prompt begins."""
    terms = {"prompt": 1, "seconds": 10, "timeouts": 0, "wrongs": 0}
    lay(line, node("a", "menu", terms, k1="b"), node("b", "menu", terms, k1="a"))
    known = {
        "host": "127.0.0.1",
        "event_port": line.settings.event_port,
        "password": line.settings.password,
    }
    with EventSocket(known, patience=10) as heard:
        heard.say("event json PLAYBACK_START")
        party = line.keypad_call(number="13800007777")
        leg_id = UUID(prompt_begins(heard)["Unique-ID"])
        waited = [pressed(line, heard, party, leg_id) for _key in range(KEYS)]
    assert statistics.median(waited) < USUAL_SECONDS * PATIENCE, waited
    assert max(waited) < LONGEST_SECONDS, waited
    told = wait_until(lambda: steps_of(line, leg_id, KEYS))
    ours = [(after.entered_at - before.left_at).total_seconds() for before, after in told]
    assert statistics.median(ours) < USUAL_SECONDS, ours
    assert max(ours) < LONGEST_SECONDS, ours


def prompt_begins(heard: EventSocket) -> Any:
    while event := heard.event(15):
        if str(event.get("Playback-File-Path", "")).endswith(".wav"):
            return event
    raise AssertionError("no prompt began")


def pressed(line: Any, heard: EventSocket, party: Any, leg_id: UUID) -> float:
    """Seconds from the beginning of the key to the beginning of the next prompt."""
    began = time.time()
    line.press(party, leg_id, "1")
    return int(prompt_begins(heard)["Event-Date-Timestamp"]) / 1e6 - began


def steps_of(line: Any, leg_id: UUID, least: int) -> list[Any]:
    """(a step that was left, the one after it), once there are so many."""
    told = line.log.all(facts.FlowStepped, leg_id=leg_id)
    taken = told[-1].taken if told else ()
    steps = [*taken, told[-1].current] if told else []
    return list(zip(steps, steps[1:], strict=False)) if len(taken) >= least else []
