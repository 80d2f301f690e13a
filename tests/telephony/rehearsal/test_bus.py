"""An event as it goes to those who hear it."""

import json

from telephony.freeswitch.rehearsal.bus import Event


def test_an_event_becomes_json_once_for_all_who_hear_it() -> None:
    event = Event("BACKGROUND_JOB", "", {"Event-Name": "BACKGROUND_JOB", "variable_a": ["1", "2"]}, "+OK\n")
    told = event.as_json()
    assert json.loads(told) == event.headers | {"_body": "+OK\n"}
    assert event.as_json() is told


def test_a_name_whose_bytes_are_no_text_is_told_with_marks_in_their_place() -> None:
    event = Event("CHANNEL_CREATE", "", {"Caller-Caller-ID-Name": "王\udcff"}, None)
    assert json.loads(event.as_json()) == {"Caller-Caller-ID-Name": "王?"}
    assert event.as_plain() == b"Caller-Caller-ID-Name: %E7%8E%8B%3F\n\n"
