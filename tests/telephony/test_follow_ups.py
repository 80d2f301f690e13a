"""Messages and low scores are work: with a due time, an owner, a note; seen by those who serve the queue."""

from __future__ import annotations

from datetime import timedelta
from uuid import uuid4

import pytest

from telephony import actions, queries
from telephony.errors import FollowUpDone, FollowUpGone
from telephony.models import FollowUp, Queue, QueueAgent, Survey, SurveyAnswer
from tenants.people.models import AuditEntry
from tests.telephony_rows import a_call


@pytest.fixture
def work(floor):
    """A message of a caller of acme's queue."""
    caller = uuid4()
    with floor.inside():
        for _twice in range(2):
            actions.keep_voicemail(
                leg_id=caller,
                node="main-1",
                queue_id=floor.queue.pk,
                path="acme/voicemail/x.wav",
                seconds=4,
                at=floor.now,
            )
        return FollowUp.objects.get()


@pytest.fixture
def boss(floor, member, client_of):
    return client_of(member(floor.tenant, "supervisor", name="Boss"))


def test_a_message_is_work_once_with_a_time(floor, work, other_floor):
    assert (work.kind, work.queue_id, work.state, work.owner_id) == (
        "voicemail",
        floor.queue.pk,
        "open",
        None,
    )
    assert work.due_at == floor.now + timedelta(hours=4)
    with other_floor.inside():
        assert not FollowUp.objects.exists()


def test_a_list_links_to_the_calls_that_open(floor, work, boss, client_of):
    """An agent may take the work of a call whose page is not theirs: its number stands there without a link."""
    agent = floor.agent()
    with floor.inside():
        person = agent.member
    link = f'href="/calls/{work.call_id}/"'
    for page in ("/follow-ups/", "/voicemails/"):
        seen = client_of(person).get(page).content.decode()
        assert "<audio" in seen
        assert link not in seen
        assert link in boss.get(page).content.decode()


def test_it_is_claimed_noted_done_and_written_down(floor, work, member):
    who = member(floor.tenant, "agent", name="Ann")
    with floor.inside():
        assert actions.claim_follow_up(follow_up_id=work.pk, member=who).owner == who
        actions.claim_follow_up(follow_up_id=work.pk, member=who)
        actions.note_follow_up(follow_up_id=work.pk, note=" called ")
        done = actions.finish_follow_up(follow_up_id=work.pk, member=who, note="", at=floor.now)
        again = actions.finish_follow_up(
            follow_up_id=work.pk, member=who, note="x", at=floor.now + timedelta(hours=1)
        )
        assert (done.note, again.note, again.done_at) == ("called", "called", floor.now)
        assert [row.verb for row in AuditEntry.objects.filter(subject__startswith="telephony.followup")] in (
            ["claimed", "finished"],
            ["finished", "claimed"],
        )
        with pytest.raises(FollowUpDone):
            actions.claim_follow_up(follow_up_id=work.pk, member=who)
        assert actions.reopen_follow_up(follow_up_id=work.pk).state == "open"
        assert actions.release_follow_up(follow_up_id=work.pk).owner is None
        with pytest.raises(FollowUpGone):
            actions.note_follow_up(follow_up_id=work.pk + 1, note="")


def test_agents_see_the_work_of_their_queues(floor, work, member):
    ann, eve = floor.agent(), floor.agent()
    with floor.inside():
        other = Queue.objects.create(name="Elsewhere")
        QueueAgent.objects.filter(agent=eve).delete()
        QueueAgent.objects.create(queue=other, agent=eve)
        assert queries.follow_up(ann.member, work.pk) == work
        assert queries.follow_up(eve.member, work.pk) is None
        actions.claim_follow_up(follow_up_id=work.pk, member=eve.member)
        assert queries.follow_up(eve.member, work.pk) == work
        late = floor.now + timedelta(hours=5)
        assert queries.follow_up_counts(eve.member, late) == {"open": 1, "mine": 1, "overdue": 1}
        assert queries.follow_up_counts(ann.member, floor.now)["overdue"] == 0


def test_the_page_lists_it_and_takes_the_words(floor, work, boss, other_floor, member, client_of):
    shown = boss.get("/follow-ups/").content.decode()
    assert "Take it" in shown
    assert f"/follow-ups/{work.pk}/claim/" in shown
    assert boss.post(f"/follow-ups/{work.pk}/claim/", {"back": "/follow-ups/?show=mine"}).url == (
        "/follow-ups/?show=mine"
    )
    assert (
        boss.post(f"/follow-ups/{work.pk}/finish/", {"note": "called", "back": "//evil"}).url
        == "/follow-ups/"
    )
    assert "called" in boss.get("/follow-ups/?show=done").content.decode()
    assert boss.post(f"/follow-ups/{work.pk}/explode/").status_code == 404
    stranger = client_of(member(other_floor.tenant, "supervisor"))
    assert stranger.post(f"/follow-ups/{work.pk}/reopen/").status_code == 404
    with floor.inside():
        assert FollowUp.objects.get().state == "done"


def test_people_without_calls_have_no_follow_ups(floor, work, member, client_of):
    assert client_of(member(floor.tenant, "finance")).get("/follow-ups/").status_code == 403


def test_a_comment_is_heard_by_those_who_may_hear_the_call(floor, boss, member, client_of, settings):
    with floor.inside():
        survey = Survey.objects.create(name="x")
        call = a_call(floor.now, queue=floor.queue)
        answer = SurveyAnswer.objects.create(
            call=call, survey=survey, scale="csat", asked_at=floor.now, comment_path="other/survey/x.wav"
        )
    address = f"/survey-comments/{answer.pk}/audio"
    assert client_of(member(floor.tenant, "agent")).get(address).status_code == 404
    refused = boss.get(address)
    assert refused.status_code == 404
    assert f"/calls/{call.pk}/" in boss.get(f"/calls/{call.pk}/").request["PATH_INFO"]
