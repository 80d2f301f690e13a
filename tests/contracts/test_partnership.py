"""Meetings, risks and cases: overdue is said, the matrix is drawn, nothing is told without consent."""

from dataclasses import replace
from datetime import timedelta
from importlib import import_module

import pytest
from django.db import connection
from django.utils import translation

from tenants.contracts import errors
from tenants.contracts.actions import partnership as acts
from tenants.contracts.models import USUAL_RISKS, Risk
from tenants.contracts.models.usual_risks import is_usual
from tenants.contracts.queries import partnership as told
from tenants.models import Tenant

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


def words(risk) -> tuple[str, str, str]:
    return risk.told_title, risk.told_mitigation, risk.told_owner


def in_both(risk):
    found = []
    for language in ("en", "zh-hans"):
        with translation.override(language):
            found.append(words(risk))
    return found


LATE = ("A promised upgrade comes late", "承诺的升级延迟")


@pytest.mark.parametrize("of_tenant", ["en", "zh-hans"])
def test_each_side_reads_a_usual_risk_in_their_own_language_also_after_it_was_assessed(
    acme, globex, now, of_tenant
):
    acme.language = of_tenant
    for tenant in (acme, globex):
        acts.begin_register(tenant=tenant, today=now.date())
    row = next(one for one in told.risks_of(acme) if one.kind == "upgrade")
    english, chinese = in_both(row)
    assert (english[0], chinese[0]) == LATE
    assert (english[2], chinese[2]) == ("Us, the operator", "我方（运营商）")
    title, mitigation, owner = chinese
    danger = acts.Danger(kind="upgrade", title=title, likelihood=5, impact=5, mitigation=mitigation, owner=owner,
                         review_on=now.date())  # fmt: skip
    row = acts.write_risk(tenant=acme, danger=danger, risk_id=row.pk)
    assert (row.score, in_both(row)) == (25, [english, chinese])
    row = acts.write_risk(tenant=acme, danger=replace(danger, mitigation="Olga asks"), risk_id=row.pk)
    assert in_both(row) == [(english[0], "Olga asks", english[2]), (chinese[0], "Olga asks", chinese[2])]
    assert all(one.score < 25 for one in told.risks_of(globex))


def test_risks_written_before_keep_their_words_or_become_each_readers(acme, globex, now):
    of_then = [
        (acme, "upgrade", LATE[0], "Us, the operator"), (acme, "upgrade", LATE[1], "Wang"),
        (globex, "upgrade", "Late again", "Us, the operator"), (globex, "other", LATE[0], "Us, the operator"),
    ]  # fmt: skip
    rows = [
        Risk.objects.create(
            tenant=tenant, kind=kind, title=title, mitigation="M", owner=owner, review_on=now.date()
        )
        for tenant, kind, title, owner in of_then
    ]
    moved = import_module("tenants.contracts.migrations.0002_usual_risks")

    def run(statements):
        with connection.cursor() as cursor:
            for statement, values in statements:
                cursor.execute(statement, values)
        for row in rows:
            row.refresh_from_db()

    run(moved.known())
    assert [(one.preset, one.title, one.mitigation, one.owner) for one in rows] == [
        ("upgrade", "", "M", ""), ("upgrade", "", "M", "Wang"),
        ("", "Late again", "M", "Us, the operator"), ("", LATE[0], "M", "Us, the operator"),
    ]  # fmt: skip
    assert [one[0] for one in in_both(rows[1])] == list(LATE)
    Tenant.objects.filter(pk=acme.pk).update(language="zh-hans")
    run(moved.written())
    assert [(one.title, one.owner) for one in rows] == [
        (LATE[1], "我方（运营商）"), (LATE[1], "Wang"), ("Late again", "Us, the operator"),
        (LATE[0], "Us, the operator"),
    ]  # fmt: skip


def test_the_words_a_migration_knows_are_those_the_register_begins_with():
    moved = import_module("tenants.contracts.migrations.0002_usual_risks")
    for code, (title, mitigation) in moved.USUAL.items():
        assert all(is_usual(code, "title", one) for one in title)
        assert all(is_usual(code, "mitigation", one) for one in mitigation)
        assert all(is_usual(code, "owner", one) for one in moved.US)
    assert moved.USUAL.keys() == USUAL_RISKS.keys()


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
