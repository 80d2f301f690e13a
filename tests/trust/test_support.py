"""Support in a tenant's house: asked for with a case, let in by the owner, for minutes, seen and written down."""

from datetime import timedelta

import pytest
from django.utils import timezone

from tenants.context import enter
from tenants.people.models import AuditEntry, Member
from tenants.support import actions, queries
from tenants.support.errors import AccessIsOpen, AccessIsOver, NotYours, TicketUsed, TooManyMinutes
from tenants.support.models import SupportAccess
from tenants.support.tasks import end_accesses

ASKED = {"case_number": "CASE-7", "reason": "queue looks stuck", "minutes": 20, "role": "supervisor"}


@pytest.fixture
def olivia(member):
    return member(None, "operator", name="Olivia")


@pytest.fixture
def house(acme, globex, member, client_of):
    """Clients of acme's people, and globex's owner."""
    made = {role: client_of(member(acme, role, name=role.title())) for role in ("owner", "admin", "agent")}
    return made | {"stranger": client_of(member(globex, "owner"))}


@pytest.fixture
def console(olivia, client_of):
    return client_of(olivia)


def ask(console, acme, **changes):
    answer = console.post("/support/", ASKED | {"tenant": acme.pk} | changes)
    assert answer.status_code == 302, answer.content.decode()[-3000:]
    return SupportAccess.objects.latest("pk")


def come_in(console, access, client_of, acme):
    """The browser of support at acme's host."""
    way = console.post(f"/support/{access.pk}/enter/").context["way"]
    from django.test import Client

    browser = Client(SERVER_NAME="acme.localhost")
    assert browser.get(way[way.index("/support/enter/") :]).status_code == 302
    return browser, way


def verbs(schema: str) -> list[str]:
    with enter(schema):
        return list(
            AuditEntry.objects.filter(verb__startswith="support")
            .order_by("pk")
            .values_list("verb", flat=True)
        )


def test_nobody_is_in_before_the_owner_allows_it(console, acme, house, published):
    access = ask(console, acme)
    assert (access.state, access.member_id) == ("asked", None)
    told = [(n.schema, n.audience.split(".")[0], n.message["state"]) for n in published]
    assert told == [("acme", "member", "asked")]
    page = house["owner"].get("/teams/").content.decode()
    assert "Support asks to come in for 20 minutes: Olivia, case CASE-7." in page
    assert "CASE-7" not in house["agent"].get("/people/me/").content.decode()
    assert "CASE-7" not in house["stranger"].get("/support/").content.decode()
    with pytest.raises(AccessIsOver):
        actions.issue_ticket(access_id=access.pk, operator=Member(pk=access.operator_id), at=timezone.now())
    assert house["admin"].post(f"/support/{access.pk}/allow/").status_code == 403
    assert house["stranger"].post(f"/support/{access.pk}/allow/").status_code == 404
    access.refresh_from_db()
    assert access.state == "asked"
    house["owner"].post(f"/support/{access.pk}/refuse/")
    access.refresh_from_db()
    assert (access.state, access.decided_by) == ("refused", "Owner")
    assert verbs("acme") == verbs("public") == ["support asked", "support refused"]
    assert verbs("globex") == []


def test_support_looks_is_seen_on_every_page_and_everything_is_written_down(console, acme, house, client_of):
    access = ask(console, acme)
    house["owner"].post(f"/support/{access.pk}/allow/")
    support, way = come_in(console, access, client_of, acme)
    page = support.get("/people/me/").content.decode()
    assert "You are in Acme as support (Olivia, case CASE-7)." in page
    for where, who in (("/people/me/", "agent"), ("/support/", "admin"), ("/admin/", "owner")):
        assert "Support is in: Olivia, case CASE-7." in house[who].get(where).content.decode(), where
    assert "CASE-7" not in house["stranger"].get("/people/me/").content.decode()
    # It looks, and changes nothing.
    assert support.get("/reports/").status_code == 200
    assert support.post("/teams/new/", {"name": "Mine"}).status_code == 403
    assert support.post("/api/v1/calls/dial/", {}, "application/json").status_code == 403
    for shut in ("/password/", "/admin/people/member/"):
        assert support.get(shut).status_code == 403
    with enter("acme"):
        opened = AuditEntry.objects.filter(verb="support opened").order_by("pk")
        assert [entry.subject for entry in opened] == ["page:/people/me/", "page:/reports/"]
        assert {entry.actor_name for entry in opened} == {"Olivia · support · CASE-7"}
        assert "CASE-7" in opened[0].reason
    # The way in worked once; nobody else's does.
    with enter("acme"), pytest.raises(TicketUsed):
        actions.use_ticket(text=way.rstrip("/").rsplit("/", 1)[1], at=timezone.now())
    listed = house["owner"].get("/audit/", {"who": "Olivia · support · CASE-7"}).content.decode()
    assert "page:/reports/" in listed


@pytest.mark.parametrize("side", ["owner", "operator", "itself", "time"])
def test_it_ends_by_either_side_and_by_itself(console, acme, house, client_of, side):
    access = ask(console, acme)
    house["owner"].post(f"/support/{access.pk}/allow/")
    support, _way = come_in(console, access, client_of, acme)
    if side == "owner":
        house["owner"].post(f"/support/{access.pk}/end/")
    elif side == "operator":
        console.post(f"/support/{access.pk}/end/")
    elif side == "itself":
        support.post("/support/leave/")
    else:
        past = timezone.now() - timedelta(seconds=1)
        SupportAccess.objects.update(ends_at=past)
        with enter("acme"):
            Member.objects.filter(pk=SupportAccess.objects.get().member_id).update(seat_ends_at=past)
    # Before anything has written it down.
    assert support.get("/reports/").status_code == 302
    assert end_accesses() == (1 if side == "time" else 0)
    assert end_accesses() == 0
    access.refresh_from_db()
    by = {"owner": "Owner", "operator": "Olivia", "itself": "Olivia", "time": ""}[side]
    assert (access.state, access.ended_by) == ("ended", by)
    with enter("acme"):
        assert Member.objects.get(pk=access.member_id).is_active is False
        assert queries.open_accesses() == []
    assert verbs("acme")[-1] == verbs("public")[-1] == "support ended"
    assert "CASE-7" not in house["owner"].get("/people/me/").content.decode()


def test_the_tenants_terms_hold(console, olivia, acme, house, client_of):
    terms = {"needs_consent": "", "most_minutes": 15}
    assert house["admin"].post("/support/terms/", terms).status_code == 403
    assert house["owner"].post("/support/terms/", terms).status_code == 302
    now = timezone.now()
    wanted = ASKED | {"operator": olivia, "tenant": acme, "may_change": True, "at": now}
    with pytest.raises(TooManyMinutes, match="15 minutes at most"):
        actions.ask_for_access(**wanted)
    access = actions.ask_for_access(**wanted | {"minutes": 15})
    assert (access.state, access.decided_by, access.ends_at) == ("running", "", now + timedelta(minutes=15))
    with pytest.raises(AccessIsOpen):
        actions.ask_for_access(**wanted | {"minutes": 5})
    support, _way = come_in(console, access, client_of, acme)
    # It may change things now, and that is written down as well.
    support.post("/announcements/new/", {})
    assert "support sent" in verbs("acme")
    assert "support terms changed" in verbs("acme")


def test_a_way_in_is_its_operators_and_its_tenants_alone(console, acme, house, member, olivia):
    access = ask(console, acme)
    house["owner"].post(f"/support/{access.pk}/allow/")
    now = timezone.now()
    with pytest.raises(NotYours):
        actions.issue_ticket(access_id=access.pk, operator=member(None, "operator"), at=now)
    text = actions.issue_ticket(access_id=access.pk, operator=olivia, at=now)
    with enter("globex"), pytest.raises(TicketUsed):
        actions.use_ticket(text=text, at=now)
    with enter("acme"), pytest.raises(TicketUsed):
        actions.use_ticket(text=text, at=now + timedelta(seconds=61))
    with enter("acme"):
        assert actions.use_ticket(text=text, at=now)[0] == access


def test_nobody_answers_for_a_day_and_it_lapses(console, acme, house):
    access = ask(console, acme)
    assert end_accesses() == 0
    SupportAccess.objects.update(asked_at=timezone.now() - timedelta(hours=25))
    assert end_accesses() == 1
    access.refresh_from_db()
    assert access.state == "lapsed"
    house["owner"].post(f"/support/{access.pk}/allow/")
    access.refresh_from_db()
    assert access.state == "lapsed"


def test_who_only_looks_gets_no_socket(console, acme, house):
    access = ask(console, acme)
    house["owner"].post(f"/support/{access.pk}/allow/")
    access.refresh_from_db()
    with enter("acme"):
        member = Member.objects.get(pk=access.member_id)
        assert queries.only_looks(member)
        SupportAccess.objects.update(may_change=True)
        assert not queries.only_looks(member)


@pytest.mark.parametrize("role", ["operator_finance"])
def test_only_operators_ask(acme, member, client_of, role):
    assert client_of(member(None, role)).get("/support/").status_code == 403
