"""C16: what a change of rights would do is shown first, is what happens, and is put back by one click; two tenants."""

import re
from datetime import timedelta

import pytest
from django.utils import timezone

from telephony.models import Agent, Call, Queue, QueueAgent, SeatScope
from tenants.lists.models import BulkAct
from tenants.people.foretelling import foretell, held_by
from tenants.people.models import Member, Team
from tests.telephony.callbacks.desk import ANN

MEMBERS = "/admin/people/member/"
MOST_TRIED = 12


@pytest.fixture
def boss(floor, member, client_of):
    return client_of(member(floor.tenant, "admin", name="Boss"))


def person(floor, pk: int) -> Member:
    with floor.inside():
        return Member.objects.get(pk=pk)


def form(who: Member, **changes) -> dict:
    said = {"name": who.name, "username": who.username, "email": "", "language": "", "roles": who.roles}
    return said | {"is_active": "on", "team": who.team_id or ""} | changes


def change(client, who: Member, **changes):
    """The look, and the answer to the confirmation."""
    path, given = f"{MEMBERS}{who.pk}/change/", form(who, **changes)
    look = client.post(path, given)
    return look, client.post(path, given | {"_foretold": look.context["seal"]}, follow=True)


def plain(doors) -> list[str]:
    """Of these addresses the pages that need nothing more to be asked for."""
    return [
        f"/{where}"
        for where, method in doors
        if method == "GET" and not re.search(r"[<(^]", where) and not where.startswith("api/")
    ][:MOST_TRIED]


def test_what_is_foretold_of_one_person_is_what_happens_and_one_click_puts_it_back(
    floor, other_floor, boss, client_of
):
    agent = floor.agent()
    call_id, _offer = floor.talk(agent)
    theirs = person(other_floor, other_floor.agent().member_id)
    who = person(floor, agent.member_id)
    look, answer = change(boss, who, roles=["inspector"])
    (told,) = look.context["forecasts"]
    assert "Calls: Work in the workspace, take and make calls" in told.loses
    assert "Calls: See all calls, or those of the groups and teams one leads" in told.gains
    page = look.content.decode()
    assert "They are in a talk" in page
    assert "Every page and socket of theirs ends now" in page
    assert answer.status_code == 200
    now = person(floor, who.pk)
    assert now.roles == ["inspector"]
    with floor.inside():
        assert held_by(now) == told.after
        assert (Call.objects.get(pk=call_id).ended_at, floor.again(agent).activity) == (None, "talking")
    inside = client_of(now)
    for path in plain(told.shuts):
        assert inside.get(path, follow=True).status_code in (403, 404), path
    for path in plain(told.opens):
        assert inside.get(path, follow=True).status_code != 403, path
    with floor.inside():
        act = BulkAct.objects.get()
    stranger = client_of(_admin_of(other_floor))
    assert stranger.post(f"/admin/lists/bulkact/{act.pk}/undo/").status_code in (302, 403, 404)
    assert person(floor, who.pk).roles == ["inspector"]
    boss.post(f"/admin/lists/bulkact/{act.pk}/undo/")
    back = person(floor, who.pk)
    assert back.roles == ["agent"]
    with floor.inside():
        assert held_by(back) == told.before
    assert person(other_floor, theirs.pk).roles == ["agent"]


def _admin_of(floor) -> Member:
    return floor.make_member(floor.tenant, "admin")


def test_whoever_leads_the_team_left_and_the_team_joined_is_told_too(floor, member, boss):
    agent = floor.agent()
    with floor.inside():
        old, new = Team.objects.create(name="Old"), Team.objects.create(name="New")
        left, joins = (member(floor.tenant, "team_lead", name=name) for name in ("Left", "Joins"))
        old.leads.add(left)
        new.leads.add(joins)
        Member.objects.filter(pk=agent.member_id).update(team=old)
        for _time in range(3):
            Call.objects.create(
                arrived_at=timezone.now() - timedelta(days=1), agent=agent, caller_number=ANN, state="ended"
            )
    who = person(floor, agent.member_id)
    look, _answer = change(boss, who, team=new.pk)
    seen = "Calls of the last seven days they see"
    told = {one.member.name: one for one in look.context["forecasts"]}
    assert told["Left"].figures == [(seen, 3, 0)]
    assert told["Joins"].figures == [(seen, 0, 3)]
    assert (told["Left"].is_other, told[who.name].is_change) == (True, False)
    with floor.inside():
        assert held_by(person(floor, left.pk)) == told["Left"].after
        assert held_by(person(floor, joins.pk)) == told["Joins"].after


def test_what_changed_meanwhile_is_shown_again_and_looking_changes_nothing(floor, boss, member):
    agent = floor.agent()
    who = person(floor, agent.member_id)
    path, given = f"{MEMBERS}{who.pk}/change/", form(who, roles=["supervisor"])
    look = boss.post(path, given)
    assert person(floor, who.pk).roles == ["agent"]
    again = boss.post(path, given | {"_foretold": "0" * 64})
    assert "Something has changed since you looked" in again.content.decode()
    assert person(floor, who.pk).roles == ["agent"]
    with floor.inside():
        before = Member.objects.filter(pk=who.pk).values().get()
        foretell({who.pk: {"roles": ["owner"], "is_active": False}})
        assert Member.objects.filter(pk=who.pk).values().get() == before
    assert look.context["can_undo"]
    off = boss.post(path, form(who, is_active=""))
    assert not off.context["can_undo"]
    assert "/admin/" not in {where for where, _method in off.context["forecasts"][0].opens}
    # A name or a language is no right: nothing is asked.
    assert boss.post(path, form(who, name="Another")).status_code == 302


def test_many_at_once_are_foretold_line_by_line_and_put_back_together(floor, other_floor, boss, member):
    ann, ben = floor.agent(), floor.agent()
    other_floor.agent()
    owner = member(floor.tenant, "owner", name="Owner")
    people = [person(floor, one.member_id) for one in (ann, ben)]
    ticked = {
        "action": "bulk_change",
        "_selected_action": [one.pk for one in (*people, owner)],
        "set_roles": "on",
        "roles": ["agent", "team_lead"],
    }
    look = boss.post(MEMBERS, ticked | {"step": "look"}).content.decode()
    assert "2 rows would be touched" in look
    assert f"{people[0].name}: gains Calls: See the calls of the teams one leads" in look
    assert "Agent, Team lead" in look
    boss.post(MEMBERS, ticked | {"step": "do"})
    assert [person(floor, one.pk).roles for one in people] == [["agent", "team_lead"]] * 2
    assert person(floor, owner.pk).roles == ["owner"]
    with floor.inside():
        act = BulkAct.objects.get()
        assert (len(act.rows), [row["name"] for row in act.refused]) == (2, ["Owner"])
        assert all(Member.objects.get(pk=one.pk).session_epoch > one.session_epoch for one in people)
    boss.post(f"/admin/lists/bulkact/{act.pk}/undo/")
    assert [person(floor, one.pk).roles for one in people] == [["agent"]] * 2
    with other_floor.inside():
        assert not BulkAct.objects.exists()
        assert Agent.objects.get().member.roles == ["agent"]


def test_nobody_gives_by_the_list_what_is_above_them_and_the_last_owner_stays(floor, boss, member, client_of):
    agent, owner = floor.agent(), member(floor.tenant, "owner", name="Owner")
    ticked = {"action": "bulk_change", "step": "do", "set_roles": "on"}
    boss.post(MEMBERS, ticked | {"_selected_action": [agent.member_id], "roles": ["owner"]})
    assert person(floor, agent.member_id).roles == ["agent"]
    client_of(owner).post(MEMBERS, ticked | {"_selected_action": [owner.pk], "roles": ["agent"]})
    assert person(floor, owner.pk).roles == ["owner"]


def post_twice(client, path: str, given: dict):
    """The look, and the answer to the confirmation."""
    look = client.post(path, given)
    return look, client.post(path, given | {"_foretold": look.context["seal"]}, follow=True)


def undo_last(floor, client) -> None:
    with floor.inside():
        act = BulkAct.objects.latest("pk")
    client.post(f"/admin/lists/bulkact/{act.pk}/undo/")


def test_who_begins_and_ends_to_lead_a_team_is_told_and_put_back(floor, other_floor, boss, member, client_of):
    agent = floor.agent()
    with floor.inside():
        above, team = Team.objects.create(name="Above"), Team.objects.create(name="Night")
        old, new, over = (member(floor.tenant, "team_lead", name=name) for name in ("Old", "New", "Over"))
        team.leads.add(old)
        above.leads.add(over)
        Member.objects.filter(pk=agent.member_id).update(team=team)
        Call.objects.create(
            arrived_at=timezone.now() - timedelta(days=1), agent=agent, caller_number=ANN, state="ended"
        )
    given = {"name": "Night", "parent": above.pk, "site": "", "leads": [new.pk]}
    look, answer = post_twice(boss, f"/teams/{team.pk}/", given)
    told = {one.member.name: one for one in look.context["forecasts"]}
    seen = "Calls of the last seven days they see"
    assert {name: one.figures for name, one in told.items()} == {
        "New": [(seen, 0, 1)],
        "Old": [(seen, 1, 0)],
        "Over": [(seen, 0, 1)],
    }
    assert (told["Over"].is_other, told["New"].is_other) == (True, False)
    assert "Look at it or undo it" in answer.content.decode()
    with floor.inside():
        assert [lead.pk for lead in team.leads.all()] == [new.pk]
        for name, who in (("Old", old), ("New", new), ("Over", over)):
            assert held_by(person(floor, who.pk)) == told[name].after
    stranger = client_of(_admin_of(other_floor))
    with floor.inside():
        act = BulkAct.objects.latest("pk")
    stranger.post(f"/admin/lists/bulkact/{act.pk}/undo/")
    with floor.inside():
        assert [lead.pk for lead in team.leads.all()] == [new.pk]
    undo_last(floor, boss)
    with floor.inside():
        team.refresh_from_db()
        assert ([lead.pk for lead in team.leads.all()], team.parent_id) == ([old.pk], None)
    # A name is no right: nothing is asked.
    given = {"name": "Late night", "parent": "", "site": "", "leads": [old.pk]}
    assert boss.post(f"/teams/{team.pk}/", given).status_code == 302


def test_people_put_into_a_team_and_a_team_moved_are_foretold_and_put_back(floor, boss, member):
    agent = floor.agent()
    with floor.inside():
        above, team = Team.objects.create(name="Above"), Team.objects.create(name="Night")
        lead, over = (member(floor.tenant, "team_lead", name=name) for name in ("Lead", "Over"))
        team.leads.add(lead)
        above.leads.add(over)
        Call.objects.create(arrived_at=timezone.now(), agent=agent, caller_number=ANN, state="ended")
    look, _answer = post_twice(boss, f"/teams/{team.pk}/people/", {"people": [agent.member_id]})
    assert "Lead" in {one.member.name for one in look.context["forecasts"] if one.is_other}
    assert person(floor, agent.member_id).team_id == team.pk
    look, _answer = post_twice(boss, "/teams/move/", {"team": team.pk, "parent": above.pk})
    assert [one.member.name for one in look.context["forecasts"]] == ["Over"]
    with floor.inside():
        team.refresh_from_db()
        assert team.parent_id == above.pk
    undo_last(floor, boss)
    with floor.inside():
        team.refresh_from_db()
        assert team.parent_id is None
        act = BulkAct.objects.filter(kind="places").get()
    boss.post(f"/admin/lists/bulkact/{act.pk}/undo/")
    assert person(floor, agent.member_id).team_id is None


def test_what_a_seat_is_narrowed_to_is_foretold_and_put_back_with_its_places(floor, other_floor, boss):
    agent, theirs = floor.agent(), other_floor.agent()
    with floor.inside():
        other = Queue.objects.create(name="Returns")
        QueueAgent.objects.create(queue=other, agent=agent, position=4)
    given = {"member": agent.member_id, "queues": [floor.queue.pk], "groups": []}
    look, answer = post_twice(boss, "/admin/telephony/seatscope/add/", given)
    (told,) = look.context["forecasts"]
    assert told.figures == [("Queues whose calls they take", 2, 1)]
    assert told.new_grounds == [f"The seat is narrowed to the queues {floor.queue.name}."]
    assert "The seat is changed." in answer.content.decode()
    with floor.inside():
        assert held_by(person(floor, agent.member_id)) == told.after
        scope = SeatScope.objects.get()
    look, _answer = post_twice(
        boss, f"/admin/telephony/seatscope/{scope.pk}/change/", given | {"queues": [other.pk]}
    )
    assert look.context["forecasts"][0].figures == [("Queues whose calls they take", 1, 0)]
    undo_last(floor, boss)
    assert places_of(floor, agent) == [(floor.queue.pk, 1)]
    look, _answer = post_twice(boss, f"/admin/telephony/seatscope/{scope.pk}/delete/", {"post": "yes"})
    assert look.context["forecasts"][0].old_grounds == told.new_grounds
    with floor.inside():
        assert not SeatScope.objects.exists()
        first = BulkAct.objects.filter(kind="narrowed").earliest("pk")
    undo_last(floor, boss)
    with floor.inside():
        assert SeatScope.objects.get().member_id == agent.member_id
    boss.post(f"/admin/lists/bulkact/{first.pk}/undo/")
    assert sorted(places_of(floor, agent)) == sorted([(floor.queue.pk, 1), (other.pk, 4)])
    assert len(places_of(other_floor, theirs)) == 1


def places_of(floor, agent) -> list[tuple[int, int]]:
    with floor.inside():
        return list(QueueAgent.objects.filter(agent_id=agent.pk).values_list("queue_id", "position"))
