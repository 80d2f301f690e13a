"""A new house is told what it still needs; people become agents in one form; free numbers offer themselves."""

from datetime import date

import pytest
from django.utils import timezone

from telephony.admin.forms import EntryForm
from telephony.models import Agent, Device, Entry, Flow, FlowVersion, Queue
from tenants.lending import assign_number
from tenants.models import Contract, Number, Plan
from tenants.people.models import Member, Team

MEMBER_ADD = "/admin/people/member/add/"
NOW = timezone.now()


def told(client) -> list[tuple[str, int, bool]]:
    """(title, how many, whether it is the next) of the steps above the settings."""
    steps = client.get("/admin/").context["first_steps"]
    return [(str(step["title"]), step["count"], step["is_next"]) for step in steps]


def lend(floor, number: str) -> str:
    row = Number.objects.create(e164=number, country="CN", kind="local", currency="CNY")
    assign_number(number_id=row.pk, tenant_id=floor.tenant.pk, at=NOW)
    return number


def newcomer(**changes) -> dict:
    given = {
        "name": "Carol",
        "username": "carol",
        "roles": ["agent"],
        "is_active": "on",
        "email": "",
        "language": "",
    }
    return given | changes


def test_a_new_house_is_told_its_steps_until_nothing_is_missing(acme, globex, member, client_of, inside):
    admin = client_of(member(acme, "admin"))
    assert told(admin) == [
        ("A team", 0, True),
        ("A queue", 0, False),
        ("People who take calls", 0, False),
        ("Agents in a queue", 0, False),
        ("A call flow", 0, False),
        ("A number that leads somewhere", 0, False),
    ]
    page = admin.get("/admin/").content.decode()
    for link in (
        "/teams/new/",
        "/admin/telephony/queue/add/",
        MEMBER_ADD,
        "/flows/new/",
        "/admin/telephony/entry/add/",
    ):
        assert f'href="{link}"' in page
    with inside(acme):
        Team.objects.create(name="Service")
        queue = Queue.objects.create(name="Orders")
    assert [title for title, _count, is_next in told(admin) if is_next] == ["People who take calls"]
    admin.post(MEMBER_ADD, newcomer(queues=[queue.pk]))
    assert [title for title, _count, is_next in told(admin) if is_next] == ["A call flow"]
    with inside(acme):
        Entry.objects.create(number_e164="+862155550001", queue=queue)
    assert told(admin) == [], "a flow is not needed for a call"
    assert told(client_of(member(globex, "admin")))[0] == ("A team", 0, True)


def test_who_may_change_nothing_is_told_no_steps(acme, member, client_of):
    assert told(client_of(member(acme, "supervisor"))) == []


def test_a_person_with_a_queue_is_an_agent_with_extension_and_phone(floor, other_floor, member, client_of):
    admin = client_of(member(floor.tenant, "admin"))
    answer = admin.post(MEMBER_ADD, newcomer(queues=[floor.queue.pk]), follow=True)
    said = " ".join(str(message) for message in answer.context["messages"])
    with floor.inside():
        agent = Agent.objects.get(member__username="carol")
        assert (agent.name, list(agent.queues.values_list("name", flat=True))) == ("Carol", ["Sales"])
        assert f"user {Device.objects.get(agent=agent).sip_username}, server acme.localhost" in said
    assert "/invitation/" in said
    with other_floor.inside():
        assert not Agent.objects.filter(name="Carol").exists()
        assert not Member.objects.filter(username="carol").exists()


@pytest.mark.parametrize(
    ("changes", "field"), [({"roles": ["finance"]}, "roles"), ({"queues": ["987654"]}, "queues")]
)
def test_queues_without_the_role_or_of_somebody_else_make_nobody(floor, member, client_of, changes, field):
    given = newcomer(queues=[floor.queue.pk]) | changes
    answer = client_of(member(floor.tenant, "admin")).post(MEMBER_ADD, given)
    assert list(answer.context["adminform"].form.errors) == [field]
    with floor.inside():
        assert not Member.objects.filter(username="carol").exists()


def test_a_full_contract_makes_no_half_a_newcomer(floor, member, client_of):
    plan = Plan.objects.create(code="team", name="Team", currency="CNY")
    Contract.objects.create(tenant=floor.tenant, plan=plan, starts_on=date(2020, 1, 1), seats=1)
    floor.agent()
    answer = client_of(member(floor.tenant, "admin")).post(MEMBER_ADD, newcomer(queues=[floor.queue.pk]))
    assert "queues" in answer.context["adminform"].form.errors
    with floor.inside():
        assert not Member.objects.filter(username="carol").exists()


def test_another_newcomer_of_a_team_begins_with_its_choices(floor, member, client_of):
    admin = client_of(member(floor.tenant, "admin"))
    with floor.inside():
        team = Team.objects.create(name="Service")
    page = f"{MEMBER_ADD}?team={team.pk}&roles=agent"
    assert page.replace("&", "&amp;") in admin.get(f"/teams/{team.pk}/").content.decode()
    shown = admin.get(page).context["adminform"].form.initial
    assert (shown["team"], shown["roles"]) == (str(team.pk), "agent")
    answer = admin.post(page, newcomer(team=team.pk, _addanother="1"))
    assert answer.url == page


def test_a_new_destination_begins_with_a_free_number_and_the_only_queue(floor, other_floor):
    free, theirs = lend(floor, "+862155550007"), lend(other_floor, "+442079460999")
    lend(floor, floor.number)
    with floor.inside():
        fields = EntryForm().fields
        assert (fields["number_e164"].initial, fields["queue"].initial) == (free, floor.queue)
        assert free in fields["number_e164"].help_text
        assert theirs not in fields["number_e164"].help_text
        assert floor.number not in fields["number_e164"].help_text
        Entry.objects.create(number_e164=free, queue=floor.queue)
        Queue.objects.create(name="Second")
        fields = EntryForm().fields
        assert (fields["number_e164"].initial, fields["queue"].initial) == ("", None)


def test_a_published_flow_shows_the_way_to_its_first_number(floor, member, client_of):
    admin = client_of(member(floor.tenant, "admin"))
    with floor.inside():
        flow = Flow.objects.create(name="Front door")
        flow.published = FlowVersion.objects.create(flow=flow, number=1, document={}, published_at=NOW)
        flow.save()
    assert f"/flows/{flow.pk}/numbers/" in admin.get(f"/flows/{flow.pk}/versions/").content.decode()
    page = f"/admin/telephony/entry/add/?flow={flow.pk}"
    assert page in admin.get(f"/flows/{flow.pk}/numbers/").content.decode()
    assert admin.get(page).context["adminform"].form.initial["flow"] == str(flow.pk)
