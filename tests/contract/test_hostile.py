"""What a caller says of himself is text: it is shown, and never run."""

from __future__ import annotations

from pathlib import Path

import pytest

from telephony import facts
from telephony.freeswitch.cdr import settle
from telephony.freeswitch.translate import Source
from tests.contract.driver import NODE, SwitchUnderTest, wait_until

PROOF = Path("/tmp/contract-suite-was-owned")
NAMES = {
    "encoded newline": "Bob%0AEvent-Name: CHANNEL_HANGUP_COMPLETE%0Avariable_cc_tenant: globex",
    "expansion": "${system touch /tmp/contract-suite-was-owned}",
    "api": "${bgapi(system touch /tmp/contract-suite-was-owned)} @{system touch /tmp/contract-suite-was-owned}",
    "preprocessing": "<X-PRE-PROCESS cmd='exec' data='touch /tmp/contract-suite-was-owned'/>",
    "global": "$${event_secret} ${recordings_dir}",
    "markup": "</extension><b>& ' ; , | ^",
    "long": "x" * 2048,
    "emoji": "王芳 📞 ☎️",
    "variables": "x,cc_tenant=globex}{cc_tenant=globex",
}


def as_text(name: str) -> set[str]:
    """How a switch may show it: as it came, or with `%0A` decoded (to a blank, with us) and `${` made harmless."""
    spellings = {name, name.replace("%0A", " "), name.replace("${", "%{")}
    return {"".join(c if c.isprintable() else " " for c in spelling[:256]).strip() for spelling in spellings}


@pytest.mark.parametrize("kind", NAMES)
def test_a_hostile_name_is_shown_as_text_and_nothing_runs(line: SwitchUnderTest, kind: str) -> None:
    PROOF.unlink(missing_ok=True)
    line.registered_phone(answer_after=0.2, hang_up_after=0.7)
    caller = line.queued_caller(name=NAMES[kind])
    offer = line.offer(caller.leg_id)
    line.log.wait(facts.LegsBridged, offer_id=offer.offer_id)
    line.log.wait(facts.LegHungUp, leg_id=caller.leg_id)
    assert not PROOF.exists()
    assert caller.tenant == "acme"
    assert caller.caller_name in as_text(NAMES[kind])
    assert "\n" not in caller.caller_name
    assert len(caller.caller_name) <= 256
    assert {fact.tenant for fact in line.log.since_start() if isinstance(fact, facts.LegFact)} <= {"acme", ""}
    [path] = wait_until(lambda: list(line.settings.spool_dir.glob(f"*{caller.leg_id}.cdr.json")))
    [record] = settle(path.read_bytes(), Source(NODE))
    assert (record.tenant, record.caller_name) == ("acme", caller.caller_name)


def test_a_hostile_number_is_not_sent_to_the_phone(line: SwitchUnderTest) -> None:
    line.registered_phone(answer_after=0.2)
    caller = line.queued_caller()
    offer = line.offer(caller.leg_id, caller_number="1,cc_tenant=globex")
    created = line.log.wait(facts.LegCreated, leg_id=offer.offer_id)
    assert (created.caller_number, created.tenant) == ("anonymous", "acme")


def test_a_hostile_dialled_number_is_a_number_of_nobody(line: SwitchUnderTest) -> None:
    line.call("${system}", number="13800000011")
    created = line.log.wait(facts.LegCreated, caller_number="13800000011")
    ended = line.log.wait(facts.LegHungUp, 20, leg_id=created.leg_id)
    assert (ended.tenant, ended.cause) == ("", "UNALLOCATED_NUMBER")


def test_the_switch_itself_has_no_way_to_run_a_program(line: SwitchUnderTest) -> None:
    for command in ("system id", "bgsystem id", "bg_system id", "spawn id", "uuid_record x start /tmp/x"):
        assert line.api(command).startswith("-ERR")


def test_who_does_not_know_the_secret_is_not_answered_by_the_web(line: SwitchUnderTest) -> None:
    line.queued_caller()
    assert line.web.unauthorised <= len(line.web.asked)
