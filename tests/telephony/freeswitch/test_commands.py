"""What we say to the switch: exactly this, and nothing a value could change."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime
from uuid import UUID

import pytest

from telephony.freeswitch import commands, ear_commands
from telephony.switch import EarCommand, OfferCommand, OutsidePhone, QueueEntry, RungPhone, UnsafeValue

CALLER, OFFER = UUID(int=1), UUID(int=2)
COMMAND = OfferCommand(
    offer_id=OFFER,
    tenant="acme",
    caller_leg_id=CALLER,
    call_id=CALLER,
    agent_id=5,
    epoch=3,
    username="1001",
    domain="acme.localhost",
    timeout_seconds=20,
    caller_number="+8613800001111",
    recording=f"acme/2026-11-20/{OFFER}.wav",
)
HOSTILE = [
    "a,b",
    "a}b",
    "${system id}",
    "a b",
    "a'b",
    'a"b',
    "a\nb",
    "a|b",
    "a;b",
    "^^:a",
    "[x]",
    "<x>",
    "",
    "王",
    "x" * 300,
    "a\x00",
    "../x",
    "a\\b",
    "a&b",
    "a%0ab",
    "a=b",
]


def test_an_offer_is_one_line_that_records_and_intercepts() -> None:
    said = commands.originate_offer(COMMAND)
    assert said.startswith(
        f"bgapi originate {{cc_tenant=acme,cc_call={CALLER},cc_caller={CALLER},cc_epoch=3,"
    )
    assert said.endswith(
        f"}}[origination_uuid={OFFER},cc_offer={OFFER},cc_agent=5,dialed_user=1001,"
        f"cc_recording=acme/2026-11-20/{OFFER}.wav]"
        "sofia/internal/1001%acme.localhost join XML:${cc_dialplan} cc"
    )
    for part in ("originate_timeout=20", "intercept_unbridged_only=true", "hangup_after_bridge=true"):
        assert part in said


def test_phones_rung_together_have_their_own_names_and_recordings() -> None:
    further = RungPhone(offer_id=UUID(int=3), agent_id=6, username="1002", recording="acme/3.wav")
    said = commands.originate_offer(replace(COMMAND, together=(further,)))
    settings, first, second = said.split("[")
    assert settings.count("cc_offer") == settings.count("cc_recording") == settings.count("dialed_user") == 0
    assert first.endswith("]sofia/internal/1001%acme.localhost,")
    assert second == (
        f"origination_uuid={UUID(int=3)},cc_offer={UUID(int=3)},cc_agent=6,dialed_user=1002,cc_recording=acme/3.wav]"
        "sofia/internal/1002%acme.localhost join XML:${cc_dialplan} cc"
    )


@pytest.mark.parametrize("value", HOSTILE)
@pytest.mark.parametrize("field", ["username", "recording"])
def test_a_further_phone_is_checked_like_the_first(field: str, value: str) -> None:
    further = RungPhone(offer_id=UUID(int=3), agent_id=6, username="1002", recording="acme/3.wav")
    with pytest.raises(UnsafeValue):
        commands.originate_offer(replace(COMMAND, together=(replace(further, **{field: value}),)))


def test_an_unrecorded_offer_only_intercepts() -> None:
    said = commands.originate_offer(replace(COMMAND, recording=None))
    assert f"cc_caller={CALLER}," in said
    assert "cc_recording" not in said


@pytest.mark.parametrize("value", HOSTILE)
@pytest.mark.parametrize("field", ["tenant", "username", "domain", "recording"])
def test_a_value_that_could_change_an_offer_is_refused(field: str, value: str) -> None:
    with pytest.raises(UnsafeValue):
        commands.originate_offer(replace(COMMAND, **{field: value}))


@pytest.mark.parametrize("value", [*HOSTILE, "12a", "+", "++1", "1" * 40])
def test_a_callers_odd_number_is_withheld_not_sent(value: str) -> None:
    assert "origination_caller_id_number=anonymous," in commands.originate_offer(
        replace(COMMAND, caller_number=value)
    )


@pytest.mark.parametrize("value", HOSTILE)
def test_a_value_that_could_change_a_transfer_is_refused(value: str) -> None:
    entry = QueueEntry(tenant="acme", queue_id=7, priority=0, max_wait_seconds=60, language="zh")
    now = datetime(2026, 11, 20, tzinfo=UTC)
    with pytest.raises(UnsafeValue):
        commands.set_queue(CALLER, replace(entry, tenant=value), now)
    with pytest.raises(UnsafeValue):
        commands.set_queue(CALLER, replace(entry, language=value), now)


@pytest.mark.parametrize("cause", ["", "normal", "A B", "X\nY", "X;Y"])
def test_a_cause_is_a_name(cause: str) -> None:
    with pytest.raises(UnsafeValue):
        commands.kill(CALLER, cause)


def test_the_other_commands_are_as_short_as_they_can_be() -> None:
    moment = datetime(2026, 11, 20, 12, 0, 0, 250000, UTC)
    entry = QueueEntry(tenant="acme", queue_id=7, priority=5, max_wait_seconds=60, language="zh")
    assert commands.kill(CALLER, "NORMAL_CLEARING") == f"api uuid_kill {CALLER} NORMAL_CLEARING"
    assert commands.pick_up(CALLER) == f"api uuid_phone_event {CALLER} talk"
    assert commands.beat() == "api expand hash insert/cc/router_alive/${strepoch()}"
    assert commands.set_queue(CALLER, entry, moment) == (
        f"api uuid_setvar_multi {CALLER}"
        " cc_tenant=acme;cc_queue=7;cc_prio=5;cc_max_wait=60;cc_lang=zh;cc_queued_us=1795176000250000"
    )
    assert commands.rejoin(CALLER) == f"api uuid_transfer {CALLER} rejoin XML:${{cc_dialplan}} cc"


# ---- numbers outside

MOBILE = OutsidePhone(dials="+8613800138000", shown_number="+862155500001", language="zh")


def test_a_number_outside_is_rung_by_the_gateway_and_asked_for_a_key() -> None:
    said = commands.originate_offer(replace(COMMAND, username="", outside=MOBILE))
    assert "dialed_user" not in said
    assert said.endswith(
        "cc_outside=true,cc_line=backup,origination_caller_id_number=+862155500001,origination_caller_id_name=+862155500001,"
        f"group_confirm_key=1,group_confirm_file=zh/press-one.wav,cc_recording=acme/2026-11-20/{OFFER}.wav]"
        "sofia/gateway/backup/8613800138000 join XML:${cc_dialplan} cc"
    )
    ear = EarCommand(
        ear_id=OFFER,
        tenant="acme",
        agent_leg_id=CALLER,
        call_id=CALLER,
        agent_id=5,
        epoch=3,
        username="",
        domain="acme.localhost",
        timeout_seconds=20,
        outside=MOBILE,
    )
    assert "]sofia/gateway/backup/8613800138000 ear-listen " in ear_commands.originate_ear(ear)


@pytest.mark.parametrize("value", HOSTILE)
def test_nothing_but_digits_is_dialled_or_shown(value: str) -> None:
    for changed in ({"dials": value}, {"shown_number": value}, {"language": value}):
        with pytest.raises(UnsafeValue):
            commands.originate_offer(replace(COMMAND, outside=replace(MOBILE, **changed)))
