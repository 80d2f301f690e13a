"""Trunks by TLS on both switches: the carrier's certificate is checked by the switch itself, speech goes by SRTP.

The rehearsal switch speaks neither: it registers and calls by such a trunk as by any other, and nothing here says that
it does more.
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any
from uuid import UUID, uuid4

import pytest

from telephony import facts
from telephony.freeswitch import trunk_call, trunk_document, trunk_tls
from telephony.trunks import handshake
from telephony.trunks.authorities import authorities_in
from tests.certificates import Authority
from tests.contract.carriers import Habits, terms
from tests.contract.driver import HOT_LINE, SwitchUnderTest, wait_until
from tests.contract.rehearsed import RehearsalUnderTest
from tests.contract.secure_carriers import SecureCarrier
from tests.contract.tones import TONES, heard

HOST, CUSTOMER, OURS, AGENT = "127.0.0.1", "+8613877776666", "+862155508888", "66440011"


@pytest.fixture
def authority() -> Authority:
    return Authority(f"Carrier Root {uuid4().hex[:6]}")


@pytest.fixture
def carrier(tmp_path: Path, authority: Authority) -> Iterator[SecureCarrier]:
    chain = authority.sign(tmp_path / "carrier.pem", HOST, HOST)
    found = SecureCarrier(Habits(password="s3cret!"), chain=chain)
    yield found
    found.close()


@pytest.fixture
def give(line: SwitchUnderTest) -> Iterator[Any]:
    """The switch has these trunks, and no others, from now on."""

    def given(*lines: Any) -> None:
        plain = trunk_document.gateways_document(lines, ping_seconds=5)
        secure = trunk_document.gateways_document(lines, ping_seconds=5, is_secure=True)
        networks = trunk_document.networks_document(one for line in lines for one in line.networks)
        believed = [one for line in lines for one in authorities_in(line.own_ca)]
        trunk_tls.write_authorities(line.directory, believed)
        gone, others = trunk_document.write_trunks(line.directory / "conf", plain, networks, secure)
        assert trunk_call.read_again(known(line), gone=gone, networks=others)

    yield given
    given()


def known(line: SwitchUnderTest) -> dict[str, Any]:
    told = line.settings
    return {"host": "127.0.0.1", "event_port": told.event_port, "password": told.password}


def by_tls(carrier: SecureCarrier, authority: Authority, **more: Any) -> Any:
    return terms("t5", carrier.port, transport="tls", own_ca=authority.pem, **more)


def dial(line: SwitchUnderTest) -> tuple[UUID, UUID]:
    """(the agent's leg, the leg to the outside)."""
    line.registered_phone(AGENT, hertz=TONES["agent"])
    outside = uuid4()
    offer = line.offer(outside, AGENT, call_id=outside, dials=CUSTOMER, shown_number=OURS, lines=("t5",))
    return offer.offer_id, outside


def is_rehearsed(line: SwitchUnderTest) -> bool:
    return isinstance(line, RehearsalUnderTest)


@pytest.mark.parametrize("srtp", ["optional", "mandatory"])
def test_a_call_by_tls_is_heard_on_both_sides_and_its_speech_is_encrypted(
    line: SwitchUnderTest, carrier: SecureCarrier, authority: Authority, give: Any, srtp: str
) -> None:
    give(by_tls(carrier, authority, srtp=srtp))
    line.log.wait(facts.LineStated, 15, line="t5", registration="REGED")
    agent, outside = dial(line)
    line.log.wait(facts.LegAnswered, 15, leg_id=outside)
    if is_rehearsed(line):
        return
    assert handshake.look(HOST, carrier.port, authority.pem).problem == ""
    assert "Via: SIP/2.0/TLS " in carrier.heard[0]
    [talk] = carrier.talks
    wait_until(lambda: talk.voices() == {"agent"}, 10, "the carrier does not hear the agent")
    assert heard(line, agent=agent, outside=outside) == {"agent": {"outside"}, "outside": {"agent"}}
    assert (talk.theirs is not None, talk.refused) == (True, 0)
    assert ("RTP/AVP " in carrier.invitations()[0]) is (srtp == "optional")


def test_a_carrier_nobody_vouches_for_hears_nothing_and_the_right_authority_mends_it_while_the_switch_runs(
    line: SwitchUnderTest, carrier: SecureCarrier, authority: Authority, give: Any
) -> None:
    if is_rehearsed(line):
        pytest.skip("the rehearsal switch speaks no TLS")
    other = Authority("Somebody else")
    give(by_tls(carrier, other))
    line.log.wait(facts.LineStated, 20, line="t5", registration="FAILED")
    assert carrier.heard == []
    refused = handshake.look(HOST, carrier.port, other.pem)
    assert (refused.problem, authority.name in refused.more) == (handshake.UNKNOWN_CA, True)
    give(by_tls(carrier, authority, dial_prefix="9"))
    line.log.wait(facts.LineStated, 15, line="t5", registration="REGED")


@pytest.mark.parametrize(
    ("name", "days", "problem"),
    [("sip.carrier.example", 10, handshake.WRONG_NAME), (HOST, -1, handshake.EXPIRED)],
)
def test_another_name_and_an_old_certificate_are_refused_by_the_switch_as_by_our_own_look(
    line: SwitchUnderTest, authority: Authority, give: Any, tmp_path: Path, name: str, days: int, problem: str
) -> None:
    if is_rehearsed(line):
        pytest.skip("the rehearsal switch speaks no TLS")
    chain = authority.sign(tmp_path / "other.pem", name, days=days)
    carrier = SecureCarrier(Habits(password="s3cret!"), chain=chain)
    try:
        give(by_tls(carrier, authority))
        line.log.wait(facts.LineStated, 20, line="t5", registration="FAILED")
        assert carrier.heard == []
        found = handshake.look(HOST, carrier.port, authority.pem)
        assert (found.problem, found.more) == (problem, name)
    finally:
        carrier.close()


def test_where_encrypted_speech_is_required_no_call_goes_without(
    line: SwitchUnderTest, carrier: SecureCarrier, authority: Authority, give: Any
) -> None:
    if is_rehearsed(line):
        pytest.skip("the rehearsal switch speaks no SRTP")
    carrier.speaks_srtp = False
    give(by_tls(carrier, authority, srtp="mandatory"))
    line.log.wait(facts.LineStated, 15, line="t5", registration="REGED")
    _agent, outside = dial(line)
    line.log.wait(facts.LegHungUp, 15, leg_id=outside)
    assert line.log.all(facts.LegAnswered, leg_id=outside) == []
    assert carrier.talks == []
    assert "RTP/AVP " not in carrier.invitations()[0]


def test_a_call_in_by_the_registration_is_for_the_number_it_names_and_encrypted_where_that_is_required(
    line: SwitchUnderTest, carrier: SecureCarrier, authority: Authority, give: Any
) -> None:
    if is_rehearsed(line):
        pytest.skip("the rehearsal switch speaks no TLS")
    give(by_tls(carrier, authority, srtp="mandatory"))
    line.log.wait(facts.LineStated, 15, line="t5", registration="REGED")
    plain = carrier.invite(HOT_LINE, is_secure=False)
    refused = wait_until(lambda: carrier.answered(plain), 10, "no answer to speech that is not encrypted")
    assert refused.startswith("SIP/2.0 488 ")
    secure = carrier.invite(HOT_LINE, is_secure=True)
    taken = wait_until(lambda: carrier.answered(secure), 10, "no answer to encrypted speech")
    assert taken.startswith("SIP/2.0 200 ")
    assert "RTP/SAVP" in taken
    assert "a=crypto:1 AES_CM_128_HMAC_SHA1_80 inline:" in taken
    assert line.log.wait(facts.LegQueued, 10, caller_number="13900009999").queue_id == 7
