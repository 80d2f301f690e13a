"""The language a caller chose in the flow is the one rules ask about, and the skill of the agent follows it."""

from uuid import uuid4

import pytest

from telephony.facts import LegQueued
from telephony.ingest import Ingest
from telephony.models import Entry, Flow, FlowVersion, QueueStay, Skill
from tests.telephony.planned import CALLER, profile, rule
from tests.telephony.test_flow_steps import told


@pytest.fixture
def version(floor, other_floor) -> FlowVersion:
    with floor.inside():
        flow = Flow.objects.create(name="Main")
        made = FlowVersion.objects.create(flow=flow, number=1, document={}, published_at=floor.now)
        Entry.objects.update(flow=flow)
    return made


@pytest.mark.parametrize(
    ("chosen", "known", "skills"), [("en", "zh-hans", 1), ("zh", "en", 0), ("", "en", 1)]
)
def test_the_language_chosen_in_the_flow_counts_more_than_the_one_known(
    floor, other_floor, version, chosen, known, skills
):
    profile(floor, language=known)
    profile(other_floor, language="en")
    with floor.inside():
        english = Skill.objects.create(name="English")
    rule(
        floor,
        conditions=[{"field": "language", "op": "starts_with", "value": "en"}],
        effects=[{"do": "skill", "skill_id": english.pk, "level": 3}],
    )
    leg_id, ingest = uuid4(), Ingest()
    way = {"tenant": floor.tenant.schema_name, "dialled": floor.number, "caller_number": CALLER}
    ingest.take(told(version, leg_id, 2, language=chosen, at=floor.now, arrived_at=floor.now, **way))
    waits = {"queue_id": floor.queue.pk, "queued_at": floor.now, "priority": 0, "caller_name": ""}
    ingest.take(LegQueued(node="main-1", at=floor.now, leg_id=leg_id, arrived_at=floor.now, **waits, **way))
    with floor.inside():
        kept = QueueStay.objects.get().routing
    assert kept["facts"]["language"] == (chosen or known)
    assert len(kept["asks"]["requirements"]) == skills
    with other_floor.inside():
        assert not QueueStay.objects.exists()
