"""Cases by page, telephone and mail; their clocks, pauses and promises; who is called, and who answers."""

from datetime import UTC, date, datetime, timedelta

import pytest
from django.core.management import CommandError, call_command

from tenants.service import errors, ways
from tenants.service.actions import cases as actions
from tenants.service.actions.mails import read_mail, take_mail
from tenants.service.actions.outages import follow_outages
from tenants.service.actions.paging import answer_page, escalate, send_pages
from tenants.service.actions.roster import hand_over, plan_shift, set_target
from tenants.service.models import Case, CaseTerms, ContactAddress, Page, Shift
from tenants.service.queries.cases import kept_in
from tenants.service.queries.roster import on_call, uncovered
from tests.service.conftest import START

HOUR, MINUTE = timedelta(hours=1), timedelta(minutes=1)
MAIL = b"""From: =?utf-8?b?546L6Iqz?= <wang@acme.example>
To: support@operator.example
Subject: %s
Message-ID: <%s@acme.example>
Content-Type: text/plain; charset=utf-8

%s
"""


def opened(tenant, at, severity="normal", **more):
    words = {"channel": "page", "subject": "No sound", "text": "Since nine.", "by_name": "Wang"} | more
    return actions.open_case(tenant=tenant, severity=severity, at=at, **words)


@pytest.fixture
def olivia(member):
    return member(None, "operator", name="Olivia")


@pytest.fixture
def oscar(member):
    return member(None, "operator", name="Oscar")


@pytest.fixture
def console(olivia, client_of):
    return client_of(olivia)


@pytest.fixture
def boss(acme, member, client_of):
    return client_of(member(acme, "supervisor", name="Boss"))


# --- clocks ---


def test_urgent_runs_day_and_night_by_the_sla_and_normal_in_hours_of_support(acme, promised, now):
    """now is 17:00 in Shanghai on a Monday; support is there until six."""
    promised(acme, response=15, recovery=120)
    CaseTerms.objects.create(severity="normal", response_minutes=120, resolution_minutes=600)
    urgent, normal = opened(acme, now, "urgent"), opened(acme, now)
    assert (urgent.response_due_at, urgent.resolution_due_at) == (now + 15 * MINUTE, now + 2 * HOUR)
    # One hour today, one from nine tomorrow; ten hours: one today, nine tomorrow.
    assert normal.response_due_at == datetime(2026, 11, 17, 2, 0, tzinfo=UTC)
    assert normal.resolution_due_at == datetime(2026, 11, 17, 10, 0, tzinfo=UTC)


def test_a_pause_needs_an_answer_a_reason_and_moves_the_solution(acme, now):
    case = opened(acme, now, "urgent")
    due = case.resolution_due_at
    who = {"case_id": case.pk, "by_name": "Olivia"}
    with pytest.raises(errors.AnswerFirst):
        actions.pause_case(reason="customer", at=now, **who)
    actions.write(kind="answered", text="Which queue?", at=now + 10 * MINUTE, **who)
    actions.pause_case(reason="customer", at=now + 10 * MINUTE, **who)
    with pytest.raises(errors.CaseIsPaused):
        actions.pause_case(reason="access", at=now + 11 * MINUTE, **who)
    # The tenant's word lets it run again.
    actions.write(case_id=case.pk, kind="asked", text="Sales", by_name="Wang", at=now + 3 * HOUR)
    case.refresh_from_db()
    assert (case.state, case.responded_at) == ("open", now + 10 * MINUTE)
    assert case.resolution_due_at == due + 3 * HOUR - 10 * MINUTE
    actions.resolve_case(text="Mended.", at=now + 5 * HOUR, **who)
    kept = {one.severity: one for one in kept_in(date(2026, 11, 1), now + 6 * HOUR, tenant=acme)}["urgent"]
    assert (kept.opened, kept.answered_in_time, kept.solved_in_time, kept.solutions_judged) == (1, 1, 1, 1)
    # Five hours, of which two hours and fifty minutes stood still.
    assert (kept.median_answer, kept.median_solution) == (600, 130 * 60)


def test_late_and_not_yet_due_are_told_apart_and_a_case_of_another_is_in_no_share(acme, globex, now):
    opened(acme, now, "urgent")
    opened(globex, now, "urgent")
    late = now + 31 * MINUTE
    assert [one.answers_judged for one in kept_in(date(2026, 11, 1), now, tenant=acme)] == [0, 0, 0]
    kept = kept_in(date(2026, 11, 1), late, tenant=acme)[0]
    assert (kept.opened, kept.answered_in_time, kept.answers_judged, kept.solutions_judged) == (1, 0, 1, 0)
    assert kept_in(date(2026, 11, 1), late)[0].opened == 2
    assert kept_in(date(2026, 12, 1), late)[0].opened == 0


def test_what_was_solved_is_opened_again_by_a_word_and_what_is_closed_is_not(acme, now):
    case = opened(acme, now)
    who = {"case_id": case.pk, "at": now + HOUR}
    actions.resolve_case(text="Mended.", by_name="Olivia", **who)
    actions.write(kind="asked", text="Still no sound.", by_name="Wang", **who)
    case.refresh_from_db()
    assert (case.state, case.resolved_at) == ("open", None)
    actions.close_case(by_name="Wang", **who)
    with pytest.raises(errors.CaseIsOver):
        actions.write(kind="asked", text="And now?", by_name="Wang", **who)


# --- by mail ---


def mail(subject=b"No sound", number=b"1", text=b"Since nine.") -> bytes:
    return MAIL % (subject, number, text)


def test_a_mail_of_a_known_address_is_a_case_once_and_its_answer_a_word_in_it(acme, globex, now):
    ContactAddress.objects.create(tenant=acme, address="wang@acme.example")
    case = take_mail(raw=mail(), at=now)
    assert (case.tenant, case.channel, case.opened_by) == (acme, "mail", "王芳")
    assert take_mail(raw=mail(), at=now + MINUTE) == case
    again = mail(b"Re: [" + case.number.encode() + b"] No sound", b"2", b"Also in Sales.")
    for _twice in range(2):
        assert take_mail(raw=again, at=now + HOUR) == case
    assert [one.text for one in case.entries.filter(kind="asked")] == ["Since nine.", "Also in Sales."]
    # The number of somebody else's case opens no door.
    other = opened(globex, now)
    stray = take_mail(raw=mail(f"Re: {other.number}".encode(), b"3"), at=now)
    assert stray.pk != other.pk
    assert other.entries.count() == 1


def test_a_stranger_wakes_nobody_and_waits_for_a_tenant(acme, olivia, now):
    case = take_mail(raw=mail(b"URGENT all is down"), at=now)
    assert (case.tenant, case.severity, Page.objects.count()) == (None, "normal", 0)
    actions.change_case(case_id=case.pk, severity="urgent", tenant=acme, by_name="Olivia", at=now)
    case.refresh_from_db()
    assert (case.tenant, case.resolution_due_at) == (acme, now + 4 * HOUR)
    assert Page.objects.count() == 1


@pytest.mark.parametrize(
    "raw",
    [b"", b"\0\xff\xfe", b"From: nobody\n\n", b"Subject: x\n\nwords", b"From: a@b.example\n\n\n",
     b"From: a@b.example\nContent-Type: multipart/mixed; boundary=\n\n--", b"x" * 1000],
)  # fmt: skip
def test_what_is_no_mail_is_refused_and_leaves_nothing(db, raw, now):
    with pytest.raises(errors.MailUnreadable):
        take_mail(raw=raw, at=now)
    assert not Case.objects.exists()


def test_a_hostile_mail_is_text(db):
    read = read_mail(
        b'From: "x\\nBcc: all" <a@b.example>\nSubject: =?utf-8?q?one=0Atwo?=\nMIME-Version: 1.0\n'
        b"Content-Type: text/html; charset=unknown-8\n\n<script>alert(1)</script><b>down\0</b> &lt;i&gt;"
    )
    assert "\n" not in read.subject + read.name
    assert read.text == "down  <i>"


def test_the_command_takes_one_mail(db, monkeypatch, capsys):
    class Pipe:
        class buffer:  # noqa: N801
            @staticmethod
            def read(_most):
                return mail()

    monkeypatch.setattr("sys.stdin", Pipe)
    call_command("take_mail")
    assert capsys.readouterr().out.strip() == Case.objects.get().number
    monkeypatch.setattr(Pipe.buffer, "read", staticmethod(lambda _most: b"junk"))
    with pytest.raises(CommandError):
        call_command("take_mail")


# --- on call ---


def shift(operator, start, hours, level=1, weeks=1):
    return plan_shift(
        operator=operator, level=level, starts_at=start, ends_at=start + hours * HOUR, weeks=weeks
    )


def test_an_urgent_case_calls_the_first_then_the_second_then_everybody(acme, member, olivia, oscar, now):
    otto = member(None, "operator", name="Otto")
    shift(olivia, now - HOUR, 12)
    shift(oscar, now - HOUR, 12, level=2)
    case = opened(acme, now, "urgent")

    def called() -> list[str]:
        return list(Page.objects.order_by("pk").values_list("operator_name", flat=True))

    assert called() == ["Olivia"]
    assert escalate(at=now + 4 * MINUTE) == 0
    assert escalate(at=now + 5 * MINUTE) == 1
    assert called() == ["Olivia", "Oscar"]
    escalate(at=now + 10 * MINUTE)
    assert sorted(called()[2:]) == ["Olivia", "Oscar", str(otto)]
    answer_page(page_id=Page.objects.first().pk, by_name="Oscar", at=now + 11 * MINUTE)
    assert set(Page.objects.values_list("answered_by", "answered_at")) == {("Oscar", now + 11 * MINUTE)}
    assert escalate(at=now + 26 * MINUTE) == 0
    # In hand or not: a late answer is everybody's again.
    assert escalate(at=now + 31 * MINUTE) == 1
    assert case.entries.filter(kind="escalated").count() == 4


def test_with_nobody_on_call_everybody_is_called(acme, olivia, oscar, now):
    opened(acme, now, "urgent")
    assert Page.objects.count() == 2


def test_pages_are_sent_tried_again_and_given_up(acme, olivia, now, monkeypatch):
    set_target(operator=olivia, way="webhook", address="https://sms.example.com/send")
    said, answers = [], ["timeout", "", *["HTTP 500"] * 9]
    monkeypatch.setitem(ways._ways, "webhook", lambda *told: (said.append(told), answers.pop(0))[1])
    case = opened(acme, now, "urgent", subject="Down")
    assert send_pages(at=now + MINUTE) == 0
    assert send_pages(at=now + 2 * MINUTE) == 1
    page = Page.objects.get()
    assert (page.state, page.tries, page.sent_at) == ("sent", 2, now + 2 * MINUTE)
    assert said[0][0] == "https://sms.example.com/send"
    assert said[0][1] == f"{case.number} · Down"
    opened(acme, now, "urgent")
    for _try in range(7):
        send_pages(at=now + HOUR)
    assert Page.objects.latest("pk").state == "failed"
    assert len(said) == 2 + 5
    for address in ("ftp://x.example", "javascript:alert(1)", "https://u:p@x.example", ""):
        with pytest.raises(errors.WebhookAddress):
            set_target(operator=olivia, way="webhook", address=address)


def test_shifts_do_not_overlap_and_are_swapped_in_part(olivia, oscar, now):
    made = shift(olivia, now, 12, weeks=3)
    assert [one.starts_at for one in made] == [now + n * timedelta(weeks=1) for n in range(3)]
    with pytest.raises(errors.ShiftOverlaps):
        shift(oscar, now + timedelta(weeks=1, hours=11), 12)
    with pytest.raises(errors.ShiftTooLong):
        shift(oscar, now, 0)
    assert Shift.objects.count() == 3
    hand_over(shift_id=made[0].pk, to=oscar, starts_at=now + 2 * HOUR, ends_at=now + 4 * HOUR, at=now + HOUR)
    assert [on_call(now + n * HOUR)[0].operator_name for n in (1, 3, 5)] == ["Olivia", "Oscar", "Olivia"]
    assert on_call(now + 3 * HOUR)[0].instead_of == "Olivia"
    # The last moment is not in it.
    assert on_call(now + 12 * HOUR) == []
    assert uncovered(now, now + 14 * HOUR) == [(now + 12 * HOUR, now + 14 * HOUR)]
    with pytest.raises(errors.NotWithinShift):
        hand_over(shift_id=made[1].pk, to=oscar, starts_at=now, ends_at=now + HOUR, at=now)


def test_an_outage_opens_one_urgent_case_by_itself(watch, olivia):
    began = START + HOUR
    watch.round(began, web="down", socket="down", cache="down")
    assert follow_outages(at=began + timedelta(seconds=20)) == 0
    assert follow_outages(at=began + timedelta(seconds=30)) == 1
    assert follow_outages(at=began + HOUR) == 0
    case = Case.objects.get()
    assert (case.channel, case.severity, case.tenant) == ("watch", "urgent", None)
    assert case.outage.part in ("web", "socket")
    assert Page.objects.get().operator_name == "Olivia"


# --- pages ---


def test_a_tenant_opens_a_case_and_reads_the_answer_and_no_note_of_ours(
    acme, globex, boss, console, member, client_of
):
    answer = boss.post("/cases/", {"severity": "urgent", "subject": "No sound", "text": "Since nine."})
    assert answer.status_code == 302
    case = Case.objects.get()
    assert console.post(f"/service/cases/{case.pk}/note/", {"text": "their carrier again"}).status_code == 302
    assert console.post(f"/service/cases/{case.pk}/answer/", {"text": "We look at it."}).status_code == 302
    page = boss.get(f"/cases/{case.pk}/").content.decode()
    assert "We look at it." in page
    assert "their carrier again" not in page
    assert "their carrier again" in console.get(f"/service/cases/{case.pk}/").content.decode()
    stranger = client_of(member(globex, "owner"))
    assert stranger.get(f"/cases/{case.pk}/").status_code == 404
    assert stranger.post(f"/cases/{case.pk}/", {"text": "mine?"}).status_code == 404
    assert stranger.post(f"/cases/{case.pk}/close/").status_code == 404
    assert case.number not in stranger.get("/cases/").content.decode()
    empty = boss.post("/cases/", {"severity": "none", "subject": "", "text": "kept"})
    assert empty.status_code == 422
    assert "kept" in empty.content.decode()
    assert Case.objects.count() == 1


def test_an_operator_serves_a_case_from_the_telephone_to_its_end(acme, console, olivia):
    told = {
        "tenant": acme.pk,
        "channel": "phone",
        "contact": "Wang",
        "severity": "normal",
        "subject": "x",
        "text": "y",
    }
    assert console.post("/service/cases/new/", told).status_code == 302
    case = Case.objects.get()
    where = f"/service/cases/{case.pk}/"
    refused = console.post(where + "pause/", {"reason": "customer"})
    assert refused.status_code == 422
    assert "Write an answer" in refused.content.decode()
    steps = (("take", {}), ("answer", {"text": "Which?"}), ("pause", {"reason": "customer"}), ("resume", {}),
             ("change", {"severity": "urgent", "tenant": acme.pk}), ("solve", {"text": "Done"}), ("reopen", {}),
             ("close", {}))  # fmt: skip
    for act, said in steps:
        assert console.post(where + f"{act}/", said).status_code == 302, act
    case.refresh_from_db()
    assert (case.state, case.handler, case.severity, case.channel) == ("closed", "Olivia", "urgent", "phone")
    assert console.post(f"/service/pages/{Page.objects.get().pk}/answer/").status_code == 302
    assert console.get("/service/kept/").status_code == 200
    assert console.get("/service/cases/999999/").status_code == 404


def test_support_comes_in_for_a_case_of_this_tenant_alone(acme, globex, console, now):
    own, other = opened(acme, now), opened(globex, now)
    page = console.get(f"/service/cases/{own.pk}/").content.decode()
    way = f"/support/?tenant={acme.pk}&amp;case={own.number}"
    assert way in page
    assert own.number in console.get(way.replace("&amp;", "&")).content.decode()
    asked = {"tenant": acme.pk, "reason": "look", "minutes": 20, "role": "supervisor"}
    refused = console.post("/support/", asked | {"case_number": other.number})
    assert refused.status_code == 422
    assert "is no case of this tenant" in refused.content.decode()
    assert console.post("/support/", asked | {"case_number": own.number}).status_code == 302
    assert "Olivia" in console.get(f"/service/cases/{own.pk}/").content.decode()
