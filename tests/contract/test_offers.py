"""A waiting caller is offered to an agent: the switch finishes the offer alone."""

from __future__ import annotations

import time
from uuid import uuid4

from telephony import facts
from telephony.facts import HungUpBy
from tests.contract.driver import SwitchUnderTest, loudness, seconds_of, wait_until


def test_an_answered_offer_joins_caller_and_agent(line: SwitchUnderTest) -> None:
    line.registered_phone(answer_after=0.3)
    caller = line.queued_caller()
    offer = line.offer(caller.leg_id)
    created = line.log.wait(facts.LegCreated, leg_id=offer.offer_id)
    assert (created.tenant, created.offer_id, created.call_id, created.agent_id, created.epoch) == (
        "acme",
        offer.offer_id,
        caller.leg_id,
        11,
        1,
    )
    answered = line.log.wait(facts.LegAnswered, leg_id=offer.offer_id)
    bridged = line.log.wait(facts.LegsBridged)
    assert {bridged.leg_id, bridged.other_leg_id} == {caller.leg_id, offer.offer_id}
    assert (bridged.at - answered.answered_at).total_seconds() < 0.5
    assert line.log.wait(facts.CommandFinished, command_id=offer.offer_id).is_ok
