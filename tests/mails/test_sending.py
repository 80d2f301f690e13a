"""From the deed to the letter: written with it, sent once, tried again, given up; and what nobody can slip into one."""

from datetime import timedelta

import pytest
from django.db import transaction
from django.utils import timezone

from contactcenter import environment
from tenants.context import enter
from tenants.leaving import persons
from tenants.mails import actions, sending
from tenants.mails.letters import Letter
from tenants.mails.models import Mail
from tenants.mails.queries import Reader
from tenants.plans.models import Brand
from tenants.service.actions import cases

HOSTILE = "Wang\r\nBcc: everybody@example.com\r\n\r\nhello\x00 \u2028<script>alert(1)</script>"


@pytest.fixture
def owner(acme, member):
    """acme's owner reads Chinese; globex has one, too."""
    return member(acme, "owner", name="王芳", email="wang@acme.example", language="zh-hans")


@pytest.fixture
def stranger(globex, member):
    return member(globex, "owner", name="Grace", email="grace@globex.example")


def write(tenant, *addresses: str, key: str = "one", subject: str = "Hello") -> int:
    letter = Letter(
        subject=subject, paragraphs=("Words.",), link="https://acme.example/x/", link_words="Open"
    )
    readers = [Reader(address=address) for address in addresses]
    return actions.write_mails(
        kind=Mail.Kind.CASE, key=key, tenant=tenant, readers=readers, words=lambda: letter, at=timezone.now()
    )


def later(mail: Mail) -> Mail:
    """Its time has come."""
    Mail.objects.filter(pk=mail.pk).update(due_at=timezone.now() - timedelta(seconds=1))
    return Mail.objects.get(pk=mail.pk)


def test_an_answer_in_a_case_reaches_the_house_in_its_language_under_its_name(
    acme, globex, owner, stranger, office, now
):
    Brand.objects.create(tenant=acme, product_name="云呼 <客服>", accent="#aa3300")
    case = cases.open_case(
        tenant=acme, channel="page", severity="normal", subject="No sound", text="None at all", at=now
    )
    assert Mail.objects.count() == 0
    cases.write(case_id=case.pk, kind="note", text="among us", by_name="Otto", at=now)
    cases.write(case_id=case.pk, kind="answered", text="We look & see <b>", by_name="Otto", at=now)
    cases.resolve_case(case_id=case.pk, text="", by_name="Otto", at=now)
    assert sending.send_due() == 2
    assert sending.send_due() == 0
    assert office.to("grace@globex.example") == []
    first, second = office.to("wang@acme.example")
    assert first["Subject"] == f"[{case.number}] No sound"
    assert (first["From"].addresses[0].display_name, first["From"].addresses[0].addr_spec) == (
        "云呼 <客服>",
        "noreply@calls.example",
    )
    assert (first["Content-Language"], first["Auto-Submitted"]) == ("zh-hans", "auto-generated")
    text, html = (first.get_body((kind,)).get_content() for kind in ("plain", "html"))
    assert "We look & see <b>" in text
    assert "acme.localhost" in text
    assert "We look &amp; see &lt;b&gt;" in html
    assert "#aa3300" in html
    assert "云呼 &lt;客服&gt;" in html
    assert "已解决" in second.get_body(("plain",)).get_content()
    kept = Mail.objects.order_by("pk").first()
    assert (kept.state, kept.text, kept.html, kept.shown_address) == ("sent", "", "", "w***@acme.example")


def test_what_is_rolled_back_was_never_told_and_what_is_told_twice_is_written_once(acme, office, at_once):
    with transaction.atomic():
        write(acme, "wang@acme.example")
        transaction.set_rollback(True)
    assert Mail.objects.count() == 0
    for _twice in (1, 2):
        write(acme, "wang@acme.example", "li@acme.example")
    assert Mail.objects.count() == 2
    assert sending.send_due() == 2
    assert office.connections == 1


def test_nothing_typed_becomes_a_header_and_no_wrong_address_is_written_to(acme, office):
    assert write(acme, "a@b\r\nRCPT TO:<x@y.example>", "no address", "王@acme.example", "", key="bad") == 0
    write(acme, "wang@acme.example", subject=HOSTILE)
    Mail.objects.update(name=HOSTILE[:40], sender_name=HOSTILE[:40])
    assert sending.send_due() == 1
    [message] = office.to("wang@acme.example")
    assert (message["Bcc"], len(office.taken)) == (None, 1)
    assert message["Subject"].startswith("Wang Bcc: everybody@example.com hello")
    assert "<script>" not in message.get_body(("html",)).get_content()
    Mail.objects.update(state="waiting", address="x@y.example\nBcc: z@y")
    later(Mail.objects.get())
    assert sending.send_due() == 0
    assert Mail.objects.get().problem == "unwritable"


def test_a_refusal_for_now_is_tried_again_and_one_for_good_is_not(acme, office):
    office.answers = {"slow@acme.example": "451 later", "gone@acme.example": "550 who"}
    write(acme, "slow@acme.example", "gone@acme.example", "here@acme.example")
    assert sending.send_due() == 1
    slow, gone = (Mail.objects.get(address=f"{name}@acme.example") for name in ("slow", "gone"))
    assert (slow.state, slow.attempts, slow.problem) == ("waiting", 1, "smtp 451")
    assert (gone.state, gone.problem) == ("given_up", "smtp 550")
    office.answers = {}
    assert sending.send_due() == 0
    later(slow)
    assert sending.send_due() == 1
    assert actions.try_again(mail_ids=[gone.pk], at=timezone.now()) == 1
    assert sending.send_due() == 1
    ids = [message["Message-ID"] for message in office.to("slow@acme.example")]
    assert ids == [f"<{slow.message_id}@calls.example>"]


def test_without_a_server_they_wait_and_one_that_is_away_costs_no_try(acme, office, settings):
    there, settings.MAIL_SERVER = settings.MAIL_SERVER, None
    write(acme, "wang@acme.example")
    assert sending.send_due() == 0
    settings.MAIL_SERVER = there | {"port": 1}
    assert sending.send_due() == 0
    waiting = Mail.objects.get()
    assert (waiting.state, waiting.attempts, waiting.problem) == ("waiting", 0, "ConnectionRefusedError")
    settings.MAIL_SERVER = there
    later(waiting)
    assert sending.send_due() == 1
    assert sending.forget_old(timezone.now() + timedelta(days=31)) == 1


def test_what_a_slow_server_kept_waiting_is_sent_by_whoever_claims_it_next_and_once(
    acme, globex, office, monkeypatch
):
    """The first mail takes longer than all were claimed for: another worker has the rest by then."""
    write(acme, "a@acme.example", "b@acme.example")
    write(globex, "grace@globex.example")
    real, taken_over = sending.server.send, []

    def slow(line, mail):
        if not taken_over:
            after = Mail.objects.get(pk=mail.pk).due_at
            Mail.objects.filter(pk=mail.pk).update(due_at=after + timedelta(minutes=5))
            taken_over.extend(sending._claim(after + timedelta(seconds=1)))
        real(line, mail)

    monkeypatch.setattr(sending.server, "send", slow)
    assert sending.send_due() == 1
    assert len(office.taken) == 1
    assert len(taken_over) == 2
    with sending.server.connected() as line:
        assert [sending._send(line, mail) for mail in taken_over] == [True, True]
    ids = [message["Message-ID"] for _sender, _receiver, message in office.taken]
    assert len(set(ids)) == len(ids) == 3


def test_one_house_full_of_mails_keeps_no_other_waiting_and_has_an_end(acme, globex, office, monkeypatch):
    for number in range(sending.BATCH + 5):
        write(acme, f"a{number}@acme.example", key=str(number))
    write(globex, "grace@globex.example")
    first = sending._claim(timezone.now())
    assert len(first) == sending.OF_ONE + 1
    assert first[-1].tenant == globex
    assert sending._claim(timezone.now())[0].pk not in {mail.pk for mail in first}
    monkeypatch.setattr(actions, "MOST_A_DAY", 60)
    assert [write(acme, f"b{number}@acme.example", key=f"b{number}") for number in range(6)] == [
        1,
        1,
        1,
        1,
        1,
        0,
    ]
    assert write(globex, "grace@globex.example", key="two") == 1


def test_who_is_invited_is_written_to_and_who_is_erased_is_forgotten(acme, globex, owner, office):
    with enter("acme"):
        assert actions.invite(tenant=acme, member=owner, at=timezone.now())
    assert sending.send_due() == 1
    [message] = office.to("wang@acme.example")
    link = next(
        line for line in message.get_body(("plain",)).get_content().splitlines() if "/invitation/" in line
    )
    assert link.startswith("http://acme.localhost:")
    with enter("globex"):
        assert "mails.mail" not in persons.found_of(persons.person_of("wang@acme.example"))
    with enter("acme"):
        assert len(persons.found_of(persons.person_of("wang@acme.example"))["mails.mail"].keys) == 1


def test_operators_see_the_outbox_and_no_words_of_it(acme, owner, office, settings, member, client_of):
    write(acme, "wang@acme.example", subject="A secret word")
    olivia = member(None, "operator", name="Olivia", email="olivia@calls.example")
    page = client_of(olivia).get("/mails/").content.decode()
    assert ("w***@acme.example" in page, "wang@" in page, "A secret word" in page) == (True, False, False)
    assert client_of(olivia).post("/mails/trial/").status_code == 302
    assert sending.send_due() == 2
    assert len(office.to("olivia@calls.example")) == 1
    settings.MAIL_SERVER = None
    assert "No mail server is set" in client_of(olivia).get("/mails/?state=waiting").content.decode()
    finance = client_of(member(None, "operator_finance"))
    assert (finance.get("/mails/").status_code, finance.post("/mails/again/").status_code) == (403, 403)
    assert client_of(owner).get("/mails/").status_code == 404


@pytest.mark.parametrize(
    ("url", "sender"),
    [
        ("http://host", "a@b.example"),
        ("smtp://user:secret@mail.example:25?tls=off", "a@b.example"),
        ("smtps://mail.example?tls=off", "a@b.example"),
        ("smtp://mail.example", ""),
        ("smtp://mail.example", "a@b.example\nBcc: x@y"),
        ("smtp://mail.example:port", "a@b.example"),
    ],
)
def test_a_wrong_server_ends_the_start(url, sender, monkeypatch):
    monkeypatch.setattr(
        environment, "text", lambda name, default="": {"EMAIL_URL": url, "EMAIL_FROM": sender}[name]
    )
    with pytest.raises(environment.WrongSetting):
        environment.mail_server("EMAIL_URL", "EMAIL_FROM")


def test_a_right_server_is_encrypted_unless_it_is_near(monkeypatch):
    told = {"EMAIL_URL": "smtp://u%40x:p%3A@mail.example", "EMAIL_FROM": "a@b.example"}
    monkeypatch.setattr(environment, "text", lambda name, default="": told[name])
    assert environment.mail_server("EMAIL_URL", "EMAIL_FROM") == (
        {"host": "mail.example", "port": 587, "tls": "start", "user": "u@x", "password": "p:"},
        "a@b.example",
    )
