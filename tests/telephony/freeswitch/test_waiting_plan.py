"""Whoever can be taken by an agent is sent nowhere: the plan the switch runs, read as it stands.

`transfer` sets a leg's state from its own thread and `intercept` from the agent's. Where they meet the agent hears
silence, and the caller is lost (docs/decisions/0069).
"""

from __future__ import annotations

import re
import xml.etree.ElementTree as ET
from collections.abc import Iterator

import pytest

from telephony.freeswitch import waiting_document as answers
from telephony.freeswitch.configuration import OUR_FILES
from telephony.freeswitch.waiting_document import Notice

FILE = ET.parse(OUR_FILES / "conf" / "cc.xml")  # noqa: S314 - our own file
[PLAN] = [one for one in FILE.iter("context") if one.get("name") == "cc"]
NOTICE = Notice(next_at=1, pieces=("thank-you",))


def executed(plan: ET.Element) -> set[str]:
    """Extensions that run in the middle of the wait; our web's answer looks into "key"."""
    actions = (one for one in plan.iter() if one.get("application") == "execute_extension")
    return {one.get("data", "").split()[0] for one in actions} | {"wait", "key"}


def lists_of(extension: ET.Element) -> Iterator[list[tuple[str, str]]]:
    """What one condition has done when it holds, or when it does not."""
    for condition in extension.iter("condition"):
        for kind in ("action", "anti-action"):
            yield [(one.get("application", ""), one.get("data", "")) for one in condition.findall(kind)]


def sent_while_waiting(actions: list[tuple[str, str]], place: str) -> list[str]:
    """Where somebody goes who can be taken. Only `asking` for a moment, any other place, is nobody's to take."""
    gone: list[str] = []
    for number, (application, data) in enumerate(actions):
        if application == "set" and data.startswith("cc_place="):
            place = data.partition("=")[2]
            if place == "asking" and actions[number + 1 : number + 2] != [("sleep", "200")]:
                place = "waiting"
        elif application == "transfer" and place == "waiting":
            gone.append(data)
    return gone


def test_the_wait_itself_sends_nobody_on_who_can_be_taken() -> None:
    inside = executed(PLAN)
    assert {"round", "announce", "promise", "unpromise", "fallback", "too-long"} < inside
    looked_at = 0
    for extension in PLAN.iter("extension"):
        pattern = extension.find("condition").get("expression", "")  # type: ignore[union-attr]
        if not any(re.search(pattern, name) for name in inside):
            continue
        looked_at += 1
        for actions in lists_of(extension):
            assert sent_while_waiting(actions, "waiting") == [], extension.get("name")
    assert looked_at == len(inside) - 1, "promise and unpromise are one"


def test_who_comes_into_the_line_can_be_taken_when_the_music_begins() -> None:
    [rejoin] = [one for one in PLAN.iter("extension") if one.get("name") == "rejoin"]
    actions = [one for found in lists_of(rejoin) for one in found]
    assert ("set", "cc_place=waiting") not in actions
    assert actions.index(("set", "cc_place=asking")) < len(actions) - 1
    assert actions[-1][0] == "transfer"


@pytest.mark.parametrize(
    "document",
    [
        answers.announcement(NOTICE),
        answers.announcement(Notice(next_at=1)),
        answers.announcement(Notice(next_at=1, pieces=("thank-you",), callback_key="1", voicemail_key="2")),
        answers.told(("callback-cancelled",), "en"),
        answers.promised(("thank-you",), "en"),
    ],
    ids=["said", "nothing", "keys", "told", "promised"],
)
def test_what_our_web_answers_leaves_the_caller_in_the_wait(document: str) -> None:
    [extension] = ET.fromstring(document).iter("extension")  # noqa: S314 - our own words
    [actions] = [found for found in lists_of(extension) if found]
    assert sent_while_waiting(actions, "asking") == []
    assert [data for name, data in actions if name == "transfer"] == []


def test_a_switch_with_an_older_plan_is_told_to_send_its_caller_back() -> None:
    document = answers.sent_back(answers.announcement(NOTICE))
    [extension] = ET.fromstring(document).iter("extension")  # noqa: S314 - our own words
    [actions] = [found for found in lists_of(extension) if found]
    assert actions[-1] == ("transfer", "wait 'XML:${cc_dialplan}' cc")
    assert actions[:-1] == [
        ("set", "cc_place=waiting"),
        ("set", "cc_announce_at=1"),
        ("set", "cc_callback_key=none"),
        ("set", "cc_cancel_key=none"),
        ("set", "cc_voicemail_key=none"),
        ("unset", "cc_key"),
        ("unset", "playback_timeout_sec"),
        ("playback", "file_string://${cc_sounds}/en/thank-you.wav"),
    ]
