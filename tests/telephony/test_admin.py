"""The floor in the admin: who may change it, seats, sheets with row errors, a password shown once."""

import re
from datetime import date

import pytest
from django.utils import timezone
from tablib import Dataset

from telephony.actions import a1_hash
from telephony.admin.forms import AgentForm, EntryForm
from telephony.admin.resources import AgentResource
from telephony.models import Agent, Device, Entry, Flow, FlowVersion, Queue, Skill
from tenants.models import Contract, Number, Plan

NOW = timezone.now()
PAGES = [
    "agent/",
    "agent/add/",
    "queue/",
    "entry/",
    "disposition/",
    "skill/",
    "queue/add/",
    "agentgroup/",
    "agentgroup/add/",
    "workinghours/",
    "workinghours/add/",
    "routingrule/",
    "routingrule/add/",
    "notreadyreason/",
    "device/",
    "call/",
]


def contract(floor, seats: int) -> None:
    plan = Plan.objects.create(code="team", name="Team", currency="CNY")
    Contract.objects.create(tenant=floor.tenant, plan=plan, starts_on=date(2020, 1, 1), seats=seats)


@pytest.mark.parametrize("page", PAGES)
def test_administrators_open_every_page_and_agents_none(floor, member, client_of, page):
    assert client_of(member(floor.tenant, "admin")).get(f"/admin/telephony/{page}").status_code == 200
    assert client_of(member(floor.tenant, "agent")).get(f"/admin/telephony/{page}").status_code in (302, 403)


def test_supervisors_look_but_do_not_change(floor, member, client_of):
    boss = client_of(member(floor.tenant, "supervisor"))
    assert boss.get(f"/admin/telephony/queue/{floor.queue.pk}/change/").status_code == 200
    boss.post(f"/admin/telephony/queue/{floor.queue.pk}/change/", {"name": "Stolen"})
    assert floor.again(floor.queue).name == "Sales"
    assert boss.get("/admin/telephony/queue/add/").status_code == 403


def test_a_page_links_to_other_rows_only_for_those_who_may_open_them(floor, member, client_of):
    agent = floor.agent()
    with floor.inside():
        phone, name = agent.devices.get(), str(agent.member)
    pages = {
        "agent": f"/admin/telephony/agent/{agent.pk}/change/",
        "member": f"/people/member/{agent.member_id}/",
    }
    boss, admin = (client_of(member(floor.tenant, role)) for role in ("supervisor", "admin"))
    seen = boss.get(pages["agent"]).content.decode()
    assert name in seen
    assert pages["member"] not in seen
    assert pages["agent"] in boss.get(f"/admin/telephony/device/{phone.pk}/change/").content.decode()
    assert pages["member"] in admin.get(f"/admin/people/member/{agent.member_id}/change/").content.decode()


def test_a_new_agent_gets_a_phone_whose_password_is_shown_once(floor, member, client_of):
    who = member(floor.tenant, "agent", name="Ann")
    page = client_of(member(floor.tenant, "admin"))
    form = {"member": who.pk, "name": "Ann", "extension": "1007", "is_active": "on"}
    for prefix in ("queue_agents", "agent_skills", "group_members"):
        form |= {f"{prefix}-TOTAL_FORMS": "0", f"{prefix}-INITIAL_FORMS": "0"}
    answer = page.post("/admin/telephony/agent/add/", form, follow=True)
    shown = re.search(r"user 1007, server acme\.localhost, password (\w{24})", answer.content.decode())
    with floor.inside():
        device = Device.objects.get(sip_username="1007")
        assert device.a1_hash == a1_hash("1007", "acme.localhost", shown[1])
        agent_page = f"/admin/telephony/agent/{device.agent_id}/change/"
    assert shown[1] not in page.get(agent_page).content.decode()


def test_seats_of_the_contract_hold_with_a_clear_word(floor, member):
    contract(floor, seats=1)
    floor.agent()
    who = member(floor.tenant, "agent")
    with floor.inside():
        form = AgentForm({"member": who.pk, "name": "B", "extension": "1002", "is_active": True})
        assert not form.is_valid()
        assert form.non_field_errors() == [
            "The contract has 1 seats and all of them are taken. Switch an agent off, or ask for more seats."
        ]
        assert AgentForm({"member": who.pk, "name": "B", "extension": "1002"}).is_valid()


def test_a_number_of_another_tenant_leads_nowhere(floor, other_floor):
    Number.objects.create(
        e164="+862155550009", tenant=other_floor.tenant, country="CN", kind="local", currency="CNY"
    )
    with floor.inside():
        form = EntryForm({"number_e164": "021 5555 0009", "queue": floor.queue.pk})
        assert form.errors["number_e164"] == ["This number is not one of yours."]
        assert Entry.objects.count() == 1


def test_a_number_leads_only_into_a_flow_that_is_published_and_not_put_away(floor, other_floor):
    with other_floor.inside():
        Flow.objects.create(name="Theirs", published=None)
    with floor.inside():
        number = Entry.objects.get().number_e164
    Number.objects.create(e164=number, tenant=floor.tenant, country="CN", kind="local", currency="CNY")
    with floor.inside():
        drawn, there, away = (Flow.objects.create(name=name) for name in ("Drawn", "There", "Away"))
        for flow in (there, away):
            flow.published = FlowVersion.objects.create(flow=flow, number=1, document={}, published_at=NOW)
            flow.save()
        Flow.objects.filter(pk=away.pk).update(is_archived=True)
        entry = Entry.objects.get()
        offered = [str(row) for row in EntryForm(instance=entry).fields["flow"].queryset]
        assert offered == ["There"]
        told = {"number_e164": entry.number_e164, "queue": floor.queue.pk}
        assert "flow" in EntryForm(told | {"flow": drawn.pk}, instance=entry).errors
        assert EntryForm(told | {"flow": ""}, instance=Entry.objects.get()).is_valid()
        EntryForm(told | {"flow": there.pk}, instance=Entry.objects.get()).save()
        assert Entry.objects.get().flow == there


def sheet(*rows) -> Dataset:
    return Dataset(*rows, headers=["username", "name", "extension", "is_active", "skills", "queues"])


def test_a_sheet_makes_agents_with_skills_queues_and_phones(floor, member):
    who = member(floor.tenant, "agent")
    with floor.inside():
        Skill.objects.create(name="English")
        result = AgentResource().import_data(sheet((who.username, "Ann", "1001", "1", "English 8", "Sales")))
        assert not result.has_errors()
        agent = Agent.objects.get()
        assert [(known.skill.name, known.level) for known in agent.agent_skills.all()] == [("English", 8)]
        assert (agent.devices.count(), agent.queues.get()) == (1, floor.queue)
        [row] = AgentResource().export().dict
        assert (row["skills"], row["queues"], row["username"]) == ("English 8", "Sales", who.username)


@pytest.mark.parametrize(
    ("row", "words"),
    [
        (("nobody", "Ann", "1001", "1", "", ""), "no member with this user name"),
        (("", "Ann", "1001", "1", "", ""), "user name is missing"),
        (("*", "Ann", "1001", "1", "Klingon 3", ""), "no skill called Klingon"),
        (("*", "Ann", "1001", "1", "", "Nowhere"), "no queue called Nowhere"),
    ],
)
def test_a_wrong_row_is_named_and_nothing_is_saved(floor, member, row, words):
    who = member(floor.tenant, "agent")
    row = tuple(who.username if cell == "*" else cell for cell in row)
    with floor.inside():
        result = AgentResource().import_data(sheet(row), use_transactions=True)
        told = str([error.error for _number, errors in result.row_errors() for error in errors])
        told += str([invalid.error for invalid in result.invalid_rows])
        assert words in told
        assert not Agent.objects.exists()


def test_a_sheet_does_not_get_around_the_seats(floor, member):
    contract(floor, seats=1)
    rows = [(member(floor.tenant, "agent").username, f"A{n}", f"100{n}", "1", "", "") for n in (1, 2)]
    with floor.inside():
        result = AgentResource().import_data(
            sheet(*rows), use_transactions=True, rollback_on_validation_errors=True
        )
        assert [row.number for row in result.invalid_rows] == [2]
        assert not Agent.objects.exists()


def test_a_queue_with_calls_cannot_be_deleted(floor, member, client_of):
    floor.caller()
    page = client_of(member(floor.tenant, "admin"))
    assert page.post(f"/admin/telephony/queue/{floor.queue.pk}/delete/", {"post": "yes"}).status_code == 403
    with floor.inside():
        assert Queue.objects.exists()
