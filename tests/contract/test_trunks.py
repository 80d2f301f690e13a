"""Trunks on both switches: loaded while it runs, registered or refused in the carrier's words, tried in order."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any
from uuid import uuid4

import pytest

from telephony import facts
from telephony.freeswitch import cdr, trunk_call, trunk_document
from telephony.freeswitch.translate import Source
from tests.contract.carriers import Carrier, Habits, terms
from tests.contract.driver import NODE, SwitchUnderTest, wait_until

CUSTOMER, OURS = "+8613877776666", "+862155508888"


@dataclass
class Trunks:
    """Two trunks, t1 and t2, each with a carrier of its own."""

    line: SwitchUnderTest
    carriers: dict[str, Carrier]

    def known(self) -> dict[str, Any]:
        told = self.line.settings
        return {"host": "127.0.0.1", "event_port": told.event_port, "password": told.password}

    def give(self, *lines: Any) -> None:
        """The switch has these trunks, and no others, from now on."""
        gateways = trunk_document.gateways_document(lines, ping_seconds=5)
        networks = trunk_document.networks_document(one for line in lines for one in line.networks)
        gone, others = trunk_document.write_trunks(self.line.directory / "conf", gateways, networks)
        assert trunk_call.read_again(self.known(), gone=gone, networks=others)

    def terms(self, key: str, **more: Any) -> Any:
        return terms(key, self.carriers[key].port, **more)

    def behave(self, key: str, *, calls: int = 200, registers: int = 200, is_away: bool = False) -> None:
        self.carriers[key].habits.calls = calls
        self.carriers[key].habits.registers, self.carriers[key].habits.is_away = registers, is_away
        mode = "away" if is_away else {200: "auto", 486: "busy", 503: "fails"}[calls]
        self.line.api(f"rehearsal line {key} {mode} answer_after=0.2 registers={registers}")

    def sees(self, key: str) -> Callable[[], trunk_call.Told | None]:
        return lambda: next((one for one in trunk_call.listed(self.known()) or [] if one.line == key), None)

    def dial(self, *lines: str) -> Any:
        call_id = uuid4()
        self.line.offer(call_id, "66440001", call_id=call_id, dials=CUSTOMER, shown_number=OURS, lines=lines)
        return call_id


@pytest.fixture
def trunks(line: SwitchUnderTest) -> Iterator[Trunks]:
    found = Trunks(line, {key: Carrier(Habits(password="s3cret!")) for key in ("t1", "t2")})
    yield found
    found.give()
    for carrier in found.carriers.values():
        carrier.close()


def test_a_trunk_registers_is_refused_in_words_and_is_changed_while_the_switch_runs(trunks: Trunks) -> None:
    log = trunks.line.log
    trunks.behave("t2", registers=403)
    trunks.give(trunks.terms("t1"), trunks.terms("t2"))
    log.wait(facts.LineStated, 15, line="t1", registration="REGED")
    refused = log.wait(facts.LineStated, 15, line="t2", registration="FAILED", sip_status=403)
    assert (refused.phrase, refused.node) == ("Forbidden", NODE)
    wait_until(
        lambda: (told := trunks.sees("t1")()) and told.is_up and told.registration == "REGED", 15, "t1"
    )
    wait_until(lambda: (told := trunks.sees("t2")()) and told.is_up is False, 15, "t2 is up")
    # Entered anew it is another at once; one that is gone is gone from the switch.
    trunks.behave("t2")
    trunks.give(trunks.terms("t2", dial_prefix="9"))
    log.wait(facts.LineStated, 15, line="t2", registration="REGED")
    assert trunks.sees("t1")() is None


def test_a_call_goes_by_the_next_trunk_when_a_carrier_fails_and_never_when_somebody_is_engaged(
    trunks: Trunks,
) -> None:
    line, log = trunks.line, trunks.line.log
    line.registered_phone("66440001")
    for key in ("t1", "t2"):
        trunks.behave(key)
    trunks.give(trunks.terms("t1"), trunks.terms("t2", is_registered=False, caller_form="rpid"))
    log.wait(facts.LineStated, 15, line="t1", registration="REGED")
    wait_until(lambda: (told := trunks.sees("t2")()) and told.is_up, 15, "t2 is not up")
    trunks.behave("t1", calls=503)
    failed = trunks.dial("t1", "t2")
    assert log.wait(facts.LineFailed, 15, line="t1", leg_id=failed).cause == "NORMAL_TEMPORARY_FAILURE"
    log.wait(facts.LegAnswered, 15, leg_id=failed)
    ways = [fact.line for fact in log.all(facts.LegCreated, leg_id=failed)]
    assert (ways, log.all(facts.LegHungUp, leg_id=failed)) == (["t1", "t2"], [])
    line.switch.hang_up(failed)
    ended = log.wait(facts.LegHungUp, 15, leg_id=failed)
    assert (ended.line, ended.cause) == ("t2", "NORMAL_CLEARING")
    [settled] = _settled(line, failed)
    assert settled.answered_at is not None
    trunks.behave("t1", calls=486)
    engaged = trunks.dial("t1", "t2")
    assert log.wait(facts.LegHungUp, 15, leg_id=engaged).cause == "USER_BUSY"
    assert [fact.line for fact in log.all(facts.LegCreated, leg_id=engaged)] == ["t1"]
    if sent := trunks.carriers["t1"].invitations():
        assert f'P-Asserted-Identity: "{OURS}" <sip:{OURS}@' in sent[0]
        assert ("PCMA" in sent[0], "PCMU" in sent[0]) == (True, False)
        assert f'Remote-Party-ID: "{OURS}" <sip:{OURS}@' in trunks.carriers["t2"].invitations()[0]


def _settled(line: SwitchUnderTest, leg_id: Any) -> list[facts.LegSettled]:
    source = Source(NODE, str(line.settings.recordings_dir))
    paths = wait_until(lambda: list(line.settings.spool_dir.glob(f"*{leg_id}.cdr.json")), 15, "no record")
    told = [fact for path in paths for fact in cdr.settle(path.read_bytes(), source)]
    return [fact for fact in told if isinstance(fact, facts.LegSettled)]


def test_a_test_call_tells_what_the_carrier_answered_and_nobody_else_hears_of_it(trunks: Trunks) -> None:
    trunks.behave("t1")
    trunks.give(trunks.terms("t1", is_registered=False))
    wait_until(lambda: (told := trunks.sees("t1")()) and told.is_up, 15, "t1 is not up")

    def call(line: str) -> trunk_call.Tried:
        made = trunk_call.call(
            trunks.known(), line=line, number="8610000", shows="861055550000", test_id=uuid4(), seconds=8
        )
        assert made is not None
        return made

    went = call("t1")
    assert (went.is_answered, went.sip_status) == (True, 200)
    assert went.ringing_ms is not None
    assert went.answered_ms is not None
    assert 0 <= went.ringing_ms <= went.answered_ms < 5000
    trunks.behave("t1", calls=503)
    assert (call("t1").sip_status, call("t1").cause) == (503, "NORMAL_TEMPORARY_FAILURE")
    assert call("t9").cause == "INVALID_GATEWAY"
    told = [fact for fact in trunks.line.log.since_start() if isinstance(fact, facts.LegFact)]
    assert told == []
