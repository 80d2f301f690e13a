"""What a caller says of himself, and what a tenant typed into a flow, is text: it is shown, and never run.

A sample of tests/attacks on a switch: one in some hundreds of its ten thousand texts, all callers side by side.
"""

from __future__ import annotations

import contextlib
import itertools
import random
from collections.abc import Iterator
from functools import partial
from typing import Any
from uuid import UUID

import pytest

from telephony import facts
from telephony.flows.document import Node
from telephony.freeswitch.cdr import settle
from telephony.freeswitch.flow_document import file_name, flow_document, write_flows
from telephony.freeswitch.translate import Source
from tests.attacks import payloads
from tests.attacks.test_a14_injection import hostile_nodes, terms_of
from tests.contract.driver import NODE, SwitchUnderTest, wait_until
from tests.contract.walker import callers, together
from tests.contract.web import Route

NAMES = {
    "encoded newline": "Bob%0AEvent-Name: CHANNEL_HANGUP_COMPLETE%0Avariable_cc_tenant: globex",
    "expansion": f"${{system {payloads.TOUCH}}}",
    "api": f"${{bgapi(system {payloads.TOUCH})}} @{{system {payloads.TOUCH}}}",
    "preprocessing": f"<X-PRE-PROCESS cmd='exec' data='{payloads.TOUCH}'/>",
    "global": "$${event_secret} ${recordings_dir}",
    "markup": "</extension><b>& ' ; , | ^",
    "long": "x" * 2048,
    "emoji": "王芳 📞 ☎️",
    "variables": "x,cc_tenant=globex}{cc_tenant=globex",
}
SAMPLE, WAVE = 24, 8


@pytest.fixture(autouse=True)
def _nothing_ran(line: SwitchUnderTest) -> Iterator[None]:
    payloads.PROOF.unlink(missing_ok=True)
    yield
    assert not payloads.PROOF.exists()
    assert {fact.tenant for fact in line.log.since_start() if isinstance(fact, facts.LegFact)} <= {"acme", ""}


def as_text(name: str) -> set[str]:
    """How a switch may show it: as it came, or with `%0A` decoded (to a blank, with us) and `${` made harmless."""
    spellings = {name, name.replace("%0A", " "), name.replace("${", "%{")}
    return {"".join(c if c.isprintable() else " " for c in spelling[:256]).strip() for spelling in spellings}


def test_a_hostile_name_is_shown_as_text_and_nothing_runs(line: SwitchUnderTest) -> None:
    def talks(username: str, number: str, name: str) -> None:
        queued = line.log.wait(facts.LegQueued, 20, caller_number=number)
        assert (queued.tenant, queued.caller_name in as_text(name)) == ("acme", True), queued.caller_name
        assert "\n" not in queued.caller_name
        offer = line.offer(queued.leg_id, username)
        line.log.wait(facts.LegsBridged, offer_id=offer.offer_id)
        line.log.wait(facts.LegHungUp, leg_id=queued.leg_id)
        assert record_of(line, queued.leg_id).caller_name == queued.caller_name

    stories = {}
    for place, (kind, name) in enumerate(NAMES.items()):
        username, number = f"10{place:02}", f"1380000{place:04}"
        line.registered_phone(username, answer_after=0.2, hang_up_after=0.7)
        line.call(number=number, name=name)
        stories[kind] = partial(talks, username, number, name)
    together(stories)


def record_of(line: SwitchUnderTest, leg_id: UUID) -> facts.LegSettled:
    [path] = wait_until(lambda: list(line.settings.spool_dir.glob(f"*{leg_id}.cdr.json")))
    told = settle(path.read_bytes(), Source(NODE))
    [record] = [fact for fact in told if isinstance(fact, facts.LegSettled)]
    assert record.tenant == "acme"
    return record


def can_be_a_name(text: str) -> bool:
    """Between quotes in a SIP header, and in a scenario of sipp; what cannot stand there makes no call at all."""
    return text.isprintable() and not set('"\\[]') & set(text) and len(text) < 500


def test_whatever_a_caller_is_called_he_waits_as_everybody(line: SwitchUnderTest) -> None:
    names = list(filter(can_be_a_name, payloads.texts(payloads.chance(), 2_000)))
    chosen = random.Random(payloads.SEED).sample(names, SAMPLE)  # noqa: S311 - the same sample again
    numbers = [f"1381111{place:04}" for place in range(SAMPLE)]
    for place in range(0, SAMPLE, WAVE):
        wave = list(zip(numbers, chosen, strict=True))[place : place + WAVE]
        parties = [line.call(number=number, name=name) for number, name in wave]
        for number, name in wave:
            queued = waits(line, number, name)
            assert (queued.tenant, queued.queue_id) == ("acme", 7)
            assert queued.caller_name.isprintable()
        for party in parties:
            party.stop()


def waits(line: SwitchUnderTest, number: str, name: str) -> facts.LegQueued:
    """Whoever does not come through dials once more: two of many telephones may have met at one port."""
    with contextlib.suppress(AssertionError):
        return line.log.wait(facts.LegQueued, 4, caller_number=number)
    line.call(number=number, name=name)
    return line.log.wait(facts.LegQueued, 10, caller_number=number)


def short(node: Node) -> Node:
    """Nobody is waited for long."""
    settings: Any = dict(node.settings)
    if settings.get("seconds") in (5, 20):
        settings["seconds"] = 1
    return Node(node.id, node.kind, node.title, settings, node.exits)


def test_a_hostile_document_runs_nothing_and_loses_nobody(line: SwitchUnderTest) -> None:
    """As rows could hold it if every check before had been passed by; a node that cannot be written leads home."""
    line.carrier(answer_after=None)
    every = 10_000 // SAMPLE
    nodes = [short(node) for node in itertools.islice(hostile_nodes(), 7, None, every)]
    numbers = []
    for version, node in enumerate(nodes, start=900):
        terms = terms_of([node, Node("n2", "hangup")], version_id=version)
        write_flows(line.directory / "conf", {file_name("acme", version): flow_document(terms)})
        numbers.append(f"+8621558{version:05d}")
        line.web.routes[numbers[-1]] = Route("acme", numbers[-1], 7, flow_version_id=version)

    def is_cared_for(leg_id: UUID) -> None:
        ends = (facts.LegHungUp, facts.WaitFellBack, facts.LegQueued)
        wait_until(lambda: any(line.log.all(kind, leg_id=leg_id) for kind in ends), 30, "lost")

    walking = callers(line, numbers)
    together(
        {
            f"{node.kind} {node}": partial(is_cared_for, one.leg_id)
            for node, one in zip(nodes, walking, strict=True)
        }
    )


def test_a_hostile_number_is_not_sent_to_the_phone(line: SwitchUnderTest) -> None:
    line.registered_phone(answer_after=0.2)
    caller = line.queued_caller()
    offer = line.offer(caller.leg_id, caller_number="1,cc_tenant=globex")
    created = line.log.wait(facts.LegCreated, leg_id=offer.offer_id)
    assert (created.caller_number, created.tenant) == ("anonymous", "acme")


def test_the_switch_itself_has_no_way_to_run_a_program(line: SwitchUnderTest) -> None:
    for command in ("system id", "bgsystem id", "bg_system id", "spawn id", "uuid_record x start /tmp/x"):
        assert line.api(command).startswith("-ERR")


def test_who_does_not_know_the_secret_is_not_answered_by_the_web(line: SwitchUnderTest) -> None:
    line.queued_caller()
    assert line.web.unauthorised <= len(line.web.asked)
