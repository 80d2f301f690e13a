"""Who dials in, and whose phones ring."""

from __future__ import annotations

import json
import random
from collections.abc import Callable
from pathlib import Path
from urllib.parse import unquote

from contactcenter.demo import phones
from contactcenter.demo.callers import LONGEST_GAP, SHORTEST_GAP, Callers
from contactcenter.demo.part import Part, parts
from telephony.freeswitch.rehearsal.callers import Script
from telephony.freeswitch.rehearsal.phones import Habits


class HeardLine:
    """A line that remembers what was asked."""

    def __init__(self, **answers: str) -> None:
        self.asked: list[str] = []
        self._answers = answers

    def ask(self, command: str) -> str:
        self.asked.append(command)
        verb = command.split()[1]
        return self._answers.get(verb, "+OK\n")


def options(command: str, first: int) -> dict[str, str]:
    return {
        name: unquote(value) for name, _, value in (word.partition("=") for word in command.split()[first:])
    }


def test_callers_dial_their_tenants_number_as_the_switch_understands_it(part: Callable[..., Part]) -> None:
    callers = Callers(part(), random.Random(7))
    numbers = []
    for _ in range(100):
        command = callers.dial()
        assert command.startswith("rehearsal call 4005550100 ")
        script = Script.read(options(command, 3))
        assert 0 < script.patience.low <= script.patience.high <= 180
        assert not script.talk.is_never
        numbers.append(script.number)
    known = set(callers.part.customer_numbers)
    assert 50 < sum(number in known for number in numbers) < 85
    assert set(numbers) - known <= set(callers.part.unknown_numbers)


def test_some_callers_have_little_patience(part: Callable[..., Part]) -> None:
    callers = Callers(part(), random.Random(7))
    patience = [Script.read(options(callers.dial(), 3)).patience.high for _ in range(200)]
    assert 0 < sum(seconds <= 12 for seconds in patience) < 50


def test_calls_come_one_by_one_at_a_human_pace(part: Callable[..., Part]) -> None:
    callers, line = Callers(part(), random.Random(7)), HeardLine()
    assert callers.play(line, now=1000.0) is None
    moments = [1000 + second / 2 for second in range(2400) if callers.play(line, now=1000 + second / 2)]
    gaps = [later - earlier for earlier, later in zip(moments, moments[1:], strict=False)]
    assert min(gaps) >= SHORTEST_GAP
    assert max(gaps) <= LONGEST_GAP + 1
    assert 60 < len(moments) < 300


def test_only_phones_the_switch_does_not_know_register(part: Callable[..., Part]) -> None:
    known = json.dumps({"phones": [{"user": "1003", "domain": "acme.localhost"}]})
    line = HeardLine(list=known)
    assert phones.register_missing(line, [part()]) == 1
    [_, command] = line.asked
    words = command.split()
    assert words[:4] == ["rehearsal", "phone", "1001@acme.localhost", "register"]
    said = options(command, 4)
    assert said == {"password": "a b+c", "mode": "manual"}


def test_the_crews_phones_answer_by_themselves(part: Callable[..., Part]) -> None:
    line = HeardLine(list='{"phones": []}')
    assert phones.register_missing(line, [part()]) == 2
    said = options(line.asked[2], 4)
    habits = Habits.read(said["mode"], said)
    assert habits.mode == "auto"
    assert habits.answer_after.low >= 1


def test_whoever_is_called_answers_after_a_while_and_hangs_up(part: Callable[..., Part]) -> None:
    line = HeardLine()
    phones.teach_the_called(line)
    [command] = line.asked
    assert command.split()[:3] == ["rehearsal", "carrier", "auto"]
    habits = Habits.read("auto", options(command, 3))
    assert 1 < habits.answer_after.low < habits.answer_after.high < 30
    assert not habits.talk.is_never


def test_a_phone_that_is_refused_is_tried_again_later(part: Callable[..., Part]) -> None:
    line = HeardLine(list='{"phones": []}', phone="-ERR 403 Forbidden\n")
    assert phones.register_missing(line, [part()]) == 0
    assert phones.register_missing(line, [part()]) == 0
    assert len(line.asked) == 6


def test_parts_come_from_the_file_of_logins(tmp_path: Path) -> None:
    assert parts(tmp_path / "logins.json") == []
    devices = [
        {"domain": "xinghe.localhost", "username": "1001", "password": "x", "agent": "agent1"},
        {"domain": "xinghe.localhost", "username": "1003", "password": "y", "agent": "agent3"},
        {"domain": "harbour.localhost", "username": "1001", "password": "z", "agent": "agent1"},
    ]
    (tmp_path / "logins.json").write_text(json.dumps({"logins": [], "devices": devices}))
    [xinghe, harbour] = parts(tmp_path / "logins.json")
    assert [(phone.username, phone.is_crew) for phone in xinghe.phones] == [("1001", False), ("1003", True)]
    assert [phone.password for phone in harbour.phones] == ["z"]
    assert xinghe.crew_usernames == {"agent3", "agent4", "agent5", "agent6"}
