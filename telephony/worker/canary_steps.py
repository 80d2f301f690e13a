"""What the canary met on its way, step by step in the order of the way, each right or with one word for the fault."""

import re
import wave
from collections.abc import Iterator, Mapping
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

from telephony.freeswitch.canary_call import OLD_CONFIGURATION, Walked, ask_switch
from telephony.models import FlowVersion
from telephony.queries.canary import Expected, got_out_lately, who_answers

NOWHERE = ("unknown-number", "suspended", OLD_CONFIGURATION)
BEFORE_FLOWS = ("emergency", "backup")
"""An emergency comes before a flow."""
ENDS_IN_QUEUE = ("enter", "closed")
QUIET = 200
"""Of 32,768: below it nobody would call it a sound."""
SHORTEST = 0.5
"""Seconds; a second is recorded."""
_RUNNING = re.compile(r"^\s*external\s+profile\s.*RUNNING", re.M)
_DOWN = re.compile(r"^Status\s+DOWN", re.M)
Step = dict[str, Any]


@dataclass(frozen=True, kw_only=True)
class Outside:
    """The line to the outside as the switch sees it."""

    is_open: bool = True
    has_carrier: bool = True


@dataclass(frozen=True, kw_only=True)
class Round:
    """One call to one number. `node`: the settings of the switch that made it."""

    node: Mapping[str, Any]
    schema: str
    number: str
    version: FlowVersion | None
    test_id: str
    started_at: datetime
    walked: Walked | None


def outside_of(node: Mapping[str, Any]) -> Outside:
    """Of a switch that says nothing nothing is said: that it is away is told by the call."""
    profiles = ask_switch(node, "sofia status")
    carrier = ask_switch(node, "sofia status gateway watch") if node.get("gateway") else ""
    return Outside(
        is_open=profiles is None or _RUNNING.search(profiles) is not None,
        has_carrier=not _DOWN.search(carrier or ""),
    )


def steps_of(one: Round, expected: Expected, line: Outside, at: datetime) -> list[Step]:
    """[{"step", "is_ok", "problem"}]; nothing more is looked at where the number leads nowhere."""
    walked = one.walked
    if walked is None or walked.place in NOWHERE:
        return [_step("dial", walked.place if walked else "no_answer")]
    if not walked.place and not walked.nodes:
        return [_step("dial", "no_way")]
    return [
        _step("dial"),
        *_flow(one, walked, expected),
        *_heard(walked, expected),
        *_other_prompts(one, expected),
        *_queue(walked, at),
        _line(line, at),
        *_recording(one, walked),
    ]


def _step(name: str, problem: str = "") -> Step:
    return {"step": name[:80], "is_ok": not problem, "problem": problem}


def _flow(one: Round, walked: Walked, expected: Expected) -> Iterator[Step]:
    if one.version is None or walked.place in BEFORE_FLOWS:
        return
    if not expected.is_readable:
        yield _step("flow", "unreadable")
    else:
        yield _step("flow", "" if walked.nodes else "no_flow")


def _heard(walked: Walked, expected: Expected) -> Iterator[Step]:
    """Each prompt once, as it was the last time; a sound that belongs to no node is one of ours."""
    by_sound = {(sound.node, sound.path): sound.is_heard for sound in walked.sounds}
    for (node, path), is_heard in by_sound.items():
        name = expected.titles.get(node, "") or Path(path).stem
        yield _step(f"prompt: {name}", "" if is_heard else "no_sound")


def _other_prompts(one: Round, expected: Expected) -> Iterator[Step]:
    """Of the branches nobody walked: what is missing alone. A switch elsewhere has its files where we cannot look."""
    folder = Path(str(one.node["prompts_dir"])) / one.schema
    missing = list(expected.silent)
    if folder.parent.is_dir():
        missing += [title for title, sha in expected.sounds if not _is_file(folder / f"{sha}.wav")]
    yield from (_step(f"prompt: {title}", "no_sound") for title in dict.fromkeys(missing))


def _is_file(path: Path) -> bool:
    try:
        return path.stat().st_size > 0
    except OSError:
        return False


def _queue(walked: Walked, at: datetime) -> Iterator[Step]:
    if walked.place in ENDS_IN_QUEUE and walked.queue_id is not None:
        yield _step("queue", who_answers(walked.queue_id, at))


def _line(line: Outside, at: datetime) -> Step:
    if not line.is_open:
        return _step("outside line", "no_line")
    return _step("outside line", "" if line.has_carrier or got_out_lately(at) else "no_carrier")


def _recording(one: Round, walked: Walked) -> Iterator[Step]:
    """Of a way that ended by itself nothing was recorded; neither of one longer than we listen."""
    folder = Path(str(one.node["recordings_dir"]))
    if not folder.is_dir():
        return
    path = folder / one.schema / f"canary-{one.test_id}.wav"
    if walked.recording:
        yield _step("recording", fault_of_recording(path))
    with suppress(OSError):
        path.unlink()


def fault_of_recording(path: Path) -> str:
    """ "" for one with sound on each side."""
    try:
        with wave.open(str(path), "rb") as file:
            sides, width = file.getnchannels(), file.getsampwidth()
            frames = file.readframes(file.getnframes())
            seconds = file.getnframes() / file.getframerate()
    except (OSError, EOFError, wave.Error, ZeroDivisionError):
        return "missing"
    if seconds < SHORTEST or width != 2:
        return "missing"
    samples = memoryview(frames).cast("h")
    loudest = [max(map(abs, samples[side::sides]), default=0) for side in range(sides)]
    return "silent" if min(loudest) < QUIET else ""
