"""The steps of callers in flows, as the switch tells them: once, twice, late, or only by the record at the end."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID, uuid4

import pytest

from telephony.facts import FlowStepped, StepTaken, WaitFellBack
from telephony.ingest import Ingest
from telephony.models import Call, Flow, FlowStep, FlowVersion, Leg
from telephony.serializers.rows import call_row
from tenants.context import enter

NOW = datetime(2026, 11, 16, 9, 0, tzinfo=UTC)


def at(seconds: float) -> datetime:
    return NOW + timedelta(seconds=seconds)


@pytest.fixture
def version(acme, globex) -> FlowVersion:
    """Of acme; globex has one with the same key."""
    for schema in ("globex", "acme"):
        with enter(schema):
            flow = Flow.objects.create(name="Main")
            found = FlowVersion.objects.create(flow=flow, number=1, document={}, published_at=NOW)
    return found


WAY = (
    StepTaken(position=1, node="s", kind="say", entered_at=at(0), exit="next", left_at=at(2)),
    StepTaken(position=2, node="m", kind="menu", entered_at=at(2), exit="2", value="2", left_at=at(4)),
    StepTaken(position=3, node="h", kind="hours", entered_at=at(4.004), exit="open", left_at=at(4.03)),
    StepTaken(position=4, node="n", kind="menu", entered_at=at(4.05), exit="timeout", left_at=at(9)),
)


def told(version: FlowVersion, leg_id: UUID, steps: int, **changes: Any) -> FlowStepped:
    """As after so many steps, while the caller is in the next."""
    here = WAY[steps] if steps < len(WAY) else None
    current = replace(here, exit="", value="", left_at=None) if here else None
    values: dict[str, Any] = {
        "node": "main-1",
        "at": at(10),
        "tenant": "acme",
        "leg_id": leg_id,
        "version_id": version.pk,
        "taken": WAY[:steps],
        "current": current,
        "language": "zh",
        "collected": {},
        "dialled": "+862155500001",
        "caller_number": "+8613800001111",
        "caller_name": "",
        "arrived_at": at(-1),
    }
    return FlowStepped(**values | changes)


def rows(call_id: UUID) -> list[tuple[int, str, str, str, int | None]]:
    with enter("acme"):
        found = FlowStep.objects.filter(call_id=call_id).order_by("position")
        return [(row.position, row.node, row.exit, row.value, row.answer_milliseconds) for row in found]


def call_of(leg_id: UUID) -> Call:
    with enter("acme"):
        return Call.objects.get(pk=Leg.objects.get(pk=leg_id).call_id)


WHOLE = [
    (1, "s", "next", "", None),
    (2, "m", "2", "2", 50),
    (3, "h", "open", "", None),
    (4, "n", "timeout", "", None),
]


def test_steps_are_written_as_they_happen_with_the_milliseconds_to_the_next_sound(version) -> None:
    leg_id, ingest = uuid4(), Ingest()
    for steps in range(4):
        ingest.take(told(version, leg_id, steps))
    assert rows(leg_id) == [*WHOLE[:3], (4, "n", "", "", None)]
    call = call_of(leg_id)
    assert (call.language, call.flow_version_id, call.is_self_served) == ("zh", version.pk, False)


@pytest.mark.parametrize("order", [(3, 1, 0, 2), (2, 2, 3), (3,), (0, 3, 1)])
def test_told_late_twice_or_hardly_at_all_it_ends_alike(version, order: tuple[int, ...]) -> None:
    leg_id, ingest = uuid4(), Ingest()
    for steps in order:
        ingest.take(told(version, leg_id, steps))
    ingest.take(told(version, leg_id, 4, ended_at=at(12)))
    assert rows(leg_id) == WHOLE


def test_the_record_alone_tells_the_whole_way(version) -> None:
    leg_id = uuid4()
    Ingest().take(told(version, leg_id, 3, ended_at=at(12), collected={"order": "4711"}))
    assert rows(leg_id) == [*WHOLE[:3], (4, "n", "", "", None)]
    assert call_of(leg_id).collected == {"order": "4711"}
    with enter("acme"):
        assert FlowStep.objects.get(call_id=leg_id, position=4).left_at == at(12)


def test_what_was_keyed_in_stands_beside_the_caller_for_whoever_answers(version) -> None:
    """IVR-09: the agent's page shows it with the caller's name."""
    leg_id = uuid4()
    Ingest().take(told(version, leg_id, 2, collected={"order": "4711"}))
    with enter("acme"):
        assert call_row(Call.objects.get(pk=leg_id), None)["collected"] == {"order": "4711"}


def test_a_caller_who_was_answered_and_never_waited_served_themselves(version) -> None:
    answered = StepTaken(position=5, node="a", kind="answer", entered_at=at(9), exit="next", left_at=at(11))
    served, waited = uuid4(), uuid4()
    for leg_id in (served, waited):
        Ingest().take(told(version, leg_id, 4, taken=(*WAY, answered)))
    with enter("acme"):
        from telephony.models import Queue, QueueStay

        queue = Queue.objects.create(name="Sales")
        QueueStay.objects.create(
            call_id=waited, queue=queue, entered_at=at(11), sl_seconds=20, short_abandon_seconds=5
        )
    for leg_id in (served, waited):
        Ingest().take(told(version, leg_id, 4, taken=(*WAY, answered), ended_at=at(12)))
    assert (call_of(served).is_self_served, call_of(waited).is_self_served) == (True, False)


def test_the_other_tenant_hears_nothing(version) -> None:
    leg_id = uuid4()
    Ingest().take(told(version, leg_id, 3))
    with enter("globex"):
        assert FlowStep.objects.count() == Call.objects.count() == 0


def test_a_version_nobody_knows_costs_the_call_nothing(version) -> None:
    leg_id = uuid4()
    Ingest().take(told(version, leg_id, 2, version_id=version.pk + 1000))
    assert rows(leg_id) == []
    assert call_of(leg_id).flow_version_id is None


def test_steps_of_many_callers_are_taken_in_one_sitting(version) -> None:
    legs, ingest = [uuid4() for _ in range(5)], Ingest()
    facts = [told(version, leg_id, steps) for steps in range(4) for leg_id in legs]
    portions = ingest.by_tenant(facts)
    assert [tenant for tenant, _portion in portions] == ["acme"]
    for tenant, portion in portions:
        ingest.take_together(tenant, portion)
    for leg_id in legs:
        assert rows(leg_id) == [*WHOLE[:3], (4, "n", "", "", None)]
        assert call_of(leg_id).flow_version_id == version.pk


def test_an_agent_who_was_not_reached_leaves_no_message_behind(floor) -> None:
    caller = floor.caller()
    about = {"node": "main-1", "at": floor.now, "tenant": "acme", "leg_id": caller}
    Ingest().take(WaitFellBack(**about, queue_id=floor.queue.pk, reason="unreached"))
    stay = floor.stay(caller)
    assert (stay.exit, stay.left_at) == ("flow_out", floor.now)
