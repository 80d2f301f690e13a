"""Who is on call is rung by telephone: when, how often, and what a key or its absence means."""

from datetime import timedelta
from uuid import uuid4

import pytest

from tenants.people.models import AuditEntry
from tenants.service import errors
from tenants.service.actions import cases as actions
from tenants.service.actions.paging import answer_page, escalate
from tenants.service.actions.ringing import Result, begin_call, end_call, note_unmade
from tenants.service.actions.roster import plan_shift, set_target
from tenants.service.models import Case, Page, PageCall, PageTarget
from tenants.service.queries.ringing import calls_without_end, rings_due

HOUR, MINUTE, SECOND = timedelta(hours=1), timedelta(minutes=1), timedelta(seconds=1)
PHONE, MASKED = "+8613800138000", "138****8000"


def opened(tenant, at, severity="urgent"):
    words = {"channel": "page", "subject": "No sound", "text": "Since nine.", "by_name": "Wang"}
    return actions.open_case(tenant=tenant, severity=severity, at=at, **words)


@pytest.fixture
def olivia(member, now):
    """On call, and to be rung."""
    made = member(None, "operator", name="Olivia", language="zh-hans")
    plan_shift(operator=made, level=1, starts_at=now - HOUR, ends_at=now + 12 * HOUR)
    set_target(operator=made, way="mail", address="olivia@operator.example", phone=PHONE)
    return made


def begun(page, at, node="fs1"):
    call_id = uuid4()
    return call_id if begin_call(page_id=page.pk, call_id=call_id, node=node, at=at) else None


def rung(page, at, result):
    call_id = begun(page, at)
    end_call(call_id=call_id, result=result, at=at + 20 * SECOND, cause="CAUSE")
    return call_id


def due(at):
    return [one.page_id for one in rings_due(at)]


def test_key_1_takes_this_case_on_by_telephone_and_no_other_tenants(acme, globex, olivia, now):
    ours, other = opened(acme, now), opened(globex, now + SECOND)
    page, their_page = ours.pages.get(), other.pages.get()
    found = rings_due(now + 2 * SECOND)
    assert [(one.page_id, one.phone, one.language, one.number, one.subject) for one in found] == [
        (page.pk, PHONE, "zh-hans", ours.number, "No sound"),
        (their_page.pk, PHONE, "zh-hans", other.number, "No sound"),
    ]
    assert PHONE not in repr(found)
    call_id = begun(page, now + 3 * SECOND)
    # One telephone rings once at a time.
    assert (due(now + 4 * SECOND), begun(their_page, now + 4 * SECOND)) == ([], None)
    end_call(call_id=call_id, result=Result.TAKEN, at=now + 25 * SECOND)
    page.refresh_from_db()
    ours.refresh_from_db()
    assert (page.answered_at, page.answered_by) == (now + 25 * SECOND, "Olivia")
    assert (page.answered_way, ours.handler) == ("phone", "Olivia")
    call = PageCall.objects.get()
    assert (call.result, call.masked_number, call.node) == ("taken", MASKED, "fs1")
    assert escalate(at=now + 5 * MINUTE + SECOND) == 1, "the other case is nobody's yet"
    their_page.refresh_from_db()
    other.refresh_from_db()
    assert (their_page.answered_at, other.handler, other.steps) == (None, "", 2)
    assert due(now + 2 * MINUTE)[0] == their_page.pk


def test_nobody_there_is_rung_again_after_a_minute_three_times_at_most_and_the_ladder_goes_on(
    acme, olivia, member, now
):
    oscar = member(None, "operator", name="Oscar")
    plan_shift(operator=oscar, level=2, starts_at=now - HOUR, ends_at=now + HOUR)
    case = opened(acme, now)
    page, at = case.pages.get(), now
    for result in (Result.BUSY, Result.NO_ANSWER, Result.NO_KEY):
        assert due(at) == [page.pk]
        rung(page, at, result)
        assert due(at + 79 * SECOND) == []
        at += 80 * SECOND
    assert due(at + 9 * MINUTE) == []
    assert begun(page, at) is None
    assert list(PageCall.objects.values_list("result", flat=True)) == ["busy", "no_answer", "no_key"]
    page.refresh_from_db()
    assert (page.answered_at, page.state) == (None, "waiting"), "its mail goes its own way"
    assert escalate(at=now + 5 * MINUTE) == 1
    assert Page.objects.latest("pk").operator_name == "Oscar"
    assert due(now + 5 * MINUTE) == [], "Oscar has no telephone"
    escalate(at=now + 10 * MINUTE)
    again = case.pages.filter(operator_id=olivia.pk).latest("pk")
    assert due(now + 10 * MINUTE) == [again.pk]


def test_what_was_begun_is_never_begun_again_and_a_late_key_counts(acme, olivia, now):
    page = opened(acme, now).pages.get()
    call_id = begun(page, now)
    assert due(now + 9 * MINUTE) == []
    assert [one.call_id for one in calls_without_end(["fs1"], now + MINUTE)] == [call_id]
    assert calls_without_end(["fs2"], now + MINUTE) == []
    assert [one.call_id for one in calls_without_end(["fs2"], now + HOUR)] == [call_id]
    end_call(call_id=call_id, result=Result.LOST, at=now + 3 * MINUTE)
    end_call(call_id=call_id, result=Result.NO_KEY, at=now + 3 * MINUTE)
    assert PageCall.objects.get().result == "lost"
    end_call(call_id=call_id, result=Result.TAKEN, at=now + MINUTE)
    end_call(call_id=call_id, result=Result.TAKEN, at=now + HOUR)
    page.refresh_from_db()
    assert (PageCall.objects.get().result, page.answered_at) == ("taken", now + MINUTE)
    end_call(call_id=uuid4(), result=Result.TAKEN, at=now)
    assert PageCall.objects.count() == 1


def no_phone(olivia, case, now):
    set_target(operator=olivia, way="log", address="")


def has_left(olivia, case, now):
    olivia.is_active = False
    olivia.save()


def answered_page(olivia, case, now):
    answer_page(page_id=case.pages.get().pk, by_name="Oscar", at=now)
    assert case.pages.get().answered_way == "page"


def answered_case(olivia, case, now):
    actions.write(case_id=case.pk, kind="answered", text="We look.", by_name="Oscar", at=now + SECOND)


def solved(olivia, case, now):
    actions.resolve_case(case_id=case.pk, text="Done.", by_name="Oscar", at=now)


def less_urgent(olivia, case, now):
    actions.change_case(case_id=case.pk, severity="normal", tenant=case.tenant, by_name="Oscar", at=now)


@pytest.mark.parametrize(
    "why",
    [no_phone, has_left, answered_page, answered_case, solved, less_urgent],
    ids=lambda why: why.__name__,
)
def test_who_need_not_be_rung_is_not(acme, globex, olivia, now, why):
    case = opened(acme, now)
    assert due(now) == [case.pages.get().pk]
    why(olivia, case, now)
    assert due(now + 2 * SECOND) == []
    if why is not has_left:
        assert begun(case.pages.get(), now + 2 * SECOND) is None
    assert not PageCall.objects.exists()


def test_what_is_old_is_left_to_the_ladder(acme, olivia, now):
    opened(acme, now)
    assert len(due(now + 29 * MINUTE)) == 1
    assert due(now + 30 * MINUTE) == []


@pytest.mark.parametrize(("is_there", "result"), [(False, "no_trunk"), (True, "not_made")])
def test_without_a_line_the_case_says_so_once_and_it_rings_as_soon_as_it_can(
    acme, olivia, now, monkeypatch, is_there, result, client_of
):
    monkeypatch.setattr("tenants.service.queries.ringing._ways_out", [lambda: is_there])
    case = opened(acme, now)
    assert note_unmade(at=now + 59 * SECOND) == 0
    assert [note_unmade(at=now + n * MINUTE) for n in (1, 2, 3)] == [1, 0, 0]
    assert list(PageCall.objects.values_list("result", "ended_at")) == [(result, now + MINUTE)]
    assert due(now + MINUTE) == [case.pages.get().pk]
    console = client_of(olivia)
    said = console.get(f"/service/cases/{case.pk}/").content.decode()
    assert ("Not rung: there is no trunk of the operator&#x27;s" in said) is not is_there
    assert ("Enter a trunk" in said) is not is_there
    warned = "your telephone cannot be rung" in console.get("/service/roster/").content.decode()
    assert warned is not is_there


def test_who_waits_for_their_turn_is_not_called_forgotten(acme, globex, olivia, member, now):
    oscar = member(None, "operator", name="Oscar")
    set_target(operator=oscar, way="log", address="", phone="+8613900139000")
    plan_shift(operator=oscar, level=2, starts_at=now - HOUR, ends_at=now + HOUR)
    opened(acme, now)
    escalate(at=now + 5 * MINUTE)
    first = begun(Page.objects.get(operator_id=olivia.pk), now + 6 * MINUTE)
    assert note_unmade(at=now + 6 * MINUTE + SECOND) == 0
    end_call(call_id=first, result=Result.NO_ANSWER, at=now + 7 * MINUTE)
    assert due(now + 7 * MINUTE) == [Page.objects.get(operator_id=oscar.pk).pk]


@pytest.mark.parametrize(
    "typed", ["13800138000", "10086", "+12", "+449098790000", "+86 138;rm", "sip:x@y", "+8613800138000" * 4]
)
def test_a_number_that_cannot_or_may_not_be_rung_is_refused_and_what_was_typed_stays(
    olivia, client_of, typed
):
    with pytest.raises(errors.PagedNumber):
        set_target(operator=olivia, way="log", address="", phone=typed)
    page = client_of(olivia).post("/service/roster/me/", {"way": "log", "address": "", "phone": typed})
    assert page.status_code == 422
    assert PageTarget.objects.get().phone == PHONE


def test_the_number_is_masked_wherever_others_read_it(acme, olivia, now, member, client_of):
    assert client_of(olivia).post(
        "/service/roster/me/", {"way": "log", "address": "", "phone": "+86 138 0013 8000"}
    ).status_code == 302  # fmt: skip
    assert PHONE in client_of(olivia).get("/service/roster/").content.decode(), "one's own"
    told = AuditEntry.objects.filter(verb="changed").latest("pk")
    assert told.after == {"way": "log", "telephone": MASKED}
    assert PHONE[3:] not in str(list(AuditEntry.objects.values_list("before", "after")))
    case = opened(acme, now)
    rung(case.pages.get(), now, Result.FAILED)
    another = client_of(member(None, "operator"))
    pages = [
        another.get(where).content.decode() for where in ("/service/roster/", f"/service/cases/{case.pk}/")
    ]
    assert all(PHONE[3:] not in page for page in pages)
    assert MASKED in pages[1]
    assert "Could not be put through" in pages[1]
    assert "(CAUSE)" in pages[1]
    end_call(call_id=begun(case.pages.get(), now + 2 * MINUTE), result=Result.TAKEN, at=now + 3 * MINUTE)
    said = another.get(f"/service/cases/{case.pk}/").content.decode()
    assert "Olivia, by telephone" in said
    boss = client_of(member(acme, "owner"))
    seen = boss.get(f"/cases/{Case.objects.get().pk}/").content.decode()
    assert (MASKED in seen, "Key 1" in seen) == (False, False)
