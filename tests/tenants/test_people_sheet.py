"""People come in from one sheet with where they belong and what they work, and go out in the same."""

import pytest
from django.utils import timezone

from telephony.models import Agent, AgentSkill, Queue, Skill
from tenants.people.models import Member, Site, Team
from tests.tenants.test_member_sheets import upload
from tests.tenants.test_people_admin import MEMBERS

HEAD = "username,name,roles,is_active,team,site,seat,seat_ends_at,mentor,extension,queues,skills\n"


@pytest.fixture
def office(acme, inside):
    with inside(acme):
        Team.objects.create(name="Service")
        Site.objects.create(name="Chengdu")
        Queue.objects.create(name="Sales")
        Skill.objects.create(name="English")


def test_people_come_in_with_their_work_and_go_out_the_same(office, people, client_of, acme, globex, inside):
    text = HEAD + (
        "wu,吴娟,agent,1,service,Chengdu,,,,8001,Sales,English 8\n"
        'lin,\'=1+1,"agent, team_lead",1,Service,,outsourced,2030-12-31,wu,new,,\n'
        "kai,Kai,finance,1,,,,,,,,\n"
    )
    client = client_of(people["admin"])
    assert upload(client, text, confirm=False).status_code == 200
    with inside(acme):
        assert not Member.objects.filter(username="wu").exists()
        assert not Agent.objects.exists()
    upload(client, text, confirm=True)
    with inside(acme):
        wu, lin = Member.objects.get(username="wu"), Member.objects.get(username="lin")
        assert (wu.team.name, wu.site.name, wu.seat) == ("Service", "Chengdu", "permanent")
        agent = Agent.objects.get(member=wu)
        assert (agent.extension, agent.queues.get().name, AgentSkill.objects.get().level) == (
            "8001",
            "Sales",
            8,
        )
        assert (lin.name, lin.mentor, lin.roles) == ("=1+1", wu, ["agent", "team_lead"])
        ends = timezone.localtime(lin.seat_ends_at, timezone.get_fixed_timezone(480))
        assert f"{ends:%Y-%m-%d %H:%M}" == "2031-01-01 00:00"
        assert Agent.objects.get(member=lin).extension == "1001"
        assert not Agent.objects.filter(member__username="kai").exists()
    page = client.get(MEMBERS + "export/")
    fields = {name: "on" for name in page.context["form"].fields if name.startswith("personresource_")}
    sheet = _text(client.post(MEMBERS + "export/", {"format": "0", "resource": "0"} | fields))
    assert ",8001,Sales,English 8" in sheet
    assert ",'=1+1," in sheet
    again = upload(client, sheet, confirm=True)
    assert again.status_code == 200
    with inside(acme):
        assert Member.objects.get(username="lin").name == "=1+1"
        assert Agent.objects.count() == 2
    with inside(globex):
        assert not Member.objects.filter(username="wu").exists()


@pytest.mark.parametrize(
    ("row", "said"),
    [
        ("x,X,agent,1,Nowhere,,,,,,,", "There is no team called Nowhere."),
        ("x,X,agent,1,,Mars,,,,,,", "There is no site called Mars."),
        ("x,X,agent,1,,,borrowed,,,,,", "A seat is permanent, temporary or outsourced, not borrowed."),
        ("x,X,agent,1,,,temporary,,,,,", "A temporary or outsourced seat needs its end."),
        ("x,X,agent,1,,,temporary,soon,,,,", "This is no day and no moment."),
        ("x,X,agent,1,,,,,nobody,,,", "There is nobody with the user name nobody."),
        ("x,X,agent,1,,,,,,12ab,,", "An extension is 2 to 8 digits."),
        ("x,X,agent,1,,,,,,8001,,", "Extension 8001 is"),
        ("x,X,agent,1,,,,,,new,Nowhere,", "There is no queue called Nowhere."),
        ("x,X,agent,1,,,,,,,Sales,", "Queues and skills need an extension."),
        ("x,X,agent,1,,,,,,new,,French", "There is no skill called French."),
    ],
)
def test_a_wrong_cell_is_named_and_nothing_is_written(office, people, client_of, acme, inside, row, said):
    text = HEAD + f"good,Good,agent,1,,,,,,8001,,\n{row}\n"
    for confirm in (False,):
        assert said in _text(upload(client_of(people["admin"]), text, confirm=confirm))
    with inside(acme):
        assert not Member.objects.filter(username__in=["good", "x"]).exists()
        assert not Agent.objects.exists()


def _text(answer) -> str:
    return answer.content.decode()
