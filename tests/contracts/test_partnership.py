"""Meetings, risks and cases: overdue is said, the matrix is drawn, nothing is told without consent."""

from datetime import timedelta

import pytest

from tenants.contracts import errors
from tenants.contracts.actions import partnership as acts
from tenants.contracts.queries import partnership as told

STORY = acts.Story(trade="Shop", title="Twice as fast", title_zh="快一倍", story="How.", story_zh="如何。")


def test_an_action_is_finished_by_its_own_side_and_overdue_after_its_day(acme, globex, now):
    today = now.date()
    meeting = acts.write_minutes(tenant=acme, held_on=today, title="Review", attendees="", minutes="Good.")
    task = acts.Task(what="Send the plan", side="vendor", owner="Olivia", due_on=today)
    with pytest.raises(errors.NotYours):
        acts.add_task(tenant=globex, meeting_id=meeting.pk, task=task)
    made = acts.add_task(tenant=acme, meeting_id=meeting.pk, task=task)
    assert (made.is_overdue_on(today), made.is_overdue_on(today + timedelta(days=1))) == (False, True)
    assert told.count_overdue(today + timedelta(days=1)) == {acme.pk: 1}
    for tenant, side in ((globex, "vendor"), (acme, "customer")):
        with pytest.raises(errors.NotYours):
            acts.finish_task(tenant=tenant, task_id=made.pk, side=side, at=now)
    acts.finish_task(tenant=acme, task_id=made.pk, side="vendor", at=now)
    assert told.open_tasks(acme) == []
    assert told.count_overdue(today + timedelta(days=9)) == {}


def test_the_register_begins_with_four_risks_once_and_draws_them(acme, globex, now):
    assert acts.begin_register(tenant=acme, today=now.date()) == 4
    assert acts.begin_register(tenant=acme, today=now.date()) == 0
    assert told.risks_of(globex) == []
    risks = told.risks_of(acme)
    assert [(one.kind, one.score, one.level) for one in risks] == [
        ("support", 12, "middle"),
        ("default", 10, "middle"),
        ("upgrade", 9, "middle"),
        ("price", 8, "middle"),
    ]
    matrix = told.matrix_of(risks)
    assert [[len(cell.risks) for cell in row] for row in matrix] == [
        [0, 0, 0, 0, 0],
        [0, 0, 0, 0, 0],
        [0, 0, 1, 1, 0],
        [0, 0, 0, 1, 1],
        [0, 0, 0, 0, 0],
    ]
    levels = [[cell.level[0] for cell in row] for row in matrix]
    assert levels == [list("lmhhh"), list("lmmhh"), list("lmmmh"), list("llmmm"), list("lllll")]
    acts.close_risk(tenant=acme, risk_id=risks[0].pk)
    assert [one.kind for one in told.risks_of(acme)] == ["default", "upgrade", "price", "support"]
    with pytest.raises(errors.NotYours):
        acts.close_risk(tenant=globex, risk_id=risks[1].pk)


def test_a_case_is_shown_only_while_its_tenant_allows_these_words(acme, globex, now):
    case = acts.write_case(tenant=acme, story=STORY, at=now)
    assert told.shown_cases() == []
    with pytest.raises(errors.NotYours):
        acts.allow_case(tenant=globex, case_id=case.pk, at=now)
    acts.allow_case(tenant=acme, case_id=case.pk, at=now)
    assert told.shown_cases() == [case]
    acts.withdraw_case(tenant=acme, case_id=case.pk, at=now)
    assert told.shown_cases() == []
    acts.allow_case(tenant=acme, case_id=case.pk, at=now)
    acts.write_case(tenant=acme, story=STORY, at=now, case_id=case.pk)
    assert told.shown_cases() == []
    acts.allow_case(tenant=acme, case_id=case.pk, at=now)
    acme.state = "suspended"
    acme.save()
    assert told.shown_cases() == []
