"""Mails that are broken, made to be heavy, or written by machines: refused by name, and nobody behind them waits."""

import pytest
from django.core.management import call_command
from django.utils import timezone

from tenants.service import fetching
from tenants.service.actions import mails
from tenants.service.actions.mails import read_mail, take_mail
from tenants.service.models import Case, FetchedMail
from tests.service.letter_box import GRACE, again, mail


def refusals() -> list[str]:
    return [row.refusal for row in FetchedMail.objects.order_by("uid") if row.refusal]


BORDER = b"MIME-Version: 1.0\r\nContent-Type: multipart/mixed; boundary=b\r\n"
HOSTILE = {
    "mail_too_many_parts": [
        mail(head=BORDER, text=b"--b\r\n\r\nx\r\n" * 500),
        mail(head=BORDER, text=b"Content-Type: multipart/mixed; boundary=c\r\n" * 50),
        mail(text=b"\n" * 700_000),
    ],
    "mail_headers_broken": [
        mail(head=b"From: boss@globex.example\r\n"),
        mail(subject=b"a" * 5000),
        mail(sender=b'"' + b"(" * 4500 + b'" <wang@acme.example>'),
        mail(head=b"X-Long: " + b"a" * 300_000 + b"\r\n"),
        mail(head=BORDER, text=b"--b\r\nContent-Type: text/plain" + b"; a=b" * 2000 + b"\r\n\r\nx\r\n--b--"),
    ],
    "mail_by_machine": [
        mail(head=b"Auto-Submitted: auto-replied\r\n"),
        mail(head=b"auto-submitted: Auto-Generated; owner-email=x@y\r\n"),
        mail(head=b"Precedence: bulk\r\n"),
        mail(head=b"Return-Path: <>\r\n"),
        mail(head=b"Content-Type: multipart/report; report-type=delivery-status; boundary=b\r\n"),
    ],
    "mail_is_ours": [
        mail(b"Support <support@calls.example>"), mail(b"NoReply@calls.example", head=b"Auto-Submitted: no\r\n"),
    ],
    "mail_unreadable": [b"junk", mail(sender=b"nobody"), mail(subject=b"", text=b"")],
}  # fmt: skip


@pytest.mark.parametrize(("name", "raw"), [(name, raw) for name, raws in HOSTILE.items() for raw in raws],
                         ids=lambda one: one if isinstance(one, str) else "")  # fmt: skip
def test_a_hostile_mail_is_refused_by_name_and_the_next_one_is_taken(houses, box, name, raw):
    box.put(raw)
    box.put(mail(GRACE, b"Fine", b"9"))
    assert fetching.fetch_due() == 2
    assert refusals() == [name]
    assert [case.subject for case in Case.objects.all()] == ["Fine"]
    harmless = name in ("mail_by_machine", "mail_is_ours")
    assert (box.flags(1), box.flags(2)) == ({"\\Seen" if harmless else "\\Flagged"}, {"\\Seen"})
    assert again() == 0


def test_what_is_too_large_is_not_even_fetched_and_a_wrong_size_is_not_believed(houses, box, monkeypatch):
    monkeypatch.setattr(fetching, "LARGEST", 2000)
    monkeypatch.setattr("tenants.service.mail_limits.LARGEST", 2000)
    box.put(mail(text=b"x" * 3000))
    assert fetching.fetch_due() == 1
    assert (refusals(), box.asked("BODY.PEEK")) == (["mail_too_large"], 0)
    box.put(mail(number=b"2", text=b"x" * 3000))
    box.told_size = 100
    assert again() == 1
    assert (refusals(), Case.objects.count()) == (["mail_too_large"] * 2, 0)


def test_one_sender_fills_nobodys_list(houses, box, monkeypatch):
    monkeypatch.setattr(mails, "MOST_CASES_A_DAY", 2)
    for number in range(4):
        box.put(mail(subject=b"No %d" % number, number=b"%d" % number))
    box.put(mail(GRACE, b"Fine", b"9"))
    assert fetching.fetch_due() == 5
    assert refusals() == ["too_many_mails"] * 2
    assert Case.objects.filter(contact=GRACE.decode()).count() == 1


def test_a_fault_of_ours_stops_nobody_behind_it(houses, box, monkeypatch):
    real = mails.text_of

    def falls(message):
        if message["Subject"] == "trap":
            raise ZeroDivisionError
        return real(message)

    monkeypatch.setattr(mails, "text_of", falls)
    box.put(mail(subject=b"trap"))
    box.put(mail(GRACE, b"Fine", b"9"))
    assert fetching.fetch_due() == 2
    assert (refusals(), Case.objects.get().subject) == (["fault"], "Fine")


ODD = [
    b"unicode_escape",
    b"punycode",
    b"raw_unicode_escape",
    b"zlib",
    b"rot13",
    b"idna",
    b"utf-7",
    b"x" * 60,
    b"\0",
]


@pytest.mark.parametrize("letters", ODD)
def test_a_charset_that_is_none_is_text_all_the_same(db, letters):
    head = b"Content-Type: text/plain; charset=" + letters + b"\r\n"
    case = take_mail(raw=mail(head=head, text=rb"words \ud800 and more"), at=timezone.now())
    assert "words" in case.entries.get().text


def test_html_that_never_ends_costs_one_look():
    """Of each half a megabyte, that a pattern going back and forth would be hours over: the suite's patience ends."""
    head = b"Content-Type: text/html; charset=utf-8\r\n"
    for piece in (b"<script", b"<", b"<script></script", b"<style></style     "):
        text = b"seen " + piece * (2**19 // len(piece))
        assert read_mail(mail(head=head, text=text)).text.startswith("seen")


def test_the_pipe_sends_nothing_back_to_a_machine(houses, monkeypatch, capsys):
    class Pipe:
        class buffer:  # noqa: N801
            @staticmethod
            def read(_most):
                return mail(head=b"Auto-Submitted: auto-replied\r\n")

    monkeypatch.setattr("sys.stdin", Pipe)
    call_command("take_mail")
    assert "machine" in capsys.readouterr().out
    assert not Case.objects.exists()
