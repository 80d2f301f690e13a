"""Mails to support are fetched from a mailbox: each once, whatever is killed, and a server away is waited for."""

from datetime import timedelta

import pytest
from django.test import Client
from django.utils import timezone

from contactcenter import environment, health, watching
from contactcenter.metrics import Mailbox
from tenants.service import errors, fetching, imap, mailbox_sign
from tenants.service.actions import mailbox as actions
from tenants.service.actions.mailbox import forget_fetched
from tenants.service.actions.mails import take_mail
from tenants.service.models import Case, CaseEntry, FetchedMail, SupportMailbox
from tenants.service.tasks import fetch_mails
from tests.service.letter_box import GRACE, again, mail

# --- what becomes of mails ---


def test_each_mail_is_a_case_of_its_own_house_and_an_answer_a_word_in_it(houses, box):
    acme, globex = houses
    box.put(mail())
    box.put(mail(GRACE, b"URGENT no calls", b"2"))
    assert fetch_mails() == 2
    ours, theirs = Case.objects.get(tenant=acme), Case.objects.get(tenant=globex)
    assert (ours.channel, ours.severity, theirs.severity) == ("mail", "normal", "urgent")
    box.put(mail(subject=f"Re: [{ours.number}] No sound".encode(), number=b"3", text=b"In Sales too."))
    # Grace knows the number and is of another house: a case of her own, no word in ours.
    box.put(mail(GRACE, f"Re: [{ours.number}] No sound".encode(), b"4", text=b"Mine?"))
    assert again() == 2
    assert [entry.text for entry in ours.entries.filter(kind="asked")] == ["Since nine.", "In Sales too."]
    assert Case.objects.filter(tenant=globex).count() == 2
    assert box.passwords == ["geheim 密码"] * 3
    assert all(box.flags(uid) == {"\\Seen"} for uid in box.letters)
    assert again() == 0
    assert (Case.objects.count(), CaseEntry.objects.filter(kind="asked").count()) == (3, 4)


def test_what_was_there_before_us_is_taken_only_unread(houses, box, settings):
    SupportMailbox.objects.all().delete()
    read, unread = box.put(mail(), "\\Seen"), box.put(mail(number=b"2", text=b"Unread."))
    assert fetching.fetch_due() == 1
    assert [entry.text for entry in CaseEntry.objects.all()] == ["Unread."]
    # From now on each one, also what somebody has opened in a mail program first.
    box.put(mail(number=b"3", text=b"Opened by hand."), "\\Seen")
    assert again() == 1
    assert Case.objects.count() == 2
    assert (box.flags(read), box.flags(unread)) == ({"\\Seen"}, {"\\Seen"})
    assert list(FetchedMail.objects.values_list("uid", flat=True).order_by("uid")) == [2, 3]


@pytest.mark.parametrize(
    "moment", ["FETCH 2 (RFC822", "FETCH 2 (BODY", "STORE 2", "FETCH 3 (RFC822", "STORE 3"]
)
def test_cut_off_at_any_moment_each_is_taken_once_and_marked_in_the_end(houses, box, moment):
    for number in (b"1", b"2", b"3"):
        box.put(mail(number=number, text=b"Words " + number))
    box.break_at = moment
    assert fetching.fetch_due() == 0
    assert SupportMailbox.objects.get().problem == "abort"
    again()
    assert sorted(entry.text for entry in CaseEntry.objects.all()) == ["Words 1", "Words 2", "Words 3"]
    assert Case.objects.count() == FetchedMail.objects.count() == 3
    assert all(box.flags(uid) == {"\\Seen"} for uid in (1, 2, 3))
    assert not FetchedMail.objects.filter(marked_at=None).exists()


def test_killed_between_the_case_and_its_mark_the_mark_is_made_up_for(houses, box, monkeypatch):
    box.put(mail())

    class Killed(BaseException):
        pass

    def dies(*_given):
        raise Killed

    with monkeypatch.context() as cut:
        cut.setattr(fetching, "_mark", dies)
        with pytest.raises(Killed):
            fetching.fetch_due()
    assert (Case.objects.count(), box.flags(1)) == (1, set())
    # Its claim still stands: nobody else begins before it is over.
    assert fetching.fetch_due() == 0
    assert again() == 0
    assert (Case.objects.count(), box.flags(1)) == (1, {"\\Seen"})


def test_killed_before_the_case_is_whole_nothing_of_it_is_there(houses, box, monkeypatch):
    box.put(mail())

    class Killed(BaseException):
        pass

    def dies(**_given):
        raise Killed

    with monkeypatch.context() as cut:
        cut.setattr(actions.FetchedMail.objects, "create", dies)
        with pytest.raises(Killed):
            fetching.fetch_due()
    assert (Case.objects.count(), FetchedMail.objects.count(), box.flags(1)) == (0, 0, set())
    assert again() == 1
    assert Case.objects.count() == 1


def test_two_that_fetch_at_once_take_each_once(houses, box, monkeypatch):
    """The first was so slow that its claim ran out: the second takes all, and the first has nothing left to take."""
    box.put(mail())
    box.put(mail(number=b"2", text=b"Another."))
    real, second = imap.Folder.raw, []

    def slow(folder, uid, most):
        if not second:
            second.append(0)
            SupportMailbox.objects.update(claimed_until=timezone.now())
            second[0] = fetching.fetch_due()
        return real(folder, uid, most)

    monkeypatch.setattr(imap.Folder, "raw", slow)
    assert fetching.fetch_due() == 1
    assert second == [2]
    assert (Case.objects.count(), FetchedMail.objects.count()) == (2, 2)


def test_a_server_that_counts_anew_brings_no_mail_twice_and_loses_none(houses, box):
    acme, _globex = houses
    box.put(mail())
    fetching.fetch_due()
    case = Case.objects.get()
    box.put(mail(subject=f"Re: {case.number}".encode(), number=b"2", text=b"A word."))
    again()
    # Closed meanwhile: taken again its word would open another case, was it not known by its id.
    Case.objects.update(state="closed")
    box.put(mail(number=b"3", text=b"Came with the restore."), "\\Seen")
    box.count_anew(first=900)
    assert again() == 3
    assert Case.objects.filter(tenant=acme).count() == 2
    assert CaseEntry.objects.filter(kind="asked").count() == 3
    assert again() == 0


def test_an_id_learned_from_a_mail_keeps_no_other_house_out(houses, box):
    acme, globex = houses
    box.put(mail(text=b"Mine."))
    box.put(mail(GRACE, text=b"Mine."))
    box.put(mail(text=b"Mine."))
    assert fetching.fetch_due() == 3
    assert Case.objects.filter(tenant=acme).count() == Case.objects.filter(tenant=globex).count() == 1
    # By the pipe too it is the same mail.
    assert take_mail(raw=mail(text=b"Mine."), at=timezone.now()).tenant == acme
    assert Case.objects.count() == 2


def test_without_an_id_the_same_words_of_another_day_are_another_mail(houses, db):
    def anonymous(day: bytes) -> bytes:
        return b"From: wang@acme.example\nDate: " + day + b"\nSubject: down\n\nagain"

    first = take_mail(raw=anonymous(b"Mon, 02 Nov 2026 10:00:00 +0000"), at=timezone.now())
    assert take_mail(raw=anonymous(b"Mon, 02 Nov 2026 10:00:00 +0000"), at=timezone.now()) == first
    assert take_mail(raw=anonymous(b"Tue, 03 Nov 2026 10:00:00 +0000"), at=timezone.now()) != first


# --- the server ---


def test_a_server_that_is_away_is_told_and_asked_ever_later(houses, box, settings, caplog):
    box.put(mail())
    there, settings.MAILBOX = settings.MAILBOX, settings.MAILBOX | {"port": 1}
    SupportMailbox.objects.update(account=fetching.account())
    pauses = []
    for _try in range(7):
        SupportMailbox.objects.update(due_at=timezone.now())
        assert fetching.fetch_due() == 0
        found = SupportMailbox.objects.get()
        pauses.append(round((found.due_at - timezone.now()).total_seconds(), -1))
    assert pauses == [60, 120, 300, 600, 1800, 3600, 3600]
    assert (found.problem, found.failures) == ("ConnectionRefusedError", 7)
    # Before it is due nobody knocks.
    settings.MAILBOX = there
    SupportMailbox.objects.update(account=fetching.account())
    commands = len(box.commands)
    assert fetching.fetch_due() == 0
    assert len(box.commands) == commands
    assert mailbox_sign.state_now() == ("down", "ConnectionRefusedError")
    assert _figures()["contactcenter_mailbox_up"] == 0.0
    assert _figures()["contactcenter_mailbox_failures"] == 7.0
    assert again() == 1
    assert mailbox_sign.state_now() == ("up", "")
    assert SupportMailbox.objects.get().away_since is None
    assert _figures()["contactcenter_mailbox_up"] == 1.0
    assert "geheim" not in caplog.text


def _figures() -> dict[str, float]:
    return {family.name: family.samples[0].value for family in Mailbox().collect()}


def test_a_wrong_password_and_a_missing_folder_are_told_and_take_nothing(box, settings):
    box.put(mail())
    box.is_shut = True
    assert again() == 0
    assert SupportMailbox.objects.get().problem == "error"
    box.is_shut = False
    settings.MAILBOX = settings.MAILBOX | {"folder": "Other"}
    assert fetching.fetch_due() == 0
    assert SupportMailbox.objects.latest("pk").problem == "no such folder"
    assert not Case.objects.exists()


@pytest.mark.parametrize("tls", ["start", "always"])
def test_no_password_goes_to_a_server_that_does_not_encrypt(box, settings, monkeypatch, tls):
    monkeypatch.setattr(imap, "SECONDS", 2.0)
    seen = len(box.passwords)
    settings.MAILBOX = settings.MAILBOX | {"tls": tls}
    assert again() == 0
    assert SupportMailbox.objects.latest("pk").failures == 1
    assert len(box.passwords) == seen


def test_without_a_mailbox_nothing_is_asked_and_nothing_told(box, settings):
    box.put(mail())
    settings.MAILBOX = None
    commands = len(box.commands)
    assert again() == 0
    assert len(box.commands) == commands
    assert list(Mailbox().collect()) == []
    assert "mailbox" not in health._beside()


# --- where it is told ---


def test_it_is_a_part_of_the_watch_and_makes_nobody_down(box, settings, monkeypatch):
    monkeypatch.setattr(health, "_redis", None)
    settings.MAILBOX = settings.MAILBOX | {"port": 1}
    again()
    monkeypatch.setattr(watching, "cells_now", lambda _at: {})
    settings.WATCH_URL = "http://127.0.0.1:1"
    assert watching.look(timezone.now())["mailbox", ""] == ("down", "ConnectionRefusedError")
    for part in ("worker", "switch", "celery"):
        health.remember(part, is_connected=True)
    answer = Client(SERVER_NAME="localhost").get("/healthz")
    assert answer.status_code == 200
    assert answer.json()["mailbox"] == {"state": "down", "problem": "ConnectionRefusedError"}


def test_operators_read_what_was_refused_and_no_word_or_whole_address(
    houses, box, member, client_of, settings
):
    acme, _globex = houses
    box.put(mail(text=b"A secret word"))
    box.put(mail(head=b"Precedence: junk\r\n", number=b"2"))
    fetching.fetch_due()
    console = client_of(member(None, "operator"))
    page = console.get("/service/mailbox/").content.decode()
    assert Case.objects.get().number in page
    assert ("w***@acme.example" in page, "wang@" in page, "A secret word" in page) == (True, False, False)
    assert "Written by a machine" in page
    assert "geheim" not in page
    refused = console.get("/service/mailbox/?only=refused").content.decode()
    assert Case.objects.get().number not in refused
    settings.MAILBOX = None
    assert "No mailbox is set" in console.get("/service/mailbox/").content.decode()
    assert client_of(member(acme, "owner")).get("/service/mailbox/").status_code == 404


def test_what_was_looked_at_is_forgotten_after_a_season_and_stays_a_case(houses, box):
    box.put(mail())
    fetching.fetch_due()
    assert forget_fetched(timezone.now() + timedelta(days=89)) == 0
    assert forget_fetched(timezone.now() + timedelta(days=91)) == 1
    assert again() == 0
    assert Case.objects.count() == 1


# --- settings ---


@pytest.mark.parametrize(
    ("url", "address"),
    [
        ("pop3://u:p@mail.example", "a@b.example"),
        ("imap://u:secret@mail.example?tls=off", "a@b.example"),
        ("imaps://u:secret@127.0.0.1?tls=off", "a@b.example"),
        ("imaps://mail.example", "a@b.example"),
        ("imaps://u:secret@mail.example", ""),
        ("imaps://u:secret@mail.example", "a@b.example\r\nX: y"),
        ("imaps://u:secret@mail.example:port", "a@b.example"),
        ('imaps://u:secret@mail.example/IN"BOX', "a@b.example"),
        ("imaps://u:secret@mail.example/%0d%0aLOGOUT", "a@b.example"),
    ],
)
def test_a_wrong_mailbox_ends_the_start_and_tells_no_password(url, address, monkeypatch):
    told = {"MAILBOX_URL": url, "MAILBOX_ADDRESS": address}
    monkeypatch.setattr(environment, "text", lambda name, default="": told[name])
    with pytest.raises(environment.WrongSetting) as refused:
        environment.mailbox("MAILBOX_URL", "MAILBOX_ADDRESS")
    assert "MAILBOX" in str(refused.value)
    assert "secret" not in str(refused.value)


def test_a_right_mailbox_is_encrypted_unless_it_is_near(monkeypatch):
    told = {"MAILBOX_URL": "imaps://u%40x:p%3A%20@mail.example", "MAILBOX_ADDRESS": "help@b.example"}
    monkeypatch.setattr(environment, "text", lambda name, default="": told[name])
    found, address = environment.mailbox("MAILBOX_URL", "MAILBOX_ADDRESS")
    assert found == {
        "host": "mail.example", "port": 993, "tls": "always", "folder": "INBOX", "user": "u@x", "password": "p: ",
    }  # fmt: skip
    assert address == "help@b.example"
    told["MAILBOX_URL"] = "imap://u:p@localhost/Support/New?tls=off"
    found, _address = environment.mailbox("MAILBOX_URL", "MAILBOX_ADDRESS")
    assert (found["port"], found["tls"], found["folder"]) == (143, "off", "Support/New")
    told["MAILBOX_URL"] = "imap://u:p@mail.example"
    assert environment.mailbox("MAILBOX_URL", "MAILBOX_ADDRESS")[0]["tls"] == "start"
    told["MAILBOX_URL"] = ""
    assert environment.mailbox("MAILBOX_URL", "MAILBOX_ADDRESS") == (None, "")


def test_every_refusal_has_a_name_that_a_row_keeps():
    known = {errors.MailTooLarge, errors.MailTooManyParts, errors.MailHeadersBroken, errors.MailUnreadable,
             errors.MailByMachine, errors.MailIsOurs, errors.TooManyMails}  # fmt: skip
    assert {kind().code for kind in known} == set(FetchedMail.Refusal.values) - {"fault"}
