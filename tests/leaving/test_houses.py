"""The whole house deleted at its owner's wish: two of the house, days to withdraw it, a certificate by mail."""

import json
from datetime import timedelta

import pytest
from django.db import IntegrityError, transaction
from django.utils import timezone

from contactcenter.celery import app
from telephony.models import LegalHold
from tenants.actions import resume_tenant, suspend_tenant
from tenants.context import enter
from tenants.leaving import errors, queries, tasks
from tenants.leaving.actions import closing_down, deletions, exports, houses
from tenants.leaving.deleting import left_of
from tenants.leaving.models import Deletion, Export, HouseAsk
from tenants.leaving.signing import signer_of
from tenants.mails import sending
from tenants.mails.models import Mail
from tenants.models import Contract, Plan, Tenant
from tenants.overview.own_signs import houses_leaving
from tenants.people.models import AuditEntry, Member
from tests.mails.conftest import office  # noqa: F401  (a fixture)

PASSWORD = "correct horse battery"
DAY = timedelta(days=1)


@pytest.fixture(autouse=True)
def quick_passwords(settings):
    settings.PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]


@pytest.fixture
def who(acme, member, shelf):
    """who("owner", "Olga") → somebody of acme with a password and an address."""

    def make(role: str, name: str, tenant=acme, **more):
        made = member(tenant, role, name=name, email=f"{name.lower()}@acme.example", **more)
        with enter(tenant.schema_name):
            made.set_password(PASSWORD)
            made.save()
        return made

    return make


@pytest.fixture
def two(who):
    return who("owner", "Olga"), who("admin", "Adam")


def form(**more) -> dict[str, str]:
    return {"typed": "Acme", "reason": "we stop", "password": PASSWORD} | more


def confirmed(acme, now, olga, adam, **more) -> HouseAsk:
    with enter("acme"):
        asked = {"typed": acme.name, "again": "", "reason": "we stop", "needs_archive": False} | more
        ask = houses.ask_house(**asked, by=olga, at=now)
        assert houses.confirm_house(ask_id=ask.pk, by=adam, at=now)
    return HouseAsk.objects.select_related("tenant").get(pk=ask.pk)


def worker(work):
    app.conf.update(task_always_eager=True)
    try:
        return work()
    finally:
        app.conf.update(task_always_eager=False)


def verbs(schema: str) -> list[str]:
    with enter(schema):
        told = AuditEntry.objects.filter(subject__startswith="leaving.houseask").order_by("pk")
        return [f"{one.actor_name}: {one.verb}" for one in told]


def news() -> list[tuple[str, str]]:
    return [
        (mail.key.split(">")[0].split(":")[2], mail.name)
        for mail in Mail.objects.filter(kind="house").order_by("pk")
    ]


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


def test_any_owner_withdraws_it_until_its_day_and_operators_on_their_word(
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

    third = confirmed(acme, now, *two)
    with enter("acme"):
        assert not houses.withdraw_house(ask_id=third.pk, by=vera, at=third.due_at)
    third.refresh_from_db()
    assert third.state == "waiting"


def test_what_the_law_or_the_owner_wants_first_is_waited_for(acme, two, now, at_once):
    ask = confirmed(acme, now, *two, needs_archive=True)
    due = ask.due_at
    with enter("acme"):
        hold = LegalHold.objects.create(number="+8613812342211", reason="court", placed_by="x", placed_at=now)

    def looked(at) -> str:
        assert closing_down.close_down(ask_id=ask.pk, at=at) == 0
        ask.refresh_from_db()
        return ask.problem

    assert queries.houses_to_take_up(due - DAY) == []
    assert queries.houses_to_take_up(due) == [ask.pk]
    assert looked(due - timedelta(seconds=1)) == ""
    assert looked(due) != ""
    assert queries.houses_to_take_up(due + timedelta(minutes=5)) == []
    assert Tenant.objects.get(pk=acme.pk).state == "active"
    with enter("acme"):
        LegalHold.objects.filter(pk=hold.pk).update(lifted_at=now)
        with pytest.raises(errors.HouseAskNotFound):
            houses.confirm_house(ask_id=ask.pk + 1, by=two[1], at=now)
    assert looked(due) != ""
    kept = exports.ask_export(tenant=acme, by=None, at=now + DAY)
    assert exports.run_export(export_id=kept.pk) == "ready"
    assert looked(due) != ""
    Export.objects.update(downloads=1)
    assert looked(due) == ""
    assert (ask.state, Tenant.objects.get(pk=acme.pk).state) == ("running", "suspended")
    assert [what for what, _name in news()][:2] == ["asked", "confirmed"]
    assert {what for what, _name in news()} >= {"held"}


def test_an_owner_may_do_without_the_archive_after_all(acme, two, now, client_of, at_once):
    ask = confirmed(acme, now, *two, needs_archive=True)
    assert client_of(two[0]).post(f"/leaving/house/{ask.pk}/waive/").status_code == 302
    assert closing_down.close_down(ask_id=ask.pk, at=ask.due_at) == 0
    ask.refresh_from_db()
    assert (ask.state, ask.problem) == ("running", "")


def test_a_suspended_house_is_deleted_all_the_same(acme, two, now, client_of, at_once):
    ask = confirmed(acme, now, *two)
    olga = client_of(two[0])
    suspend_tenant(tenant_id=acme.pk, at=now, reason="not paid")
    assert olga.get("/leaving/house/").status_code == 403
    assert closing_down.close_down(ask_id=ask.pk, at=ask.due_at) == 0
    resume_tenant(tenant_id=acme.pk, at=ask.due_at)
    assert closing_down.close_down(ask_id=ask.pk, at=ask.due_at + timedelta(minutes=59)) == 0
    made = closing_down.close_down(ask_id=ask.pk, at=ask.due_at + timedelta(hours=1))
    assert Deletion.objects.get().pk == made
    assert Tenant.objects.get(pk=acme.pk).state == "closed"
    assert closing_down.close_down(ask_id=ask.pk, at=ask.due_at + timedelta(hours=2)) == 0
    assert queries.houses_to_take_up(ask.due_at + DAY) == []
    assert queries.deletions_to_take_up(ask.due_at) == [made]


def test_calls_that_go_on_come_to_their_end(acme, two, now, at_once, monkeypatch):
    ask = confirmed(acme, now, *two)
    assert closing_down.close_down(ask_id=ask.pk, at=ask.due_at) == 0
    monkeypatch.setattr(closing_down, "live_calls_of", lambda tenant: 1)
    assert closing_down.close_down(ask_id=ask.pk, at=ask.due_at + timedelta(hours=2)) == 0
    assert Tenant.objects.get(pk=acme.pk).state == "suspended"
    assert closing_down.close_down(ask_id=ask.pk, at=ask.due_at + timedelta(hours=24)) != 0


def test_a_house_operators_delete_meanwhile_is_left_to_them(acme, two, now, member, at_once):
    ask = confirmed(acme, now, *two)
    otto, vera = member(None, "operator"), member(None, "operator")
    suspend_tenant(tenant_id=acme.pk, at=now)
    from tenants.actions import close_tenant

    close_tenant(tenant_id=acme.pk, at=now)
    tenant = Tenant.objects.get(pk=acme.pk)
    theirs = deletions.ask_deletion(tenant=tenant, schema_typed="acme", reason="ours", by=otto, at=now)
    deletions.confirm_deletion(deletion_id=theirs.pk, by=vera, at=now + 31 * DAY)
    assert closing_down.close_down(ask_id=ask.pk, at=now + 31 * DAY) == 0
    ask.refresh_from_db()
    assert (ask.state, ask.problem, Deletion.objects.count()) == ("done", "deleted by the operators", 1)


def test_the_day_before_owners_are_told_once(acme, two, now, at_once):
    ask = confirmed(acme, now, *two)
    HouseAsk.objects.update(due_at=timezone.now() + timedelta(hours=23))
    assert (worker(tasks.take_up), worker(tasks.take_up)) == (0, 0)
    assert [what for what, _name in news()] == ["asked", "confirmed", "near"]
    ask.refresh_from_db()
    assert ask.near_told_at is not None


def test_a_whole_house_is_gone_killed_on_its_way_and_its_owners_have_one_certificate(
    house,
    globex,
    two,
    now,
    redis_server,
    at_once,
    monkeypatch,
    office,  # noqa: F811
):
    with enter("acme"):
        LegalHold.objects.update(lifted_at=now)
    with enter("globex"):
        before = Member.objects.count()
    ask = confirmed(house.tenant, now, *two)
    past = timezone.now() - timedelta(hours=2)
    HouseAsk.objects.update(due_at=past)

    def dies(*_given, **_more):
        raise KeyboardInterrupt

    for place in (
        "tenants.leaving.actions.closing_down.seal",
        "tenants.leaving.actions.closing_down.close_tenant",
        "tenants.leaving.actions.certificates.tell_deleted",
    ):
        with monkeypatch.context() as patched:
            patched.setattr(place, dies)
            with pytest.raises(KeyboardInterrupt):
                worker(tasks.take_up)
        if place.endswith("seal"):
            assert Tenant.objects.get(schema_name="acme").state == "active"
            worker(tasks.take_up)
            assert Tenant.objects.get(schema_name="acme").state == "suspended"
            HouseAsk.objects.update(shut_at=past)
        if place.endswith("close_tenant"):
            assert Tenant.objects.get(schema_name="acme").state == "suspended"
            assert not Deletion.objects.exists()
    deletion = Deletion.objects.get()
    assert (deletion.state, deletion.house_ask_id) == ("running", ask.pk)
    assert not Mail.objects.filter(key__startswith="deleted:").exists()
    Deletion.objects.update(beat_at=past)
    for _twice in (1, 2):
        worker(tasks.take_up)
    deletion.refresh_from_db()
    ask.refresh_from_db()
    assert (deletion.state, ask.state, ask.readers, ask.problem) == ("done", "done", "", "")
    assert left_of(Tenant.objects.get(schema_name="acme")) == []
    said = deletion.certificate
    assert (said["wanted_by"], said["asked"]["by"], said["confirmed"]["by"]) == (
        "an owner of the house", "Olga", "Adam",
    )  # fmt: skip
    certificate_came_by_mail(deletion, office)
    assert verbs("public")[-1] == ": closed the doors of the house"
    with enter("globex"):
        assert Member.objects.count() == before


def certificate_came_by_mail(deletion, office) -> None:  # noqa: F811
    assert sending.send_due() == 1
    [message] = office.to("olga@acme.example")
    [attached] = message.iter_attachments()
    assert attached.get_filename() == f"certificate-of-deletion-{deletion.pk}.json"
    came = json.loads(attached.get_content())
    assert came == deletion.certificate
    assert signer_of(came)
    assert "The certificate is attached" in message.get_body(("plain",)).get_content()
    mail = Mail.objects.get()
    assert (mail.state, mail.text, mail.attachment) == ("sent", "", "")
