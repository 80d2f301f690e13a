"""C16: what a change of rights would do is shown first, is what happens, and is put back by one click; two tenants."""

import re
from datetime import timedelta

import pytest
from django.utils import timezone

from telephony.models import Agent, Call
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
