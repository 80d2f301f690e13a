"""A return visit or a task: planned, told when it is due, moved, done, reported; one's own, not another's."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.utils import timezone

from telephony import actions, queries
from telephony.actions.planned_work import (
    move_follow_up,
    plan_follow_up,
    rate_visit,
    tell_due_follow_ups,
)
from telephony.message_errors import FollowUpNotPlanned
from telephony.models import FollowUp
from telephony.queries.follow_ups import own_work, planned_work_done, work_about
from telephony.tasks import SCHEDULE
from tenants.context import enter
from tenants.errors import BadInput
from tests.telephony.staffed import floor  # noqa: F401  (a fixture)
from tests.telephony_rows import a_call

IN_AN_HOUR = timedelta(hours=1)


def plan(by, now, **fields) -> FollowUp:
    given = {"kind": "visit", "title": "Ask how the fridge does", "due_at": now + IN_AN_HOUR}
    return plan_follow_up(by=by, at=now, **given | fields)


def due_news(published) -> list[tuple[str, str, bool]]:
    return [
        (news.schema, news.audience, news.message["is_due"])
        for news in published
        if news.message["type"] == "work"
    ]


def test_it_is_told_once_when_it_is_due_and_again_when_moved(floor, in_acme, globex, now, published):  # noqa: F811
    ann = floor["members"]["ann"]
    row = plan(ann, now)
    assert tell_due_follow_ups(at=now) == 0
    late = now + 2 * IN_AN_HOUR
    assert (tell_due_follow_ups(at=late), tell_due_follow_ups(at=late)) == (1, 0)
    assert due_news(published) == [("acme", f"member.{ann.pk}", False), ("acme", f"member.{ann.pk}", True)]
    moved = move_follow_up(follow_up_id=row.pk, due_at=late + IN_AN_HOUR, at=late)
    assert (moved.first_due_at, moved.told_at) == (now + IN_AN_HOUR, None)
    assert tell_due_follow_ups(at=late + 2 * IN_AN_HOUR) == 1
    with enter("globex"):
        assert tell_due_follow_ups(at=late + 2 * IN_AN_HOUR) == 0
    assert any(entry["task"] == "telephony.tell_due_work_everywhere" for entry in SCHEDULE.values())


@pytest.mark.parametrize(
    ("field", "wrong"),
    [
        ("title", {"title": " \x00 "}),
        ("kind", {"kind": "voicemail"}),
        ("due_at", {"due_at": None}),
        ("number", {"number": "12", "country": "CN"}),
    ],
)
def test_what_cannot_be_planned_is_refused_by_field(floor, in_acme, now, field, wrong):  # noqa: F811
    if field == "due_at":
        wrong = {"due_at": now}
    with pytest.raises(BadInput) as refused:
        plan(floor["members"]["ann"], now, **wrong)
    assert refused.value.field == field
    assert not FollowUp.objects.exists()


def test_two_may_be_planned_of_one_call_and_know_whom_to_call(floor, in_acme, now):  # noqa: F811
    call = a_call(now, queue=floor["queue"], caller_number="+8613812342211")
    ann = floor["members"]["ann"]
    rows = [plan(ann, now, call_id=call.pk), plan(ann, now, call_id=call.pk, ticket_number=7, customer_id=3)]
    assert [row.masked_number for row in rows] == ["138****2211"] * 2
    assert list(work_about(ticket_number=7)) == list(work_about(customer_id=3)) == [rows[1]]


def test_what_is_planned_is_ones_own(floor, in_acme, now):  # noqa: F811
    ann, ben, boss = (floor["members"][name] for name in ("ann", "ben", "boss"))
    mine, given = plan(ann, now), plan(boss, now, owner=ben)
    assert own_work(ann) == [mine]
    assert queries.follow_up(ben, mine.pk) is None
    assert queries.follow_up(ben, given.pk) == given
    assert set(queries.follow_ups(boss, "open", now)) == {mine, given}


def test_a_day_is_reported_by_owner_with_the_visits_scores(floor, in_acme, now):  # noqa: F811
    ann = floor["members"]["ann"]
    done, late, task = plan(ann, now), plan(ann, now), plan(ann, now, kind="task")
    rate_visit(follow_up_id=done.pk, satisfaction=4)
    actions.finish_follow_up(follow_up_id=done.pk, member=ann, note="fine", at=now + IN_AN_HOUR / 2)
    move_follow_up(follow_up_id=late.pk, due_at=now + 2 * IN_AN_HOUR, at=now)
    actions.finish_follow_up(follow_up_id=task.pk, member=ann, note="", at=now + timedelta(days=2))
    with pytest.raises(FollowUpNotPlanned):
        rate_visit(follow_up_id=task.pk, satisfaction=4)
    (line,) = planned_work_done(now, now + timedelta(days=1), now + timedelta(days=1))
    assert (line.name, line.planned, line.done, line.in_time, line.moved, line.open_late) == (
        "Ann",
        3,
        2,
        1,
        1,
        1,
    )
    assert (line.visits_rated, line.satisfaction) == (1, 4.0)


def test_the_form_keeps_what_was_typed_and_says_what_is_wrong(floor, client_of, member, globex):  # noqa: F811
    ann = client_of(floor["members"]["ann"])
    assert 'name="title"' in ann.get("/follow-ups/plan/?customer_id=3").content.decode()
    yesterday = (timezone.now() - timedelta(days=1)).strftime("%Y-%m-%dT%H:%M")
    given = {"title": "<b>Visit</b>", "kind": "visit", "due_at": yesterday, "customer_id": "3"}
    refused = ann.post("/follow-ups/plan/", given)
    assert refused.status_code == 422
    assert "Say a day and an hour to come." in refused.content.decode()
    assert "&lt;b&gt;Visit&lt;/b&gt;" in refused.content.decode()
    tomorrow = (timezone.now() + timedelta(days=1)).strftime("%Y-%m-%dT%H:%M")
    assert ann.post("/follow-ups/plan/", given | {"due_at": tomorrow}).status_code == 200
    with enter("acme"):
        row = FollowUp.objects.get()
    assert row.customer_id == 3
    listed = ann.get("/follow-ups/mine/").content.decode()
    assert "&lt;b&gt;Visit&lt;/b&gt;" in listed
    moved = ann.post(f"/follow-ups/{row.pk}/move/", {"due_at": "+60"}, headers={"HX-Request": "true"})
    assert 'id="task-list"' in moved.content.decode()
    stranger = client_of(member(globex, "supervisor"))
    assert stranger.post(f"/follow-ups/{row.pk}/finish/").status_code == 404
    done = ann.post(f"/follow-ups/{row.pk}/finish/", {"satisfaction": "5"}, headers={"HX-Request": "true"})
    assert "Visit" not in done.content.decode()
    boss = client_of(floor["members"]["boss"])
    page = boss.get("/follow-ups/?show=done").content.decode()
    assert "Satisfaction 5 of 5" in page
    assert "Planned work of the last 30 days" in page


def test_a_call_one_may_not_see_is_not_planned_about(floor, client_of, now):  # noqa: F811
    with enter("acme"):
        call = a_call(now, queue=floor["queue"], agent=floor["ben"])
    tomorrow = (timezone.now() + timedelta(days=1)).strftime("%Y-%m-%dT%H:%M")
    given = {"title": "x", "kind": "task", "due_at": tomorrow, "call_id": str(call.pk)}
    assert client_of(floor["members"]["ann"]).post("/follow-ups/plan/", given).status_code == 200
    assert client_of(floor["members"]["ben"]).post("/follow-ups/plan/", given).status_code == 200
    with enter("acme"):
        rows = FollowUp.objects.order_by("pk")
        assert [row.call_id for row in rows] == [None, call.pk]
