"""Events as captured from a real switch, told as facts."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from pathlib import Path
from typing import Any
from uuid import UUID

import pytest

from telephony import facts
from telephony.facts import Direction, HungUpBy
from telephony.freeswitch.translate import NotAFact, Source, translate

RECORDINGS = Path(__file__).parents[2] / "recordings"
SOURCE = Source("main-1", "/srv/recordings")
CALLER = UUID("b6229850-0a70-437f-b771-6642ea6c041b")
AGENT = UUID("4286cd14-879c-47ed-aca9-f3932c1b28c3")


def captured(name: str, **changes: Any) -> dict[str, Any]:
    event = json.loads((RECORDINGS / f"{name}.json").read_text())
    return event | {key.replace("__", "-"): value for key, value in changes.items()}


def test_a_created_leg_is_told_with_what_was_dialled() -> None:
    assert translate(captured("CHANNEL_CREATE.inbound"), SOURCE) == facts.LegCreated(
        node="main-1",
        at=datetime(2026, 11, 20, 13, 32, 46, 658839, UTC),
        sequence=848,
        tenant="",
        leg_id=CALLER,
        direction=Direction.INBOUND,
        dialled="5001",
        caller_number="13800001",
        caller_name="Caller 1",
    )


def test_a_bridge_is_told_once_with_both_legs() -> None:
    fact = translate(captured("CHANNEL_BRIDGE.inbound"), SOURCE)
    assert (type(fact), fact.leg_id, fact.other_leg_id, fact.offer_id) == (
        facts.LegsBridged,
        CALLER,
        AGENT,
        None,
    )


def test_a_bridge_names_its_offer_on_whichever_leg_it_comes() -> None:
    fact = translate(captured("CHANNEL_BRIDGE.inbound", variable_cc_offer=str(AGENT)), SOURCE)
    assert fact.offer_id == AGENT


def test_the_end_of_a_leg_tells_when_why_and_by_whom() -> None:
    fact = translate(captured("CHANNEL_HANGUP_COMPLETE.outbound"), SOURCE)
    assert (fact.leg_id, fact.cause, fact.by, fact.direction) == (
        AGENT,
        "NORMAL_CLEARING",
        HungUpBy.SWITCH,
        Direction.OUTBOUND,
    )
    assert (fact.ended_at - fact.answered_at).total_seconds() == 3.080059
    party = captured("CHANNEL_HANGUP_COMPLETE.outbound", variable_sip_hangup_disposition="recv_bye")
    assert translate(party, SOURCE).by == HungUpBy.PARTY


def test_a_recording_tells_its_length_and_its_place() -> None:
    path = "/srv/recordings/acme/x.wav"
    event = captured("RECORD_STOP.inbound", **{"Record-File-Path": path, "variable_record_ms": "3020"})
    fact = translate(event, SOURCE)
    assert (type(fact), fact.path, fact.seconds) == (facts.RecordingStopped, "acme/x.wav", 3.02)


def test_a_recording_in_voicemail_is_a_message() -> None:
    event = captured("RECORD_STOP.inbound", variable_cc_place="voicemail", variable_cc_queue="7")
    fact = translate(event, SOURCE)
    assert (type(fact), fact.queue_id, fact.caller_number) == (facts.VoicemailLeft, 7, "13800001")


def test_a_registration_and_its_end_are_told() -> None:
    registered = translate(captured("sofia.register"), SOURCE)
    assert (type(registered), registered.username, registered.domain) == (
        facts.DeviceRegistered,
        "1000",
        "127.0.0.1",
    )
    gone = translate(captured("sofia.unregister"), SOURCE)
    assert (type(gone), gone.username) == (facts.DeviceUnregistered, "1007")


@pytest.mark.parametrize(
    "name", ["sofia.register_attempt", "sofia.pre_register", "CHANNEL_PARK.inbound", "DTMF.inbound"]
)
def test_what_is_no_news_to_us_is_no_fact(name: str) -> None:
    assert translate(captured(name), SOURCE) is None


def test_a_finished_job_is_told_with_its_own_id() -> None:
    fact = translate(captured("BACKGROUND_JOB"), SOURCE)
    assert (fact.command_id, fact.is_ok) == (UUID("ba3da1c8-90d0-4c20-bb9a-5d7cfa85c13a"), True)
    failed = translate(captured("BACKGROUND_JOB", _body="-ERR NO_ANSWER\n"), SOURCE)
    assert (failed.is_ok, failed.text) == (False, "NO_ANSWER")


def test_every_captured_event_is_a_fact_or_nothing() -> None:
    known = {path.stem: translate(json.loads(path.read_text()), SOURCE) for path in RECORDINGS.glob("*.json")}
    assert len(known) > 50
    told = {name for name, fact in known.items() if fact is not None}
    assert "HEARTBEAT" in told
    assert not any(name.startswith("callcenter") for name in told)


def test_an_offer_is_only_ever_its_own_leg() -> None:
    event = captured("CHANNEL_ANSWER.inbound", variable_cc_offer=str(AGENT))
    assert translate(event, SOURCE).offer_id is None


def test_a_variable_never_becomes_a_header() -> None:
    forged = {"variable_Event-Name": "CHANNEL_HANGUP_COMPLETE", "variable_Unique-ID": str(AGENT)}
    fact = translate(captured("CHANNEL_ANSWER.inbound") | forged, SOURCE)
    assert (type(fact), fact.leg_id) == (facts.LegAnswered, CALLER)


@pytest.mark.parametrize(
    "changes",
    [
        {"Unique-ID": ""},
        {"Unique-ID": "../../etc"},
        {"Event-Date-Timestamp": "0"},
        {"Event-Date-Timestamp": "9" * 18},
        {"Event-Date-Timestamp": "x"},
    ],
)
def test_an_event_without_its_essentials_is_refused(changes: dict[str, str]) -> None:
    with pytest.raises(NotAFact):
        translate(captured("CHANNEL_ANSWER.inbound") | changes, SOURCE)


def test_a_callers_words_are_one_bearable_line() -> None:
    name = "Bob\nEvent-Name: X\x00\u202e" + "x" * 3000
    fact = translate(captured("CHANNEL_CREATE.inbound", **{"Caller-Orig-Caller-ID-Name": name}), SOURCE)
    assert fact.caller_name.startswith("Bob Event-Name: X")
    assert len(fact.caller_name) <= 256
    assert fact.caller_name.isprintable()
