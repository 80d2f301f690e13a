"""A caller on hold is taken back once their music plays: what has not begun cannot be stopped."""

import json
from datetime import UTC, datetime, timedelta

from telephony.freeswitch import hold_music

HELD_AT = datetime(2026, 11, 22, 23, 22, 16, 436699, UTC)
AGENT = json.dumps({"Caller-Channel-Last-Hold": "1795389736436699"})
SILENT, PLAYING = json.dumps({}), json.dumps({"variable_total_loops": "-1"})
SOON = HELD_AT + timedelta(milliseconds=40)


def test_two_that_have_just_been_joined_are_held_in_a_moment() -> None:
    agent = json.dumps({"Caller-Channel-Bridged-Time": "1795389736436699"})
    assert hold_music.would_be_lost(agent, SOON)
    assert not hold_music.would_be_lost(agent, HELD_AT + hold_music.JOINED_FOR)
    assert not hold_music.would_be_lost(json.dumps({"Caller-Channel-Bridged-Time": "0"}), SOON)


def test_it_is_to_come_until_it_plays() -> None:
    assert hold_music.is_to_come(AGENT, SILENT, SOON)
    assert not hold_music.is_to_come(AGENT, PLAYING, SOON)


def test_music_that_cannot_be_played_is_not_waited_for_for_ever() -> None:
    assert not hold_music.is_to_come(AGENT, SILENT, HELD_AT + hold_music.AT_MOST)


def test_of_legs_that_have_gone_or_never_held_nothing_is_to_come() -> None:
    gone = "-ERR No such channel!\n"
    assert not hold_music.is_to_come(gone, SILENT, SOON)
    assert not hold_music.is_to_come(json.dumps({"Caller-Channel-Last-Hold": "0"}), SILENT, SOON)
    assert hold_music.is_to_come(AGENT, gone, SOON), "the switch says the rest"
