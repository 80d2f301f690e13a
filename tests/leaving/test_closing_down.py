"""The day of a house that is to be deleted: what holds it, closed doors, killed on its way, the certificate by mail."""

import json
from datetime import timedelta

import pytest
from django.utils import timezone

from telephony.models import LegalHold
from tenants.actions import close_tenant, resume_tenant, suspend_tenant
from tenants.context import enter
from tenants.leaving import errors, queries, tasks
from tenants.leaving.actions import closing_down, deletions, exports, houses
from tenants.leaving.deleting import left_of
from tenants.leaving.models import Deletion, Export, HouseAsk
from tenants.leaving.signing import signer_of
from tenants.mails import sending
from tenants.mails.models import Mail
from tenants.models import Tenant
from tenants.people.models import Member
from tests.leaving.asking import confirmed, news, verbs, worker
from tests.mails.conftest import office  # noqa: F401  (a fixture)

DAY = timedelta(days=1)


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
