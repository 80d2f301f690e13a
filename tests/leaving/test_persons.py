"""One person across a tenant: found, handed out, erased; of the others nothing is touched."""

import json

import pytest
from django.apps import apps
from django.db import models

from contactcenter.celery import app
from telephony.models import Call, CallerProfile, FollowUp, KeptSound, LegalHold, Survey, SurveyAnswer
from tenants.context import enter
from tenants.leaving import persons, queries, registry, tasks
from tenants.leaving.actions import erasures
from tenants.leaving.catalog import tenant_models
from tenants.leaving.models import Erasure, ErasureAsk
from tenants.people.models import AuditEntry, Member
from ticketing.models import Customer, CustomerPhone, Ticket

WANG, LI, SECOND = "+8613812342211", "+8613900001111", "+8613700002222"
LOOKS_PERSONAL = ("e164", "phone", "mail", "caller", "raw", "number", "said", "comment", "description", "note", "text",
                  "body", "contact", "address", "value")  # fmt: skip


def test_every_column_that_looks_like_a_persons_is_declared():
    """A new one is declared in the floor's persons.py: how it is found and emptied, or why it is nobody's."""
    declared = {
        f"{label}.{column}"
        for label, one in registry.personal().items()
        for column in (*one.by, *one.blank, *one.gives)
    }
    whole = {label for label, one in registry.personal().items() if one.goes}
    missing = [
        f"{model._meta.label_lower}.{one.name}"
        for model in tenant_models()
        for one in model._meta.local_concrete_fields
        if isinstance(one, models.CharField | models.TextField | models.GenericIPAddressField)
        and not one.choices
        and set(one.name.split("_")) & set(LOOKS_PERSONAL)
        and model._meta.label_lower not in whole
        and f"{model._meta.label_lower}.{one.name}" not in declared | registry.impersonal().keys()
    ]
    assert missing == []


def test_what_is_declared_is_there():
    for label, one in registry.personal().items():
        names = {f.name for f in apps.get_model(label)._meta.concrete_fields}
        names |= {f.attname for f in apps.get_model(label)._meta.concrete_fields}
        assert {*one.by, *one.through, *one.blank, *one.gives} <= names, label
        assert {led.partition(":")[0] for led in one.through.values()} <= registry.personal().keys(), label


@pytest.fixture
def story(shelf, acme, now):
    """Wang with two numbers, calls, a recording, a ticket and a survey; Li with as much."""
    for schema in ("acme", "globex"):
        with enter(schema):
            Call.objects.create(
                arrived_at=now, caller_number=WANG, caller_raw="13812342211", caller_name="Wang"
            )
    with enter("acme"):
        recording = shelf.recording(caller_number=WANG, note="wants 13812342211 called")
        shelf.keep()
        Call.objects.create(arrived_at=now, caller_number=SECOND)
        other = Call.objects.create(arrived_at=now, caller_number=LI, caller_name="Li", note="fine")
        for name, numbers in (("王芳", (WANG, SECOND)), ("Li", (LI,))):
            customer = Customer.objects.create(name=name, note=f"knows {name}")
            for number in numbers:
                CustomerPhone.objects.create(customer=customer, e164=number, raw=number)
            Ticket.objects.create(
                number=customer.pk, subject=f"of {name}", customer=customer, type="question"
            )
        CallerProfile.objects.create(e164=WANG)
        survey = Survey.objects.create(name="S", scale="csat")
        SurveyAnswer.objects.create(
            call=recording.call, survey=survey, scale="csat", comment="I am Wang", asked_at=now
        )
        FollowUp.objects.create(kind="task", title="call 王芳", number=WANG, created_at=now, due_at=now)
        return recording, other


def test_a_person_is_found_in_every_table_by_one_number(story):
    with enter("acme"):
        found = persons.counts_of(persons.found_of(persons.person_of("138 1234 2211")))
        assert found == {
            "telephony.call": 3,
            "telephony.recording": 1,
            "telephony.callerprofile": 1,
            "telephony.followup": 1,
            "telephony.surveyanswer": 1,
            "ticketing.customer": 1,
            "ticketing.customerphone": 2,
            "ticketing.ticket": 1,
        }
        assert persons.counts_of(persons.found_of(persons.person_of("王芳")))["telephony.call"] == 3
        assert persons.found_of(persons.person_of("nobody@example.com")) == {}


def test_an_owner_asks_another_confirms_and_a_report_says_what_stays(
    story, acme, globex, member, client_of, shelf, at_once
):
    recording, other = story
    owner, admin = (
        client_of(member(acme, "owner", name="Olga")),
        client_of(member(acme, "admin", name="Adam")),
    )
    page = admin.post("/leaving/persons/", {"person": WANG, "act": "find"}).content.decode()
    assert "138****2211" in page
    assert WANG not in page.replace(f'value="{WANG}"', "")
    handed = admin.post("/leaving/persons/", {"person": WANG, "act": "hand out"})
    lines = [json.loads(line) for line in b"".join(handed.streaming_content).splitlines()]
    assert {"table": "ticketing.customer", "name": "王芳"}.items() <= next(
        line for line in lines if line["table"] == "ticketing.customer"
    ).items()
    assert "Li" not in str(lines)
    refused = admin.post("/leaving/persons/", {"person": WANG, "act": "erase", "reason": "asked"})
    assert (refused.status_code, Erasure.objects.count()) == (422, 0)
    assert owner.post("/leaving/persons/", {"person": WANG, "act": "erase"}).status_code == 422
    assert (
        owner.post("/leaving/persons/", {"person": WANG, "act": "erase", "reason": "asked"}).status_code
        == 302
    )
    with enter("acme"):
        assert persons.found_of(persons.person_of(WANG)) != {}
    confirmed_by_another(owner, admin, client_of(member(globex, "owner")))
    with enter("acme"):
        assert persons.found_of(persons.person_of(WANG)) == {}
        assert Call.objects.count() == 4
        call = Call.objects.get(pk=recording.call_id)
        assert (call.caller_number, call.caller_name, call.note) == ("", "", "")
        assert KeptSound.objects.get().state == "deleted"
        assert [path for path in shelf.folder.rglob("*.wav") if path.is_file()] == []
        assert SurveyAnswer.objects.get().comment == ""
        assert sorted(Customer.objects.values_list("name", "note")) == [("", ""), ("Li", "knows Li")]
        assert list(CustomerPhone.objects.values_list("e164", flat=True)) == [LI]
        other.refresh_from_db()
        assert (other.caller_number, other.caller_name, other.note) == (LI, "Li", "fine")
        verbs = list(AuditEntry.objects.order_by("pk").values_list("verb", flat=True))
        assert [verb for verb in verbs if "person" in verb] == [
            "looked for a person", "handed out a person's data", "asked to erase a person's data",
            "erased a person's data",
        ]  # fmt: skip
        assert WANG not in str(
            list(AuditEntry.objects.values_list("before", "after", "subject", "subject_name"))
        )
    erasure = Erasure.objects.get(tenant=acme)
    assert (erasure.by_name, erasure.subject_shown) == ("Adam", "138****2211")
    assert erasure.report["sounds"] == {"deleted": 1, "held": 0, "by_law": 0}
    assert "138****2211" in owner.get("/leaving/persons/").content.decode()
    with enter("globex"):
        assert Call.objects.get().caller_number == WANG


def confirmed_by_another(owner, admin, stranger) -> None:
    asked = ErasureAsk.objects.get()
    assert WANG not in str(vars(asked))
    assert owner.post(f"/leaving/persons/{asked.pk}/confirm/").status_code == 409
    assert stranger.post(f"/leaving/persons/{asked.pk}/confirm/").status_code == 404
    assert "138****2211" not in stranger.get("/leaving/persons/").content.decode()
    again = owner.post("/leaving/persons/", {"person": WANG, "act": "erase", "reason": "asked"})
    assert "asked for already" in again.content.decode()
    assert Erasure.objects.count() == 0
    assert admin.post(f"/leaving/persons/{asked.pk}/confirm/").status_code == 302
    assert admin.post(f"/leaving/persons/{asked.pk}/confirm/").status_code == 302
    asked.refresh_from_db()
    assert (asked.state, asked.subject, Erasure.objects.count()) == ("done", "", 1)


def test_who_is_alone_types_the_person_twice_and_what_was_asked_may_be_withdrawn(
    story, acme, member, client_of, shelf, at_once
):
    only = member(acme, "owner", name="Olga")
    owner, erase = client_of(only), {"person": WANG, "act": "erase", "reason": "asked"}
    shown = owner.post("/leaving/persons/", {"person": WANG, "act": "find"}).content.decode()
    assert "Recordings: 1 would be deleted, 0 stay for a legal hold, 0 because the law keeps them" in shown
    for typed in ("", LI):
        assert owner.post("/leaving/persons/", erase | {"again": typed}).status_code == 422
    assert Erasure.objects.count() == 0
    other = member(acme, "admin")
    assert owner.post("/leaving/persons/", erase | {"again": WANG}).status_code == 302
    asked = ErasureAsk.objects.get()
    assert owner.post(f"/leaving/persons/{asked.pk}/withdraw/").status_code == 302
    asked.refresh_from_db()
    assert (asked.state, asked.subject, Erasure.objects.count()) == ("withdrawn", "", 0)
    with enter("acme"):
        type(other).objects.filter(pk=other.pk).update(is_active=False)
    assert owner.post("/leaving/persons/", erase | {"again": WANG}).status_code == 302
    assert Erasure.objects.get().by_name == "Olga"


def test_an_erasure_that_died_on_its_way_is_found_and_done(
    story, acme, globex, member, client_of, now, shelf, at_once, monkeypatch
):
    olga, adam = member(acme, "owner", name="Olga"), member(acme, "admin", name="Adam")

    def dies(*words):
        raise KeyboardInterrupt

    with enter("acme"):
        wang = persons.person_of(WANG)
        ask = erasures.ask_erasure(person=wang, reason="asked", by=olga, at=now)
        with monkeypatch.context() as patched:
            patched.setattr("tenants.leaving.actions.persons._reported", dies)
            with pytest.raises(KeyboardInterrupt):
                erasures.confirm_erasure(ask_id=ask.pk, by=adam, at=now)
        assert Call.objects.filter(caller_number=WANG).count() == 2
        assert not erasures.withdraw_erasure(ask_id=ask.pk, by=olga, at=now)
        assert erasures.confirm_erasure(ask_id=ask.pk, by=adam, at=now) is None
    ask.refresh_from_db()
    assert (ask.state, ask.is_confirmed, ask.subject != "") == ("asked", True, True)
    page = client_of(olga).get("/leaving/persons/").content.decode()
    assert "Confirmed by Adam" in page
    assert f"/leaving/persons/{ask.pk}/withdraw/" not in page
    assert queries.erasures_to_take_up(now + queries.LOST_AFTER) == []

    app.conf.update(task_always_eager=True)
    try:
        assert (tasks.take_up(), tasks.take_up()) == (1, 0)
    finally:
        app.conf.update(task_always_eager=False)
    ask.refresh_from_db()
    assert (ask.state, ask.subject) == ("done", "")
    erasure = Erasure.objects.get()
    assert (erasure.tenant, erasure.by_name, erasure.report["tables"]["telephony.call"]["erased"]) == (
        acme,
        "Adam",
        3,
    )
    with enter("acme"):
        assert persons.found_of(wang) == {}
    with enter("globex"):
        assert Call.objects.get().caller_number == WANG


def confirmed_and_left(acme, member, now, person=WANG) -> ErasureAsk:
    """Olga asked, Adam confirmed, and the process died before anything was done."""
    olga, adam = member(acme, "owner", name="Olga"), member(acme, "admin", name="Adam")
    with enter("acme"):
        ask = erasures.ask_erasure(person=persons.person_of(person), reason="asked", by=olga, at=now)
        ErasureAsk.objects.filter(pk=ask.pk).update(
            answered_at=now, answered_by_id=adam.pk, answered_by="Adam"
        )
    return ask


@pytest.mark.parametrize(
    ("why", "problem", "said"),
    [("gone", "confirmer_gone", "was removed before it was done"), ("keys", "unreadable", "DATA_KEYS")],
)
def test_an_erasure_that_can_never_be_done_ends_and_says_why_and_what_to_do(
    story, acme, globex, member, client_of, now, at_once, settings, why, problem, said
):
    ask = confirmed_and_left(acme, member, now)
    if why == "gone":
        with enter("acme"):
            Member.objects.filter(name="Adam").delete()
    else:
        ErasureAsk.objects.update(subject="gAAAA")
    app.conf.update(task_always_eager=True)
    try:
        assert (tasks.take_up(), tasks.take_up()) == (1, 0)
    finally:
        app.conf.update(task_always_eager=False)
    ask.refresh_from_db()
    assert (ask.state, ask.problem, ask.subject) == ("failed", problem, "")
    assert not Erasure.objects.exists()
    with enter("acme"):
        assert Call.objects.filter(caller_number=WANG).count() == 2
        told = AuditEntry.objects.get(verb="could not erase a person's data")
        assert (said in told.reason, told.after) == (True, {"person": "138****2211"})
        olga = Member.objects.get(name="Olga")
    page = client_of(olga).get("/leaving/persons/").content.decode()
    assert said in page
    assert "find the person above and ask anew" in page
    stranger = client_of(member(globex, "owner")).get("/leaving/persons/").content.decode()
    assert "138****2211" not in stranger
    with enter("acme"):
        again = erasures.ask_erasure(person=persons.person_of(WANG), reason="again", by=olga, at=now)
        eve = member(acme, "admin", name="Eve")
        assert erasures.confirm_erasure(ask_id=again.pk, by=eve, at=now) is not None
    assert said not in client_of(olga).get("/leaving/persons/").content.decode()


def test_what_is_on_legal_hold_stays_with_its_call(story, acme, member, now, at_once):
    recording, _other = story
    with enter("acme"):
        LegalHold.objects.create(call_id=recording.call_id, reason="court", placed_by="x", placed_at=now)
        from tenants.leaving.actions.persons import erase_person

        erasure = erase_person(
            person=persons.person_of(WANG), reason="asked", by=member(acme, "owner"), at=now
        )
        assert erasure.report["sounds"] == {"deleted": 0, "held": 0, "by_law": 0} | {"held": 1}
        assert KeptSound.objects.get().state == "sealed"
        assert Call.objects.get(pk=recording.call_id).caller_number == WANG
        assert SurveyAnswer.objects.get().comment == "I am Wang"
        assert not Customer.objects.exclude(name__in=("", "Li")).exists()
