"""Teams in a tree, sites, seats that end, and which rights somebody has: acme arranges, globex notices nothing."""

from datetime import timedelta

import pytest
from django.utils import timezone

from tenants.people.actions.seats import end_seats, tell_of_ends
from tenants.people.actions.teams import move_team, put_into_team, remove_team, save_team
from tenants.people.errors import NameTaken, TeamInUse, TeamLoop
from tenants.people.models import ApiToken, AuditEntry, Member, Team
from tenants.people.policies import has_role
from tenants.people.queries.teams import flat, led_teams, team_tree


def a_team(name: str, parent: Team | None = None, leads=()) -> Team:
    return save_team(
        team_id=None,
        name=name,
        parent_id=parent.pk if parent else None,
        site_id=None,
        lead_ids=[lead.pk for lead in leads],
    )


# --- the tree


def test_a_lead_leads_what_hangs_below_and_people_are_counted_upwards(acme, globex, member, inside):
    lead, ann, ben = member(acme, "team_lead"), member(acme, "agent"), member(acme, "agent")
    with inside(acme):
        service = a_team("Service")
        sales = a_team("Sales", leads=[lead])
        east = a_team("East", sales)
        night = a_team("East at night", east)
        put_into_team(member=ann, team=east)
        put_into_team(member=ben, team=night)
        assert led_teams(lead) == {sales.pk, east.pk, night.pk}
        told = [(knot.team.name, knot.depth, knot.own, knot.all_people) for knot in flat(team_tree())]
        assert told == [
            ("Sales", 0, 0, 2),
            ("East", 1, 1, 2),
            ("East at night", 2, 1, 1),
            ("Service", 0, 0, 0),
        ]
        move_team(team_id=east.pk, parent_id=service.pk)
        assert led_teams(lead) == {sales.pk}
        entry = AuditEntry.objects.filter(subject=f"people.team:{east.pk}", verb="changed").get()
        assert (entry.before, entry.after) == ({"parent_id": sales.pk}, {"parent_id": service.pk})
    with inside(globex):
        assert not Team.objects.exists()


def test_a_loop_is_refused_and_nothing_changes(in_acme):
    top = a_team("Top")
    middle = a_team("Middle", top)
    low = a_team("Low", middle)
    for where in (top, middle, low):
        with pytest.raises(TeamLoop):
            move_team(team_id=top.pk, parent_id=where.pk)
    with pytest.raises(TeamLoop):
        save_team(team_id=middle.pk, name="Middle", parent_id=low.pk, site_id=None, lead_ids=[])
    assert dict(Team.objects.values_list("name", "parent_id")) == {
        "Top": None,
        "Middle": top.pk,
        "Low": middle.pk,
    }


def test_two_teams_have_two_names_and_a_team_in_use_stays(in_acme, acme, member):
    top = a_team("Top")
    with pytest.raises(NameTaken):
        a_team("tOP ")
    low = a_team("Low", top)
    put_into_team(member=member(acme, "agent"), team=low)
    for team in (top, low):
        with pytest.raises(TeamInUse):
            remove_team(team_id=team.pk)
    put_into_team(member=Member.objects.get(team=low), team=None)
    remove_team(team_id=low.pk)
    remove_team(team_id=top.pk)
    assert not Team.objects.exists()


# --- seats that end


@pytest.fixture
def temp(acme, member):
    """Her seat ends in an hour."""
    return member(
        acme, "agent", "supervisor", seat="temporary", seat_ends_at=timezone.now() + timedelta(hours=1)
    )


def over(temp: Member, ago: timedelta = timedelta(seconds=1)) -> None:
    Member.objects.filter(pk=temp.pk).update(seat_ends_at=timezone.now() - ago)


def test_the_moment_a_seat_ends_every_page_and_key_is_shut_though_nothing_has_run(
    temp, acme, globex, member, client_of, inside
):
    """No job is needed for it: rights, session and key ask the clock themselves."""
    from tenants.people.actions import create_token
    from tenants.people.queries import live_token

    stays = member(globex, "agent")
    client, other = client_of(temp), client_of(stays)
    assert client.get("/workspace/").status_code == 200
    with inside(acme):
        _token, text = create_token(member=temp, name="k")
        assert live_token(text) is not None
        over(temp)
        assert live_token(text) is None
        assert not has_role(Member.objects.get(pk=temp.pk), "agent")
    for path in ("/workspace/", "/password/", "/floor/"):
        answer = client.get(path)
        assert (answer.status_code, "/sign-in/" in answer["Location"]) == (302, True), path
    assert client.get("/api/v1/me/").status_code in (401, 403)
    assert other.get("/workspace/").status_code == 200


def test_an_ended_seat_cannot_sign_in_again(acme, member, client_of, inside):
    from django.test import Client

    one = member(acme, "agent", seat="outsourced", seat_ends_at=timezone.now() + timedelta(hours=1))
    with inside(acme):
        one.set_password("a long enough secret")
        one.save()
        over(one)
    browser = Client(SERVER_NAME="acme.localhost")
    answer = browser.post("/sign-in/", {"username": one.username, "password": "a long enough secret"})
    assert answer.status_code == 403
    assert "User name or password is wrong" in answer.content.decode()


def test_what_a_seat_leaves_behind_is_put_away_once(temp, acme, globex, member, inside, published):
    stays = member(globex, "agent", seat="temporary", seat_ends_at=timezone.now() + timedelta(hours=1))
    with inside(acme):
        ApiToken.objects.create(member=temp, name="k", prefix="cct_", digest="d")
        assert end_seats(at=timezone.now()) == 0
        over(temp)
        assert end_seats(at=timezone.now()) == 1
        assert end_seats(at=timezone.now()) == 0
        left = Member.objects.get(pk=temp.pk)
        assert (left.is_active, left.session_epoch) == (False, 1)
        assert ApiToken.objects.get().revoked_at is not None
        assert AuditEntry.objects.get(verb="signed out everywhere").reason == "seat ended"
    shown_out = [news for news in published if news.message["type"] == "signed_out"]
    assert [(news.schema, news.audience) for news in shown_out] == [("acme", f"member.{temp.pk}")]
    with inside(globex):
        assert Member.objects.get(pk=stays.pk).is_active


def test_the_end_is_told_a_week_a_day_an_hour_and_ten_minutes_before(temp, acme, inside, published):
    ends = temp.seat_ends_at
    with inside(acme):
        for before, told in ((timedelta(days=7), 1), (timedelta(hours=2), 0), (timedelta(minutes=10), 1)):
            at = ends - before + timedelta(seconds=5)
            assert tell_of_ends(since=at - timedelta(seconds=20), at=at) == told, before
    assert [news.audience for news in published] == [f"member.{temp.pk}"] * 2
