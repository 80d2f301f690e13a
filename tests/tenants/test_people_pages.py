"""The pages of teams, rights and the rollout: acme's people use them, globex notices nothing."""

from datetime import timedelta

from django.utils import timezone

from tenants.people.models import AuditEntry, Member, RolloutStep, Site, Team

HOSTILE = '"><script>alert(1)</script>'


def text_of(answer) -> str:
    return answer.content.decode()


# --- teams


def test_an_administrator_draws_the_tree_and_moves_in_it_by_forms(people, client_of, acme, globex, inside):
    client = client_of(people["admin"])
    client.post("/teams/new/", {"name": "Service"})
    with inside(acme):
        service = Team.objects.get()
        site = Site.objects.create(name="Chengdu", kind="branch", time_zone="Asia/Shanghai")
    client.post("/teams/new/", {"name": HOSTILE, "parent": service.pk, "site": site.pk})
    client.post("/teams/new/", {"name": "Sales"})
    with inside(acme):
        low, sales = Team.objects.get(name=HOSTILE), Team.objects.get(name="Sales")
    client.post(f"/teams/{low.pk}/people/", {"people": [people["agent"].pk]})
    page = text_of(client.get("/teams/"))
    assert "<script>alert" not in page
    assert "&lt;script&gt;" in page
    assert "Chengdu" in page
    assert "People: 1" in page
    assert client.post("/teams/move/", {"team": service.pk, "parent": low.pk}, follow=True).status_code == 200
    with inside(acme):
        assert Team.objects.get(pk=service.pk).parent_id is None
    client.post("/teams/move/", {"team": low.pk, "parent": sales.pk})
    refused = client.post(f"/teams/{sales.pk}/remove/", follow=True)
    assert "Move them first" in text_of(refused)
    with inside(acme):
        assert Team.objects.get(pk=low.pk).parent_id == sales.pk
        assert Member.objects.get(pk=people["agent"].pk).own_site == site
    with inside(globex):
        assert not Team.objects.exists()
        assert not Site.objects.exists()


def test_others_read_the_tree_and_change_nothing(people, client_of, member, acme, inside):
    with inside(acme):
        team = Team.objects.create(name="Service")
    reader = client_of(member(acme, "project_member"))
    assert "Service" in text_of(reader.get("/teams/"))
    for path in (
        "/teams/new/",
        "/teams/move/",
        f"/teams/{team.pk}/",
        f"/teams/{team.pk}/people/",
        f"/teams/{team.pk}/remove/",
    ):
        assert reader.post(path, {"name": "Mine"}).status_code == 403, path
    with inside(acme):
        assert list(Team.objects.values_list("name", flat=True)) == ["Service"]


# --- rights


def test_a_persons_page_says_each_right_and_where_it_comes_from(
    people, client_of, member, acme, globex, inside
):
    lead = member(acme, "team_lead", "agent", name="Li Hua")
    mentee = member(acme, "agent", name="Wu Juan", mentor=lead)
    with inside(acme):
        team = Team.objects.create(name="Service")
        team.leads.add(lead)
        Team.objects.create(name="Night", parent=team)
        Member.objects.filter(pk=mentee.pk).update(team=team)
    page = text_of(client_of(people["admin"]).get(f"/people/{lead.pk}/"))
    for words in (
        "Score calls, never one&#x27;s own",
        "from: Team lead",
        "Leads the teams Service and 1 below them",
        "Mentor of Wu Juan",
    ):
        assert words in page, words
    assert "Read the audit log" not in page
    reader = client_of(lead)
    assert reader.get(f"/people/{mentee.pk}/").status_code == 200
    assert reader.get(f"/people/{people['finance'].pk}/").status_code == 404
    assert "Effective rights" in text_of(reader.get("/people/me/"))
    stranger = client_of(member(globex, "owner"))
    assert stranger.get(f"/people/{lead.pk}/").status_code == 404


def test_somebody_without_rights_and_somebody_whose_seat_ended_have_none(people, client_of, member, acme):
    gone = member(acme, "supervisor", seat="outsourced", seat_ends_at=timezone.now() - timedelta(hours=1))
    page = text_of(client_of(people["admin"]).get(f"/people/{gone.pk}/"))
    assert "None. Without a role" in page
    assert "The seat has ended." in page


def test_the_matrix_names_every_role_right_address_and_message(people, client_of):
    page = text_of(client_of(people["admin"]).get("/rights/"))
    for words in (
        "Project member",
        "See the live floor",
        "/api/v1/orders/",
        "force_state other",
        "/teams/move/",
    ):
        assert words in page, words
    assert client_of(people["agent"]).get("/rights/").status_code == 403


def test_every_policy_that_asks_of_a_member_alone_has_words():
    """A rule nobody can read about would not be on the page, though it is enforced."""
    import inspect
    from importlib import import_module

    from tenants.people.rights import every_right

    told = {right.policy for right in every_right()}
    apps = (
        "tenants.people",
        "tenants.hooks",
        "tenants.trust",
        "tenants.support",
        "tenants.billing",
        "telephony",
        "ticketing",
        "quality",
        "reporting",
    )
    for app in apps:
        module = import_module(f"{app}.policies")
        for name, rule in vars(module).items():
            own = name.startswith("can_") and getattr(rule, "__module__", "") == module.__name__
            if own and list(inspect.signature(rule).parameters) == ["member"]:
                assert rule in told or name in OF_OPERATORS, f"{app}: {name}"


OF_OPERATORS = {
    "can_open_operator_admin",
    "can_ask_for_support",
    "can_change_prices",
    "can_book_items",
    "can_see_costs",
    "can_see_ledger",
    "can_draft_invoices",
}


# --- operations, rollout


def test_operations_see_health_and_logs_and_no_customer(garden, client_of, member, acme, globex, inside):
    from tests.tenants.probing import leaked

    with inside(acme):
        AuditEntry.objects.create(
            verb="customer.number_revealed",
            subject="ticketing.customer:7",
            subject_name="Wang Fang 13812342211",
            after={"number": "13812342211"},
            reason="Wang Fang",
        )
        AuditEntry.objects.create(verb="changed", subject="telephony.queue:3", subject_name="Sales")
    client = client_of(member(acme, "operations"))
    page = text_of(client.get("/operations/"))
    assert "Queue Sales" in page
    assert "Customer #7" in page
    assert "Wang Fang" not in page
    assert "13812342211" not in page
    for path in (
        "/customers/",
        "/calls/",
        "/recordings/",
        "/tickets/",
        "/admin/people/auditentry/",
        "/api/v1/calls/",
        "/floor/",
    ):
        assert client.get(path).status_code in (302, 403), path
    assert client.get("/canary/").status_code == 200
    assert leaked(client_of(member(globex, "operations")).get("/operations/")) == []


def test_a_step_is_done_by_its_person_and_accepted_by_the_manager(client_of, member, acme, globex, inside):
    boss, finance, other = (
        member(acme, "project_manager"),
        member(acme, "project_member", "finance"),
        member(acme, "project_member"),
    )
    manager = client_of(boss)
    manager.post("/rollout/", {"title": "Bills tried", "responsible": finance.pk, "due_on": "2020-01-01"})
    with inside(acme):
        step = RolloutStep.objects.get()
        assert step.is_late
    assert "Late: 1" in text_of(manager.get("/rollout/"))
    assert client_of(other).post(f"/rollout/{step.pk}/done/", follow=True).status_code == 200
    assert client_of(other).post(f"/rollout/{step.pk}/accept/").status_code == 403
    manager.post(f"/rollout/{step.pk}/accept/")
    with inside(acme):
        step.refresh_from_db()
        assert (step.done_at, step.accepted_at) == (None, None)
    client_of(finance).post(f"/rollout/{step.pk}/done/")
    manager.post(f"/rollout/{step.pk}/accept/")
    with inside(acme):
        step.refresh_from_db()
        assert step.accepted_by == boss
    assert client_of(member(globex, "project_manager")).post(f"/rollout/{step.pk}/drop/").status_code == 404
