"""The tenant's administration: members, roles, sheets and the audit log."""

import pytest
from django.db import DatabaseError, transaction

from tenants.context import enter_public
from tenants.people.actions import record_audit
from tenants.people.admin_sites import tenant_site
from tenants.people.models import AuditEntry, Member

MEMBERS = "/admin/people/member/"


def form(member: Member, **changes) -> dict:
    return {
        "name": member.name,
        "username": member.username,
        "email": "",
        "language": "",
        "roles": member.roles,
        "is_active": "on",
    } | changes


def confirmed(client, path: str, given: dict, **more):
    """Look at what would happen, then do it."""
    look = client.post(path, given)
    assert "forecasts" in look.context
    return client.post(path, given | {"_foretold": look.context["seal"]}, **more)


def messages_of(answer) -> str:
    return " ".join(str(message) for message in answer.context["messages"])


def test_adding_a_member_gives_a_link_that_works_once(people, client_of, acme, inside):
    client = client_of(people["admin"])
    answer = client.post(
        MEMBERS + "add/",
        {
            "name": "New One",
            "username": "NewOne",
            "roles": ["agent"],
            "is_active": "on",
            "email": "",
            "language": "",
        },
        follow=True,
    )
    assert "/invitation/" in messages_of(answer)
    with inside(acme):
        made = Member.objects.get(username="newone")
        assert (made.roles, made.has_usable_password()) == (["agent"], False)
        entry = AuditEntry.objects.get(verb="added", subject=f"people.member:{made.pk}")
        assert (entry.actor_id, entry.after["roles"], entry.address) == (
            people["admin"].pk,
            ["agent"],
            "127.0.0.1",
        )


def test_a_change_of_roles_is_written_down_and_ends_the_sessions(people, client_of, acme, inside):
    agent = people["agent"]
    agents_page = client_of(agent)
    assert agents_page.get("/password/").status_code == 200
    confirmed(
        client_of(people["admin"]),
        f"{MEMBERS}{agent.pk}/change/",
        form(agent, roles=["agent", "supervisor"]),
    )
    with inside(acme):
        assert Member.objects.get(pk=agent.pk).roles == ["supervisor", "agent"]
        entry = AuditEntry.objects.get(verb="changed", subject=f"people.member:{agent.pk}")
        assert (entry.before, entry.after) == ({"roles": ["agent"]}, {"roles": ["supervisor", "agent"]})
    assert agents_page.get("/password/").status_code == 302


def test_an_administrator_can_neither_make_nor_touch_an_owner(people, client_of, acme, inside):
    client = client_of(people["admin"])
    answer = client.post(f"{MEMBERS}{people['agent'].pk}/change/", form(people["agent"], roles=["owner"]))
    assert answer.status_code == 200
    answer = client.post(f"{MEMBERS}{people['owner'].pk}/change/", form(people["owner"], name="Mine now"))
    assert answer.status_code == 403
    answer = client.post(f"{MEMBERS}{people['owner'].pk}/invite/")
    assert answer.status_code == 403
    with inside(acme):
        assert Member.objects.get(pk=people["agent"].pk).roles == ["agent"]
        assert Member.objects.get(pk=people["owner"].pk).name == "Owner"


def test_the_last_owner_stays_owner(people, client_of, acme, inside):
    client = client_of(people["owner"])
    owner = people["owner"]
    for changes in ({"roles": ["admin"]}, {"is_active": ""}):
        answer = client.post(f"{MEMBERS}{owner.pk}/change/", form(owner, **changes))
        assert "A tenant needs an owner" in answer.content.decode()
    with inside(acme):
        assert Member.objects.get(pk=owner.pk).roles == ["owner"]
        assert Member.objects.get(pk=owner.pk).is_active


def test_who_may_not_sign_in_any_more_is_shown_out(people, client_of, acme, inside):
    agents_page = client_of(people["agent"])
    path, given = f"{MEMBERS}{people['agent'].pk}/change/", form(people["agent"], is_active="")
    confirmed(client_of(people["admin"]), path, given, follow=True)
    with inside(acme):
        assert not Member.objects.get(pk=people["agent"].pk).is_active
    assert agents_page.get("/password/").status_code == 302


@pytest.mark.parametrize("role", ["supervisor", "agent", "inspector", "finance"])
def test_other_roles_see_neither_members_nor_the_log(people, client_of, role):
    client = client_of(people[role])
    for page in (MEMBERS, MEMBERS + "add/", "/admin/people/auditentry/", "/admin/people/apitoken/"):
        assert client.get(page, follow=True).status_code == 403


def test_an_agent_at_the_admin_is_refused_and_not_sent_round_in_circles(people, client_of):
    assert client_of(people["agent"]).get("/admin/", follow=True).status_code == 403


def test_the_history_of_a_row_is_its_part_of_the_log(people, client_of):
    agent, admin = people["agent"], client_of(people["admin"])
    confirmed(admin, f"{MEMBERS}{agent.pk}/change/", form(agent, roles=["agent", "supervisor"]))
    history = admin.get(f"{MEMBERS}{agent.pk}/history/")
    lines = list(history.context["action_list"])
    assert [line.get_change_message for line in lines] == ["Signed out everywhere", "Changed: roles"]
    assert {line.user.get_username for line in lines} == {people["admin"].name}
    assert people["admin"].name in history.content.decode()
    assert list(admin.get(f"{MEMBERS}{people['finance'].pk}/history/").context["action_list"]) == []
    assert client_of(people["finance"]).get(f"{MEMBERS}{agent.pk}/history/").status_code in (302, 403)


def test_the_log_is_read_only_on_the_page(people, client_of, acme, inside):
    with inside(acme):
        entry = record_audit(verb="tested", subject="a:1", before={"x": 1}, after={"x": "<script>"})
    client = client_of(people["owner"])
    page = client.get(f"/admin/people/auditentry/{entry.pk}/change/")
    assert page.status_code == 200
    assert "&lt;script&gt;" in page.content.decode()
    assert client.post(f"/admin/people/auditentry/{entry.pk}/change/", {"verb": "no"}).status_code == 403
    assert client.post(f"/admin/people/auditentry/{entry.pk}/delete/", {"post": "yes"}).status_code == 403
    assert client.get("/admin/people/auditentry/add/").status_code == 403


def test_the_database_refuses_to_change_the_log(in_acme):
    entry = record_audit(verb="tested", subject="a:1")
    for change in (
        lambda: AuditEntry.objects.update(verb="no"),
        lambda: AuditEntry.objects.all().delete(),
        entry.delete,
    ):
        with pytest.raises(DatabaseError, match="can only be added to"), transaction.atomic():
            change()
    assert AuditEntry.objects.get().verb == "tested"


def test_an_operator_in_a_tenant_is_not_taken_for_its_member(acme, member, inside):
    operator = member(None, "operator", name="Olivia")
    with inside(acme):
        entry = record_audit(verb="looked", subject="a:1", actor=operator)
    assert (entry.actor_id, entry.actor_name) == (None, "Olivia · operator")


def test_a_tenants_member_in_the_house_is_not_taken_for_an_operator(acme, globex, member):
    owner = member(acme, "owner", name="Olga")
    with enter_public():
        entry = record_audit(verb="asked", subject="a:1", actor=owner)
    assert (entry.actor_id, entry.actor_name) == (None, "Olga · acme")


def test_secrets_do_not_reach_the_log(people, acme, inside):
    from tenants.people.audit import row_values

    with inside(acme):
        agent = Member.objects.get(pk=people["agent"].pk)
        before = row_values(agent)["password"]
        agent.set_password("something else entirely")
        after = row_values(agent)["password"]
    assert before.startswith("***")
    assert after.startswith("***")
    assert before != after
    assert len(after) == 9


def test_the_password_is_changed_on_our_own_page(people, client_of):
    assert client_of(people["admin"]).get("/admin/password_change/")["Location"] == "/password/"


@pytest.mark.parametrize(
    "address", ["0d4f6f3c-1111-4222-8333-944444444444/change/", "x/change/", "export/?nobody_knows=1"]
)
def test_what_can_be_no_row_leads_back_and_breaks_nothing(address, people, client_of, acme, globex):
    answer = client_of(people["admin"]).get(MEMBERS + address)
    assert answer.status_code == 302
    assert answer["Location"] in ("/admin/", MEMBERS)


def test_a_page_asks_once_which_pages_its_reader_may_open(people, globex, member, client_of, monkeypatch):
    asked = []
    found = type(tenant_site)._open_apps
    monkeypatch.setattr(
        type(tenant_site), "_open_apps", lambda site, *given: asked.append(given) or found(site, *given)
    )
    mine, stranger = client_of(people["admin"]), client_of(member(globex, "inspector"))
    answer = mine.get(MEMBERS)
    assert len(asked) == 1
    assert MEMBERS in str(answer.context["sidebar_navigation"])
    assert MEMBERS in str(answer.context["available_apps"])
    # Kept with the request alone: who comes next is asked anew.
    other = stranger.get("/admin/")
    assert len(asked) == 2
    assert MEMBERS not in str(other.context["available_apps"])
