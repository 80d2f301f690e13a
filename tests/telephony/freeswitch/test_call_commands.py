"""What is said to the switch during a call: each value in its place, and none that could change the command."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime
from uuid import UUID

import pytest

from telephony.facts import HeldWhy
from telephony.freeswitch import call_commands, commands
from telephony.switch import ConsultCommand, OfferCommand, OnwardCommand, QueueEntry, UnsafeValue

A, B, C = (UUID(int=number) for number in (1, 2, 3))
NOW = datetime(2026, 11, 20, 8, 0, 0, 5, tzinfo=UTC)
ENTRY = QueueEntry(tenant="acme", queue_id=7, priority=2, max_wait_seconds=300, language="zh", queued_at=NOW)
COLLEAGUE = ConsultCommand(
    consult_id=B,
    tenant="acme",
    agent_leg_id=A,
    caller_leg_id=C,
    call_id=C,
    entry=ENTRY,
    epoch=4,
    timeout_seconds=15,
    agent_id=12,
    username="1002",
    domain="acme.localhost",
    caller_number="13800001111",
    recording="acme/2026-11-20/b.wav",
)
ONWARD = OnwardCommand(
    onward_id=B,
    tenant="acme",
    caller_leg_id=C,
    call_id=C,
    entry=ENTRY,
    dials="+8613900001234",
    shown_number="+862155500001",
    timeout_seconds=20,
)
HOSTILE = ["1;hupall", "1,x=1", "1 2", "1\n", "${x}", "1'", "1}", "../../etc", ""]


def test_a_caller_steps_aside_with_the_place_in_the_line():
    said = call_commands.step_aside(C, ENTRY, NOW, why=HeldWhy.CONSULT, by=A, to=B, seconds=60)
    listed = dict(part.split("=", 1) for part in said.split(" ", 3)[3].split(";"))
    assert said.startswith(f"api uuid_setvar_multi {C} ")
    assert listed["cc_queued_us"] == str(commands.microseconds(NOW))
    assert (listed["cc_place"], listed["cc_held_why"]) == ("held", "consult")
    assert (listed["cc_held_by"], listed["cc_held_for"]) == (str(A), str(B))
    assert listed["cc_held_until"] == str(int(NOW.timestamp()) + 60)


def test_nobody_stands_aside_for_ever_and_a_parked_caller_for_nobody():
    said = call_commands.step_aside(C, ENTRY, NOW, why=HeldWhy.PARK, seconds=10**9)
    assert f"cc_held_until={int(NOW.timestamp()) + call_commands.LONGEST_ASIDE}" in said
    assert "cc_held_by=;cc_held_for=;" in said


def test_a_colleague_is_rung_by_registration_and_an_outside_number_by_its_digits():
    inside = call_commands.prepare_consult(COLLEAGUE)
    assert inside.endswith(";cc_consult_rings=sofia/internal/1002%acme.localhost")
    assert ";cc_consult_agent=12;" in inside
    number = replace(
        COLLEAGUE, username="", agent_id=None, dials="+8613900001234", shown_number="+862155500001"
    )
    outside = call_commands.prepare_consult(number)
    assert outside.endswith(";cc_consult_agent=;cc_ways=;cc_consult_rings=sofia/gateway/backup/8613900001234")


def test_the_callers_leg_is_moved_and_the_agents_knows_where_to_go_when_it_is_alone():
    """Moved by us as well, in the moment it has noticed by itself, it would be lost."""
    said = call_commands.once_alone(A, "consult", "/run/switch/conf/call.xml")
    assert said == (
        f"api uuid_setvar_multi {A} transfer_after_bridge=consult:\\'XML:/run/switch/conf/call.xml\\':call"
    )
    for destination, plan in (
        ("awaits;x=1", "/a/call.xml"),
        ("awaits", ""),
        ("awaits", "/a/${x}.xml"),
        ("awaits", "/a b.xml"),
    ):
        with pytest.raises(UnsafeValue):
            call_commands.once_alone(A, destination, plan)
    assert call_commands.aside(C) == f"api uuid_transfer {C} held XML:${{cc_call_plan}} call"
    assert call_commands.errand(C) == f"api uuid_transfer {C} errand XML:${{cc_call_plan}} call"


@pytest.mark.parametrize("value", HOSTILE)
@pytest.mark.parametrize("name", ["username", "domain", "dials", "recording"])
def test_a_hostile_value_of_a_consult_is_refused(name, value):
    if (name, value) in {("dials", ""), ("recording", "")}:
        return
    with pytest.raises(UnsafeValue):
        call_commands.prepare_consult(replace(COLLEAGUE, shown_number="1", **{name: value}))


@pytest.mark.parametrize("value", [*HOSTILE, "12a", "-1", "1" * 33])
@pytest.mark.parametrize("name", ["dials", "shown_number"])
def test_only_digits_go_outside(name, value):
    with pytest.raises(UnsafeValue):
        call_commands.prepare_onward(replace(ONWARD, **{name: value}), NOW)


def test_keys_are_keys():
    assert call_commands.digits(C, "12*#a") == f"api uuid_send_dtmf {C} 12*#A"
    for bad in ["1w2", "1@200", "1 2", "", "1" * 33, "1\n"]:
        with pytest.raises(UnsafeValue):
            call_commands.digits(C, bad)


def test_a_recording_s_path_stays_among_the_recordings():
    said = call_commands.record(A, "mask", "acme/2026-11-20/b.wav")
    assert said == f"api expand uuid_record {A} mask ${{recordings_dir}}/acme/2026-11-20/b.wav"
    for bad in [
        "/etc/passwd",
        "acme/../b.wav",
        "acme/..",
        "b.wav",
        "acme/b.wav 5",
        "acme/${x}",
        "acme//b",
        "",
    ]:
        with pytest.raises(UnsafeValue):
            call_commands.record(A, "start", bad)


def test_a_parked_caller_is_taken_where_they_stand():
    offer = OfferCommand(
        offer_id=B,
        tenant="acme",
        caller_leg_id=C,
        call_id=C,
        agent_id=12,
        epoch=1,
        username="1002",
        domain="acme.localhost",
        timeout_seconds=15,
    )
    assert commands.originate_offer(offer).endswith(" join XML:${cc_dialplan} cc")
    parked = replace(offer, is_parked=True)
    assert commands.originate_offer(parked).endswith(" take XML:${cc_call_plan} call")
