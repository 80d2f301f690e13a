"""Lists of the console: pages by key, kept filters, acts on many rows with a look ahead and undo. Two tenants."""

import re
from datetime import timedelta

import pytest
from django.utils import timezone

from tenants.lists.keyset import keys_of, sortable
from tenants.lists.models import BulkAct, SavedView
from tenants.lists.queries import count_of
from tenants.models import Number, Tenant
from tenants.people.models import AuditEntry, Member, Site, Team
from tests.tenants.test_people_admin import MEMBERS

TENANTS, NUMBERS = "/admin/tenants/tenant/", "/admin/tenants/number/"


@pytest.fixture
def numbers(db):
    """120, of which every third has no day its contract ends, and many share one."""
    made = [
        Number(
            e164=f"+4420794{place:05d}",
            country="GB",
            carrier="Thames",
            expires_on=None if place % 3 == 0 else f"2027-01-{place % 4 + 1:02d}",
        )
        for place in range(120)
    ]
    return Number.objects.bulk_create(made)


def rows_of(page) -> list[int]:
    return [int(pk) for pk in re.findall(r'name="_selected_action" value="(\d+)"', page.content.decode())]


def walk(client, address: str, word: str) -> list[int]:
    """Every row, following one link of the pages until it is gone."""
    found, pages = [], 0
    while address:
        page = client.get(address)
        found += rows_of(page)
        cl = page.context["cl"]
        address = getattr(cl, word) and address.split("?")[0] + getattr(cl, word)
        pages += 1
        assert pages < 20
    return found


@pytest.mark.parametrize("order", ["", "o=1", "o=-6", "o=3.-1"])
def test_pages_by_key_show_each_row_once_in_order_and_back(operator, numbers, order):
    page = operator.get(f"{NUMBERS}?{order}")
    wanted = [row.pk for row in page.context["cl"].queryset]
    assert walk(operator, f"{NUMBERS}?{order}", "older") == wanted
    last = operator.get(NUMBERS + page.context["cl"].last_page)
    assert rows_of(last) == wanted[-50:]
    backwards = []
    cl = last.context["cl"]
    while cl.newer:
        before = operator.get(NUMBERS + cl.newer)
        backwards = rows_of(before) + backwards
        cl = before.context["cl"]
    assert backwards + wanted[-50:] == wanted[-len(backwards) - 50 :]
    assert backwards[:1] == wanted[:1] or len(wanted) - 50 == len(backwards)


def test_columns_that_may_be_empty_are_walked_in_the_databases_order(operator, numbers):
    """Empty ones come last going up and first going down; ties are parted by the row's own key."""
    for down in (False, True):
        rows = Number.objects.order_by("-expires_on" if down else "expires_on", "pk")
        keys = keys_of(rows)
        from tenants.lists.keyset import after, cursor_of, values_in

        seen, page = [], list(rows[:7])
        while page:
            seen += page
            page = list(rows.filter(after(keys, values_in(keys, cursor_of(keys, page[-1]))))[:7])
        assert [row.pk for row in seen] == list(rows.values_list("pk", flat=True))


@pytest.mark.parametrize("cursor", ["_after=nonsense", "_after=W10", "_before=WyJ4Il0", "_after=%00"])
def test_a_place_no_page_gave_out_leads_back_to_the_list(operator, numbers, cursor):
    answer = operator.get(f"{NUMBERS}?{cursor}", follow=True)
    assert answer.status_code == 200
    assert len(rows_of(answer)) == 50


def test_a_long_table_is_estimated_and_sorted_by_its_indexes_only(numbers, monkeypatch):
    assert count_of(Number.objects.all(), is_whole=True) == (120, True)
    monkeypatch.setattr("tenants.lists.queries.rows_in_table", lambda model: 10_000_000)
    assert count_of(Number.objects.all(), is_whole=True) == (10_000_000, False)
    assert not count_of(Number.objects.filter(carrier="x"), is_whole=False).is_exact
    names = ["shown_number", "kind", "carrier_fee"]
    assert sortable(names, Number, {"shown_number": "e164"}, 10_000_000) == ["shown_number"]
    assert sortable(names, Number, {"shown_number": "e164"}, 120) == names


def test_neither_counts_nor_skips_over_rows_of_a_long_table(
    operator, numbers, monkeypatch, django_assert_max_num_queries
):
    monkeypatch.setattr("tenants.lists.queries.rows_in_table", lambda model: 10_000_000)
    with django_assert_max_num_queries(40) as asked:
        page = operator.get(NUMBERS)
        operator.get(NUMBERS + page.context["cl"].older)
    told = [query["sql"] for query in asked if "tenants_number" in query["sql"]]
    assert told
    assert not [sql for sql in told if "OFFSET" in sql or ("COUNT(" in sql and "EXPLAIN" not in sql)]


# --- kept filters ---


def test_filters_are_kept_for_the_one_who_kept_them(people, client_of, acme, globex, member, inside):
    admin, owner = client_of(people["admin"]), client_of(people["owner"])
    kept = {
        "place": "people.member",
        "name": "Agents",
        "query": "role=agent",
        "back": MEMBERS + "?role=agent",
    }
    answer = admin.post("/admin/lists/keep/", kept)
    assert answer["Location"] == MEMBERS + "?role=agent"
    admin.post("/admin/lists/keep/", kept | {"query": "role=finance"})
    with inside(acme):
        view = SavedView.objects.get()
        assert (view.member, view.query) == (people["admin"], "role=finance")
    assert '<a href="?role=finance">Agents</a>' in admin.get(MEMBERS).content.decode()
    assert "Agents</a>" not in owner.get(MEMBERS).content.decode()
    owner.post(f"/admin/lists/drop/{view.pk}/")
    client_of(member(globex, "admin", pk=people["admin"].pk)).post(f"/admin/lists/drop/{view.pk}/")
    with inside(acme):
        assert SavedView.objects.count() == 1
    admin.post(f"/admin/lists/drop/{view.pk}/", {"back": "https://evil.example/"})
    with inside(acme):
        assert not SavedView.objects.exists()
    assert admin.post("/admin/lists/keep/", kept | {"back": "https://evil.example/"})["Location"] == "/admin/"
    assert client_of(people["agent"]).post("/admin/lists/keep/", kept).status_code in (302, 403)
    with inside(acme):
        assert SavedView.objects.count() == 1


# --- acts on many ---


def ticked(rows, action: str, **more) -> dict:
    return {"action": action, "_selected_action": [row.pk for row in rows], "index": "0"} | more


def test_many_rows_are_changed_after_a_look_and_put_back(people, client_of, acme, globex, inside, member):
    admin = client_of(people["admin"])
    with inside(acme):
        old, team = Team.objects.create(name="Old"), Team.objects.create(name="Service")
        Member.objects.filter(pk=people["inspector"].pk).update(team=team)
        Member.objects.filter(pk=people["agent"].pk).update(team=old)
    chosen = [people["agent"], people["inspector"], people["owner"], people["finance"]]
    first = admin.post(MEMBERS, ticked(chosen, "bulk_change"))
    assert "4 rows are chosen" in first.content.decode()
    nothing = admin.post(MEMBERS, ticked(chosen, "bulk_change", step="look", team=team.pk))
    assert "Tick at least one field" in nothing.content.decode()
    wanted = {"set_team": "on", "team": team.pk}
    look = admin.post(MEMBERS, ticked(chosen, "bulk_change", step="look", **wanted)).content.decode()
    assert "2 rows would be touched" in look
    assert "It says so already." in look
    assert "You may not change this one." in look
    with inside(acme):
        assert Member.objects.get(pk=people["agent"].pk).team == old
        assert not BulkAct.objects.exists()
    told = admin.post(MEMBERS, ticked(chosen, "bulk_change", step="do", **wanted), follow=True)
    with inside(acme):
        act = BulkAct.objects.get()
        assert {row["name"] for row in act.rows} == {"Agent", "Finance"}
        assert {row["name"] for row in act.refused} == {"Owner", "Inspector"}
        assert set(Member.objects.filter(team=team).values_list("name", flat=True)) == {
            "Agent", "Finance", "Inspector"}  # fmt: skip
        assert (
            AuditEntry.objects.filter(verb="changed", subject=f"people.member:{people['agent'].pk}").count()
            == 1
        )
        Member.objects.filter(pk=people["finance"].pk).update(team=old)
    where = f"/admin/lists/bulkact/{act.pk}/"
    assert where in told.content.decode()
    assert client_of(people["supervisor"]).post(where + "undo/").status_code in (403, 404)
    stranger = client_of(member(globex, "owner"))
    assert stranger.post(where + "undo/").status_code in (403, 404)
    back = admin.post(where + "undo/", follow=True).content.decode()
    assert "Undone: 1." in back
    assert "Finance: Somebody has changed it since." in back
    with inside(acme):
        assert Member.objects.get(pk=people["agent"].pk).team == old
        assert Member.objects.get(pk=people["finance"].pk).team == old
        assert AuditEntry.objects.filter(verb="undid an act on many").count() == 1
    assert admin.post(where + "undo/").status_code == 403


def test_an_act_is_not_undone_when_its_minutes_are_over(operator, numbers):
    wanted = {"set_carrier": "on", "carrier": "Severn"}
    operator.post(NUMBERS, ticked(numbers[:3], "bulk_change", step="do", **wanted))
    act = BulkAct.objects.get()
    assert Number.objects.filter(carrier="Severn").count() == 3
    BulkAct.objects.update(undo_until=timezone.now() - timedelta(seconds=1))
    assert operator.post(f"/admin/lists/bulkact/{act.pk}/undo/").status_code == 403
    assert Number.objects.filter(carrier="Severn").count() == 3


def test_a_value_that_will_not_do_is_refused_for_each_row(operator, numbers):
    wanted = {"set_carrier_fee": "on", "carrier_fee": "-1"}
    look = operator.post(NUMBERS, ticked(numbers[:2], "bulk_change", step="look", **wanted)).content.decode()
    assert look.count("greater than or equal to 0") == 2
    assert "Change them" not in look
    operator.post(NUMBERS, ticked(numbers[:2], "bulk_change", step="do", **wanted))
    assert len(BulkAct.objects.get().refused) == 2
    assert not Number.objects.filter(carrier_fee=-1).exists()


def test_more_rows_than_are_done_at_once_are_refused_whole(operator, numbers, monkeypatch):
    monkeypatch.setattr("tenants.lists.list_pages.MOST_ROWS", 100)
    wanted = {"set_carrier": "on", "carrier": "Severn", "select_across": "1"}
    told = operator.post(NUMBERS, ticked(numbers[:1], "bulk_change", step="do", **wanted), follow=True)
    assert "At most 100 rows at a time" in told.content.decode()
    assert not Number.objects.filter(carrier="Severn").exists()


def test_tenants_are_suspended_together_and_let_in_again_by_undo(
    operator, acme, globex, published, member, client_of
):
    Tenant.objects.filter(pk=globex.pk).update(state="closed")
    chosen = [acme, globex]
    look = operator.post(TENANTS, ticked(chosen, "bulk_suspend")).content.decode()
    assert "1 row would be touched" in look
    assert "Globex: It is not active: Closed." in look
    assert "people lose access" in look
    assert Tenant.objects.get(pk=acme.pk).state == "active"
    operator.post(TENANTS, ticked(chosen, "bulk_suspend", step="do", reason="unpaid"))
    acme.refresh_from_db()
    assert (acme.state, acme.state_reason) == ("suspended", "unpaid")
    act = BulkAct.objects.get()
    finance = client_of(member(None, "operator_finance"))
    assert finance.post(f"/admin/lists/bulkact/{act.pk}/undo/").status_code in (403, 404)
    operator.post(f"/admin/lists/bulkact/{act.pk}/undo/")
    assert Tenant.objects.get(pk=acme.pk).state == "active"
    assert Tenant.objects.get(pk=globex.pk).state == "closed"


def test_undo_lets_nobody_in_who_was_suspended_anew_since(operator, acme, published):
    operator.post(TENANTS, ticked([acme], "bulk_suspend", step="do", reason="unpaid"))
    act = BulkAct.objects.get()
    operator.post(f"{TENANTS}{acme.pk}/resume/")
    operator.post(f"{TENANTS}{acme.pk}/suspend/", {"reason": "fraud"})
    operator.post(f"/admin/lists/bulkact/{act.pk}/undo/")
    assert Tenant.objects.get(pk=acme.pk).state == "suspended"


def test_who_only_looks_is_offered_no_act(client_of, people, acme, inside, member):
    with inside(acme):
        Site.objects.create(name="Leeds")
    finance = client_of(member(None, "operator_finance"))
    page = finance.get(TENANTS).content.decode()
    assert "bulk_suspend" not in page
    finance.post(TENANTS, ticked([acme], "bulk_suspend", step="do"))
    assert Tenant.objects.get(pk=acme.pk).state == "active"
