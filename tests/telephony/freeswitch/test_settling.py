"""Call records as a real switch wrote them, told as facts; and those it had not finished writing."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from pathlib import Path
from uuid import UUID

import pytest

from telephony import facts
from telephony.freeswitch import cdr
from telephony.freeswitch.cdr import RecordUnreadable, scrubbed
from telephony.freeswitch.translate import Source

RECORDS = Path(__file__).parents[2] / "recordings" / "cdr"
SOURCE = Source("main-1", "/srv/switch/recordings")


def content(name: str) -> bytes:
    return (RECORDS / f"{name}.json").read_bytes()


def settle(told: bytes, source: Source) -> list[facts.Fact]:
    """Without what was measured of its sound."""
    return [fact for fact in cdr.settle(told, source) if not isinstance(fact, facts.LegMeasured)]


def test_the_sound_of_a_real_record_is_measured() -> None:
    [told] = [
        fact for fact in cdr.settle(content("caller_bridged"), SOURCE) if isinstance(fact, facts.LegMeasured)
    ]
    assert (told.mos, told.loss_percent, told.trunk, told.delay_ms) == (4.5, 0.0, "127.0.0.1", None)


def test_a_callers_record() -> None:
    assert settle(content("caller_bridged"), SOURCE) == [
        facts.LegSettled(
            node="main-1",
            at=datetime(2026, 11, 20, 15, 25, 24, 197825, UTC),
            tenant="acme",
            leg_id=UUID("2105ce1e-e7ab-4d65-a5fe-baf484d35853"),
            direction=facts.Direction.INBOUND,
            dialled="+862155500001",
            caller_number="13900003333",
            caller_name="Li Lei",
            call_id=None,
            agent_id=None,
            queue_id=7,
            created_at=datetime(2026, 11, 20, 15, 25, 21, 617834, UTC),
            answered_at=datetime(2026, 11, 20, 15, 25, 21, 637828, UTC),
            bridged_at=datetime(2026, 11, 20, 15, 25, 22, 217812, UTC),
            ended_at=datetime(2026, 11, 20, 15, 25, 24, 197825, UTC),
            billable_seconds=3,
            cause="NORMAL_CLEARING",
            other_leg_id=UUID("8e4ac7f2-9d7b-4f23-82dd-4d1725029f66"),
            by=facts.HungUpBy.SWITCH,
        )
    ]


def test_an_agents_record_names_offer_call_and_agent() -> None:
    [leg] = settle(content("agent_bridged"), SOURCE)
    assert leg.offer_id == leg.leg_id == UUID("f6e04aff-6c03-45d5-b739-1eb86b6d7740")
    assert (leg.call_id, leg.agent_id) == (UUID("d6d49319-258f-4962-a815-ff9dee2dd016"), 11)
    assert (leg.direction, leg.billable_seconds) == ("outbound", 3)


def test_an_unanswered_offer_costs_nothing() -> None:
    [leg] = settle(content("agent_unanswered"), SOURCE)
    assert (leg.answered_at, leg.bridged_at, leg.billable_seconds, leg.cause) == (None, None, 0, "NO_ANSWER")


def test_a_message_is_told_before_its_leg() -> None:
    message, leg = settle(content("caller_message"), SOURCE)
    assert isinstance(message, facts.VoicemailLeft)
    assert message.path == "acme/voicemail/f431746c-9221-4742-a452-f4bb3e606fb5.wav"
    assert (message.seconds, message.queue_id, message.tenant) == (5.32, 7, "acme")
    assert message.leg_id == leg.leg_id


def test_a_call_of_nobody_is_kept_without_a_tenant() -> None:
    [leg] = settle(content("number_of_nobody"), SOURCE)
    assert (leg.tenant, leg.answered_at, leg.cause) == ("", None, "UNALLOCATED_NUMBER")


def test_a_record_cut_anywhere_is_unreadable_not_half_read() -> None:
    whole = content("agent_unanswered").rstrip()
    for cut in range(0, len(whole) - 1, 97):
        with pytest.raises(RecordUnreadable):
            settle(whole[:cut], SOURCE)


@pytest.mark.parametrize(
    "odd", [b"", b"null", b"[]", b'{"variables": []}', b'{"variables": {"uuid": "x"}}', b"\xff\xfe"]
)
def test_what_is_no_record_is_unreadable(odd: bytes) -> None:
    with pytest.raises(RecordUnreadable):
        settle(odd, SOURCE)


def test_bytes_that_are_no_text_do_not_lose_a_record() -> None:
    [leg] = settle(content("caller_bridged").replace(b"Li Lei", b"Li \xff\xfe"), SOURCE)
    assert leg.billable_seconds == 3
    assert leg.caller_name == "Li \ufffd\ufffd"


def test_a_tenant_named_by_a_caller_is_not_believed() -> None:
    record = json.loads(content("number_of_nobody"))
    record["callflow"][-1]["caller_profile"]["caller_id_name"] = "x%0Acc_tenant%3A%20globex"
    [leg] = settle(json.dumps(record).encode(), SOURCE)
    assert (leg.tenant, leg.caller_name) == ("", "x cc_tenant: globex")


def test_who_was_asked_after_the_talk_still_talked_from_the_first_bridge_on() -> None:
    record = json.loads(content("caller_bridged"))
    latest = record["callflow"][0]
    record["callflow"].insert(0, latest | {"times": latest["times"] | {"bridged_time": "0"}})
    record["variables"]["bridge_uepoch"] = "0"
    [leg] = settle(json.dumps(record).encode(), SOURCE)
    assert leg.bridged_at == datetime(2026, 11, 20, 15, 25, 22, 217812, UTC)


def test_a_record_without_its_secrets_still_tells_who_called_and_when() -> None:
    record = json.loads(content("caller_bridged"))
    record["variables"]["cc_s_card"] = "4111"
    record["callflow"][0]["extension"] = {"applications": [{"app_name": "set", "app_data": "cc_s_card=4111"}]}
    kept = scrubbed(json.dumps(record).encode())
    assert kept is not None
    assert b"4111" not in kept
    assert settle(kept, SOURCE) == settle(content("caller_bridged"), SOURCE)


def test_no_key_that_was_pressed_is_kept_in_a_record() -> None:
    record = json.loads(content("caller_bridged"))
    record["variables"]["digits_dialed"] = "4111111111111111"
    kept = scrubbed(json.dumps(record).encode())
    assert kept is not None
    assert b"4111111111111111" not in kept
    assert settle(kept, SOURCE) == settle(content("caller_bridged"), SOURCE)
    record["variables"]["digits_dialed"] = "none"
    assert scrubbed(json.dumps(record).encode()) is None
