"""(p) From a key to the next prompt on a real FreeSWITCH: callers in a published flow, keys as RFC 4733 events.

Measured on the wire: from the first packet of the key (it lasts 60 ms) to the beginning of the next sound. Each caller
has a flow's two menus that lead to each other and presses as soon as a prompt begins, CALLERS of them at once. Beside
it an extension by hand that does nothing but take a key and play a sound: what the switch itself needs.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import AbstractContextManager, contextmanager
from dataclasses import dataclass, field
from queue import Empty, SimpleQueue
from threading import Event, Thread
from typing import Any
from uuid import UUID

from benchmarks.bare_switch import bare_switch, need_programs
from benchmarks.harness import Report, Target, by_turns, check, percentile, ratio
from telephony.freeswitch.canary_call import EventSocket
from tests.contract.flow_rows import lay, node

TITLE = "p · From a key to the next prompt"
CALLERS, KEYS = 10, 20
MOST_MS = 300
OURS, BY_HAND = "a published flow", "an extension by hand"
ONE_KEY = "1 1 1 10000 # tone_stream://%(2000,0,440) silence_stream://1 key 1"
TAKE_A_KEY = f'<action application="play_and_get_digits" data="{ONE_KEY}"/>'
BY_HAND_DOCUMENT = (
    '<document type="freeswitch/xml"><section name="dialplan"><context name="public"><extension name="by-hand">'
    '<condition><action application="answer"/>'
    + TAKE_A_KEY * (KEYS + 1)
    + "</condition></extension></context></section></document>"
)
PATIENCE_SECONDS = 15


@dataclass
class Prompts:
    """Each beginning of a sound, given to whoever waits for that leg."""

    known: dict[str, Any]
    is_over: Event = field(default_factory=Event)
    new: SimpleQueue[str] = field(default_factory=SimpleQueue)
    """Legs whose first prompt has begun."""
    by_leg: dict[str, SimpleQueue[float]] = field(default_factory=dict)

    def __enter__(self) -> Prompts:
        self.socket = EventSocket(self.known, patience=PATIENCE_SECONDS)
        self.socket.say("event json PLAYBACK_START")
        self.reader = Thread(target=self._read, daemon=True)
        self.reader.start()
        return self

    def __exit__(self, *_told: object) -> None:
        self.is_over.set()
        self.reader.join()
        self.socket.close()

    def _read(self) -> None:
        while not self.is_over.is_set():
            event = self.socket.event(0.2)
            if event is None:
                continue
            leg_id = event["Unique-ID"]
            if leg_id not in self.by_leg:
                self.by_leg[leg_id] = SimpleQueue()
                self.new.put(leg_id)
            self.by_leg[leg_id].put(int(event["Event-Date-Timestamp"]) / 1e6)


def run(repeats: int) -> Report:
    need_programs()
    with bare_switch() as line:
        found = by_turns(
            {OURS: lambda: _round(line, _flow), BY_HAND: lambda: _round(line, _by_hand)}, repeats
        )
    report = Report(TITLE)
    workload = f"{CALLERS} callers at once, {KEYS} keys each"
    for subject, figures in found.items():
        for figure in ("p50", "p99", "worst"):
            report.row(workload, subject, f"key → prompt, {figure}", "ms", figures[figure])
    worst = max(found[OURS]["p99"])
    report.targets.append(Target("key → prompt, p99, ms", worst, at_most=MOST_MS, is_gate=False))
    beside = ratio(found[OURS]["p50"], found[BY_HAND]["p50"])
    report.targets.append(Target("p50 ÷ the switch by hand", beside, at_most=2))
    report.checks.append(("each key led to exactly one prompt", f"{CALLERS * KEYS} in each round"))
    return report


@contextmanager
def _flow(line: Any) -> Iterator[None]:
    terms = {"prompt": 1, "seconds": 10, "timeouts": 0, "wrongs": 0}
    lay(line, node("a", "menu", terms, k1="b"), node("b", "menu", terms, k1="a"))
    yield


@contextmanager
def _by_hand(line: Any) -> Iterator[None]:
    line.web.answer = lambda _section, _form: BY_HAND_DOCUMENT
    yield
    del line.web.answer


def _round(line: Any, answered: Callable[[Any], AbstractContextManager[None]]) -> dict[str, float]:
    known = {"host": "127.0.0.1", "event_port": line.settings.event_port, "password": line.settings.password}
    with answered(line), Prompts(known) as prompts, ThreadPoolExecutor(CALLERS) as hands:
        parties = [
            (line.keypad_call(number=f"1380000{n:04}"), prompts.new.get(timeout=PATIENCE_SECONDS))
            for n in range(CALLERS)
        ]
        waited = [
            ms
            for all_of_one in hands.map(lambda pair: _pressed(line, prompts, *pair), parties)
            for ms in all_of_one
        ]
    line.end_test()
    line.begin_test()
    check(len(waited) == CALLERS * KEYS, f"{len(waited)} prompts began")
    return {"p50": percentile(waited, 50), "p99": percentile(waited, 99), "worst": max(waited)}


def _pressed(line: Any, prompts: Prompts, party: Any, leg_id: str) -> list[float]:
    """ms from the beginning of each key to the beginning of the prompt after it."""
    begins = prompts.by_leg[leg_id]
    begins.get(timeout=PATIENCE_SECONDS)
    waited = []
    for _key in range(KEYS):
        began = time.time()
        line.press(party, UUID(leg_id), "1")
        try:
            waited.append((begins.get(timeout=PATIENCE_SECONDS) - began) * 1000)
        except Empty:
            break
        check(begins.empty(), "one key led to two prompts")
    return waited
