"""Mentors listen silently to those they mentor and to nobody else; a seat that ends drops no call."""

from datetime import timedelta

import pytest
from django.utils import timezone

from telephony import floor_orders
from telephony.models import Agent, Listening, QueueAgent
from telephony.queries.supervision import agents_heard_by
from tenants.people.actions.seats import end_seats
from tenants.people.models import AuditEntry, Member
from tests.telephony.test_listening import floor, refused, talk  # noqa: F401  (fixtures)

pytestmark = pytest.mark.usefixtures("at_once")
MORE_THAN_LISTENING = [
    (floor_orders.SetEar, {"mode": "whisper"}),
    (floor_orders.TakeOverCall, {}),
    (floor_orders.HangUpCall, {}),
]


def test_a_mentor_listens_silently_to_the_mentee_and_to_nobody_else(talk, refused):  # noqa: F811
    """The mentee's talk opens an ear, which is written down; it never becomes a voice, and no other talk opens."""
    with talk.floor.inside():
        mentor = talk.floor.agent()
        QueueAgent.objects.filter(agent=mentor).delete()
        talk.agent.member.mentor = mentor.member
        talk.agent.member.save()
        assert agents_heard_by(mentor.member) == {talk.agent.pk}
    talk.settle()
    talk.asks(floor_orders.Listen, member_id=mentor.member_id)
    ear = Listening.objects.filter(ended_at=None)
    with talk.floor.inside():
        assert ear.get().supervisor_id == mentor.pk
        talk.switch.ear_picks_up(ear.get().pk)
    talk.settle()
    for kind, more in MORE_THAN_LISTENING:
        talk.asks(kind, member_id=mentor.member_id, **more)
    assert [code for _audience, code in refused] == ["not_allowed"] * 3
    with talk.floor.inside():
        said = AuditEntry.objects.filter(verb="listens in").get()
        assert (said.actor_id, said.after["agent"]) == (mentor.member_id, str(talk.agent))
    talk.asks(floor_orders.StopListening, member_id=mentor.member_id)
    with talk.floor.inside():
        talk.agent.member.mentor = None
        talk.agent.member.save()
    talk.asks(floor_orders.Listen, member_id=mentor.member_id)
    assert [code for _audience, code in refused][-1] == "not_allowed"


def test_a_mentors_page_shows_the_mentees_alone(floor, other_floor, member, client_of, monkeypatch):  # noqa: F811
    given = []
    monkeypatch.setattr(
        "telephony.console.mentoring.send_order", lambda order, *, member: given.append(order)
    )
    call_id, _offer = floor.talk(floor.agent())
    theirs, _offer2 = floor.talk(floor.agent())
    with floor.inside():
        mentee = Agent.objects.get(pk=_offer.agent_id)
        mentor = member(floor.tenant, "agent", name="Shi")
        Member.objects.filter(pk=mentee.member_id).update(mentor=mentor)
    client = client_of(mentor)
    page = client.get("/mentees/").content.decode()
    assert (str(call_id) in page, str(theirs) in page) == (True, False)
    assert client.post(f"/mentees/{theirs}/listen/").status_code == 404
    assert given == []
    client.post(f"/mentees/{call_id}/listen/")
    assert [type(order) for order in given] == [floor_orders.Listen]
    stranger = client_of(member(other_floor.tenant, "agent"))
    assert stranger.post(f"/mentees/{call_id}/listen/").status_code == 404


def test_an_ended_seat_takes_no_more_calls_is_free_for_others_and_drops_none(talk):  # noqa: F811
    with talk.floor.inside():
        Member.objects.filter(pk=talk.agent.member_id).update(
            seat="temporary", seat_ends_at=timezone.now() - timedelta(seconds=1)
        )
        assert end_seats(at=timezone.now()) == 1
    talk.settle()
    with talk.floor.inside():
        agent = Agent.objects.get(pk=talk.agent.pk)
        assert (agent.is_active, agent.presence, agent.activity) == (False, "offline", "talking")
    assert not [asked for asked in talk.switch.commands if asked[0] == "hang_up"]
    assert talk.floor.call(talk.call_id).ended_at is None
