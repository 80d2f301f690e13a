"""The whole house is to be deleted at its owner's wish: two of the house, days to withdraw it."""

from datetime import timedelta

import pytest
from django.db import IntegrityError, transaction
from django.utils import timezone

from tenants.context import enter
from tenants.leaving.actions import closing_down, houses
from tenants.leaving.models import HouseAsk
from tenants.models import Contract, Plan, Tenant
from tenants.overview.own_signs import houses_leaving
from tenants.people.models import Member
from tests.leaving.asking import PASSWORD, confirmed, form, news, verbs

DAY = timedelta(days=1)


def test_an_owner_asks_somebody_else_confirms_and_others_are_refused(
    acme, globex, two, who, member, client_of, now, at_once
):
    olga, adam = (client_of(one) for one in two)
    agent, stranger = client_of(who("agent", "Ann")), client_of(member(globex, "owner"))
    page = olga.get("/leaving/house/").content.decode()
    for said in (
        "What the law makes us keep",
        "No bill is open.",
        "3 people lose access",
        "Have an archive written",
    ):
        assert said in page
    assert agent.get("/leaving/house/").status_code == 403
    assert adam.get("/leaving/house/").status_code == 200
    assert adam.post("/leaving/house/", form()).status_code == 403
    for wrong in ({"typed": "globex"}, {"password": "guessed"}, {"reason": ""}):
        assert olga.post("/leaving/house/", form(**wrong)).status_code == 422
    assert not HouseAsk.objects.exists()

    assert olga.post("/leaving/house/", form(needs_archive="on")).status_code == 302
    ask = HouseAsk.objects.get()
    assert (ask.state, ask.asked_by, ask.needs_archive, ask.due_at) == ("asked", "Olga", True, None)
    where = f"/leaving/house/{ask.pk}"
    assert olga.post("/leaving/house/", form()).status_code == 422
    for browser, status in ((agent, 403), (stranger, 404)):
        assert browser.post(f"{where}/confirm/", {"password": PASSWORD}).status_code in (status, 302)
    assert stranger.post(f"{where}/withdraw/").status_code == 404
    assert (agent.post(f"{where}/withdraw/").status_code, adam.post(f"{where}/withdraw/").status_code) == (
        403,
        403,
    )
    olga.post(f"{where}/confirm/", {"password": PASSWORD})
    adam.post(f"{where}/confirm/", {"password": "guessed"})
    assert "This is not your password" in adam.get("/leaving/house/").content.decode()
    ask.refresh_from_db()
    assert ask.state == "asked"

    assert adam.post(f"{where}/confirm/", {"password": PASSWORD}).status_code == 302
    ask.refresh_from_db()
    assert (ask.state, ask.answered_by, ask.due_at - ask.answered_at) == ("waiting", "Adam", 7 * DAY)
    both = ["Olga: asked for the house to be deleted", "Adam: confirmed that the house is deleted"]
    assert verbs("acme") == both
    assert verbs("public") == [line.replace(":", " · acme:", 1) for line in both]
    assert news() == [("asked", "Olga"), ("confirmed", "Olga")]
    assert "/leaving/house/" in adam.get("/audit/").content.decode()
    assert "All of this house is deleted from" in olga.get("/audit/").content.decode()
    assert "All of this house is deleted from" not in agent.get("/workspace/").content.decode()
    assert "All of this house is deleted from" not in stranger.get("/audit/").content.decode()


def test_the_two_of_a_house_stand_in_the_database_as_well(acme, two, now, at_once):
    ask = confirmed(acme, now, *two)
    with pytest.raises(IntegrityError), transaction.atomic():
        HouseAsk.objects.filter(pk=ask.pk).update(answered_by_id=ask.asked_by_id)
    with pytest.raises(IntegrityError), transaction.atomic():
        HouseAsk.objects.create(tenant=acme, reason="again", asked_by_id=1, asked_by="x")


def test_who_is_alone_types_the_name_twice_and_terms_say_how_many_days(acme, who, client_of, at_once):
    plan = Plan.objects.create(code="p", name="Plan", currency="GBP", deletion_days=3)
    Contract.objects.create(tenant=acme, plan=plan, starts_on=timezone.localdate() - DAY, seats=5)
    olga = client_of(who("owner", "Olga"))
    for again in ("", "globex"):
        assert olga.post("/leaving/house/", form(again=again)).status_code == 422
    assert olga.post("/leaving/house/", form(again="Acme")).status_code == 302
    ask = HouseAsk.objects.get()
    assert (ask.state, ask.is_alone, ask.due_at - ask.asked_at) == ("waiting", True, 3 * DAY)


def test_an_owner_without_an_address_is_told_to_give_one(acme, who, client_of, at_once):
    olga = who("owner", "Olga")
    with enter("acme"):
        Member.objects.update(email="")
    page = client_of(olga).post("/leaving/house/", form(again="Acme"))
    assert (page.status_code, "No owner has a mail address" in page.content.decode()) == (422, True)
    assert not HouseAsk.objects.exists()


def test_any_owner_withdraws_it_until_the_doors_close_and_operators_on_their_word(
    acme, two, who, member, client_of, at_once
):
    vera, now = who("owner", "Vera"), timezone.now()
    operator = client_of(member(None, "operator", name="Otto"))
    first = confirmed(acme, now, *two)
    assert client_of(vera).post(f"/leaving/house/{first.pk}/withdraw/").status_code == 302
    first.refresh_from_db()
    assert (first.state, first.withdrawn_by) == ("withdrawn", "Vera")
    assert closing_down.close_down(ask_id=first.pk, at=first.due_at + DAY) == 0
    assert Tenant.objects.get(pk=acme.pk).state == "active"

    second = confirmed(acme, now, *two)
    assert [sign.words for sign in houses_leaving(now)] != []
    page = operator.get("/leaving/deletions/").content.decode()
    assert "Asked for by their owners" in page
    assert "Waits for its day" in operator.get(f"/admin/tenants/tenant/{acme.pk}/change/").content.decode()
    where = f"/leaving/houses/{second.pk}/withdraw/"
    operator.post(where, {"why": " "})
    assert HouseAsk.objects.get(pk=second.pk).state == "waiting"
    operator.post(where, {"why": "Olga by telephone"})
    second.refresh_from_db()
    assert (second.state, second.withdrawn_by) == ("withdrawn", "Otto · operator")
    assert verbs("acme")[-1] == "Otto · operator: withdrew the deletion of the house"
    assert verbs("public")[-1] == "Otto: withdrew the deletion of the house"

    held = confirmed(acme, now, *two, needs_archive=True)
    late = held.due_at + DAY
    assert closing_down.close_down(ask_id=held.pk, at=late) == 0
    HouseAsk.objects.filter(pk=held.pk).update(due_at=now - DAY)
    page = client_of(vera).get("/leaving/house/").content.decode()
    assert f"/leaving/house/{held.pk}/withdraw/" in page
    assert f"/leaving/house/{held.pk}/waive/" in page
    with enter("acme"):
        assert houses.withdraw_house(ask_id=held.pk, by=vera, at=late)

    gone = confirmed(acme, now, *two)
    assert closing_down.close_down(ask_id=gone.pk, at=gone.due_at) == 0
    with enter("acme"):
        assert not houses.withdraw_house(ask_id=gone.pk, by=vera, at=gone.due_at)
    gone.refresh_from_db()
    assert gone.state == "running"
