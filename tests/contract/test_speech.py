"""A flow that listens, on a switch: what is said is recorded for our web, keys say the same, and nobody is stuck."""

from __future__ import annotations

import time
from functools import partial
from pathlib import Path
from typing import Any

import pytest

from telephony import facts
from telephony.flows.document import parse
from telephony.freeswitch.flow_lines import go, left
from telephony.hearing import samples_of
from telephony.speech.listening import Said, listen
from tests.contract.driver import wait_until
from tests.contract.flow_rows import lay, node
from tests.contract.speakers import say, spoken
from tests.contract.walker import END, Walker, callers, lay_each, menu, together

PHRASES = [
    {"exit": "p1", "name": "Billing", "says": "billing", "key": "1"},
    {"exit": "p2", "name": "Technical support", "key": "2"},
    {"exit": "p3", "name": "Mary White"},
]


def listens(**settings: Any) -> dict[str, Any]:
    known = {"prompt": 1, "phrases": PHRASES, "seconds": 6, "tries": 2}
    return node("s", "speech", known | settings, p1="end", p2="m", p3="end", unheard="u")


OTHERS = [node("u", "hangup"), menu(k5="end"), END]


def answering(line: Any, *actions: tuple[str, str]) -> None:
    line.web.flow_answers["ask-s"] = actions


def the_node() -> Any:
    return parse({"format": 1, "languages": ["en"], "start": "s", "nodes": [listens(), *OTHERS]}).nodes["s"]


def utterance(line: Any, caller: Walker, tries: str = "") -> Path:
    folder = Path(line.settings.recordings_dir) / "utterances"
    return wait_until(
        lambda: next(folder.glob(f"{caller.leg_id}-1-{tries}.wav"), None), 12, "nothing was recorded"
    )


def is_listened_to(line: Any, caller: Walker) -> None:
    path = utterance(line, caller)
    wait_until(lambda: "record" in line.api(f"uuid_getvar {caller.leg_id} current_application"), 8)
    assert path.name.startswith(str(caller.leg_id))
    time.sleep(0.3)


def test_keys_and_silence_and_nobody_to_ask(line: Any) -> None:
    answering(line, go("r-s"))
    numbers = lay_each(line, dict.fromkeys(("prompt", "listening", "wrong", "silent"), [listens(), *OTHERS]))
    walking = dict(zip(numbers, callers(line, list(numbers.values())), strict=True))

    def in_the_prompt(caller: Walker) -> None:
        caller.comes_to("s")
        caller.press("2")
        caller.comes_to("m")
        assert caller.hangs_up()
        assert caller.way()[0] == ("s", "p2", "2")

    def while_listened_to(caller: Walker) -> None:
        is_listened_to(line, caller)
        caller.press("1")
        caller.is_gone(15)
        assert caller.way()[0] == ("s", "p1", "1")

    def another_key(caller: Walker) -> None:
        caller.comes_to("s")
        caller.press("9")
        caller.is_gone(25)
        assert caller.way()[0] == ("s", "unheard", "")

    def says_nothing(caller: Walker) -> None:
        caller.is_gone(30)
        assert caller.way() == [("s", "unheard", ""), ("u", "end", "")]
        assert utterance(line, caller, "x").is_file(), "asked a second time"

    together(
        {
            "prompt": partial(in_the_prompt, walking["prompt"]),
            "listening": partial(while_listened_to, walking["listening"]),
            "wrong": partial(another_key, walking["wrong"]),
            "silent": partial(says_nothing, walking["silent"]),
        }
    )
    assert not line.log.all(facts.RecordingStarted), "an utterance is no recording of the call"
    line.web.flow_answers.clear()
    lay(line, listens(), *OTHERS)
    alone = callers(line, ["+862155500001"])[0]
    alone.is_gone(20)
    assert alone.way()[0] == ("s", "unheard", "")


def test_what_is_said_is_recorded_and_understood(line: Any, tmp_path: Path) -> None:
    """Three phrases by two voices of eSpeak NG: what the built-in recogniser makes of what the switch recorded."""
    pytest.importorskip("pocketsphinx")
    answering(line, *left(the_node(), "p1"))
    said = [
        (text, voice)
        for text in ("billing", "technical support", "mary white")
        for voice in ("en-us", "en-gb")
    ]
    sounds = [spoken(tmp_path, text, voice) for text, voice in said]
    numbers = lay_each(line, {f"{at}": [listens(), *OTHERS] for at in range(len(said))})
    walking = callers(line, list(numbers.values()))

    def speaks(place: int) -> None:
        is_listened_to(line, walking[place])
        say(line, walking[place].party, walking[place].leg_id, sounds[place])
        walking[place].is_gone(15)
        assert walking[place].way()[0] == ("s", "p1", "")

    together({str(place): partial(speaks, place) for place in range(len(said))})
    names = tuple(phrase["name"] for phrase in PHRASES)
    heard = [
        listen("built_in", Said(samples=samples_of(utterance(line, one)), language="en", phrases=names))
        for one in walking
    ]
    told = [(text, one.text, one.confidence) for one, (text, _voice) in zip(heard, said, strict=True)]
    assert sum(text == found and sure >= 0.6 for text, found, sure in told) >= 4, told
    assert not [one for one in told if one[1] not in ("", one[0]) and one[2] > 0.8], told
