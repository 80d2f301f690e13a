"""A drill of an emergency: the seconds it takes, and that it leaves everything as it was."""

from datetime import timedelta

import pytest
from django.utils import timezone

from telephony import actions, queries
from telephony.emergencies import start_drill
from telephony.errors import (
    AlreadySwitchedOn,
    DrillGoesOn,
    TelephonyUnreachable,
)
from telephony.freeswitch.documents import dialplan_document
from telephony.freeswitch.question import arrival_in
from telephony.freeswitch.test_call import Arrival
from telephony.models import EmergencySwitch
from telephony.queries import Treatment
from telephony.worker.standby import measure
from tests.telephony.prepared import BACKUP, Action, prepare, switch, way


def switch_asks(number: str) -> Arrival | None:
    """What the switch would be told, in the document it would read."""
    return arrival_in(dialplan_document(queries.inbound_route(number)))


@pytest.mark.parametrize("is_switch_there", [True, False])
def test_a_drill_measures_the_seconds_and_ends_as_if_it_had_not_been(lines, monkeypatch, is_switch_there):
    monkeypatch.setattr("telephony.emergencies.send_order", lambda order, member: "o1")
    usual = way(lines.number)
    plan = prepare(lines, action=Action.BACKUP_LINE, backup_number=BACKUP)
    with lines.inside():
        drill = start_drill(plan_id=plan.pk, by=None, at=timezone.now())
        assert way(lines.number) == (Treatment.BACKUP, BACKUP)
        with pytest.raises(DrillGoesOn):
            start_drill(plan_id=plan.pk, by=None, at=timezone.now())
        measure(drill.pk, switch_asks, switch_asks if is_switch_there else lambda number: None)
        drill.refresh_from_db()
        plan.refresh_from_db()
        assert drill.outcome == ("by_call" if is_switch_there else "by_question")
        assert 0 <= drill.seconds < 30
        assert drill.effective_at >= drill.asked_at
        assert not plan.is_on
        assert queries.last_drill(plan) == drill
    assert way(lines.number) == usual


def test_a_drill_whose_worker_died_is_over_by_itself(lines):
    plan = prepare(lines)
    with lines.inside():
        drill = actions.begin_drill(plan_id=plan.pk, by=None, at=timezone.now())
        assert way(lines.number)[0] == Treatment.EMERGENCY_MESSAGE
        EmergencySwitch.objects.update(asked_at=timezone.now() - timedelta(seconds=31))
        assert way(lines.number) == (Treatment.QUEUE, lines.queue.pk)
        again = actions.begin_drill(plan_id=plan.pk, by=None, at=timezone.now())
        drill.refresh_from_db()
        assert (drill.outcome, again.outcome) == ("not_ended", "running")


def test_a_drill_nobody_can_measure_is_refused_and_leaves_everything_as_it_was(lines, monkeypatch):
    def nobody(order, member):
        raise TelephonyUnreachable

    monkeypatch.setattr("telephony.emergencies.send_order", nobody)
    plan = prepare(lines)
    with lines.inside(), pytest.raises(TelephonyUnreachable):
        start_drill(plan_id=plan.pk, by=None, at=timezone.now())
    assert way(lines.number) == (Treatment.QUEUE, lines.queue.pk)
    made = switch(lines, plan)
    with lines.inside():
        made.refresh_from_db()
        assert made.outcome == "no_worker"
        with pytest.raises(AlreadySwitchedOn):
            start_drill(plan_id=plan.pk, by=None, at=timezone.now())
