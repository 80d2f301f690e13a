"""A survey by text message: after the call, once, to whom wants it; the answer by its link is an answer like any."""

from __future__ import annotations

from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from django.core.cache import cache
from django.test import Client

from telephony import queries
from telephony.actions.survey_texts import awake, claim_text, plan_survey_texts
from telephony.actions.text_services import opt_out
from telephony.models import Call, FollowUp, Survey, SurveyAnswer, SurveyText, TextOptOut
from telephony.queries.surveys import survey_terms
from telephony.queries.texts import text_services
from telephony.tasks import ask_callers_by_text
from telephony.texting import ask_by_text
from tenants.breaker import FAILURES_UNTIL_SHUT
from tenants.context import enter
from tests.telephony.texts.conftest import a_survey, an_account
from tests.telephony_rows import a_queue, a_stay, an_agent, an_offer

NOON = datetime(2026, 11, 20, 12, 0, tzinfo=ZoneInfo("Asia/Shanghai"))
MINUTE = timedelta(minutes=1)
MOBILE = "+8613812342211"


@pytest.fixture
def house(acme, globex, member, outside):
    """acme asks by text; globex has a call that ended at the same moment, and a survey, and no service."""
    who = member(acme, "agent", name="Ann")
    with enter("globex"):
        queue = a_queue()
        a_survey(queue)
        a_talk(queue, number="+447700900123")
    with enter("acme"):
        queue, agent = a_queue(), an_agent(who)
        survey = a_survey(queue, asks_comment=True)
        an_account(outside)
    return queue, survey, agent


def a_talk(queue, number: str = MOBILE, *, agent=None, ended=NOON, **values) -> Call:
    stay = a_stay(ended - 2 * MINUTE, queue, "answered", agent=agent)
    if agent:
        an_offer(ended - 2 * MINUTE, stay, agent)
    Call.objects.filter(pk=stay.call_id).update(**{"caller_number": number, "ended_at": ended} | values)
    return Call.objects.get(pk=stay.call_id)


def told() -> list[tuple[str, str]]:
    return list(SurveyText.objects.order_by("pk").values_list("state", "reason"))


def test_a_caller_is_asked_once_by_a_message_with_a_link_and_counts_as_asked(house, outside):
    queue, survey, agent = house
    with enter("acme"):
        call = a_talk(queue, agent=agent, language="en")
        assert [ask_by_text(NOON + MINUTE), ask_by_text(NOON + 2 * MINUTE)] == [1, 0]
        [message] = outside.taken
        text = SurveyText.objects.get()
        assert (text.state, text.receipt, text.agent_id, text.queue_id) == ("sent", "m-1", agent.pk, queue.pk)
        assert message["to"] == MOBILE
        assert message["text"].startswith("Acme")
        assert "/s/" in message["text"]
        answer = queries.answer_of_call(call.pk)
        assert (answer.survey_id, answer.score, answer.agent_id) == (survey.pk, None, agent.pk)
        assert queries.satisfaction(queries.survey_answers(NOON, NOON + 9 * MINUTE)).response_rate == 0.0
    with enter("globex"):
        assert ask_by_text(NOON + MINUTE) == 0
        assert not SurveyText.objects.exists()
    assert len(outside.taken) == 1


def test_who_is_not_asked_and_why(house, outside):
    queue, survey, _agent = house
    with enter("acme"):
        opt_out(number="138 9999 0000", source="house", at=NOON)
        a_talk(queue, "+862161234567")
        a_talk(queue, "anonymous")
        a_talk(queue, "+8613899990000")
        a_talk(queue, MOBILE)
        a_talk(queue, MOBILE)
        # Of these there is not even a row: long ago, nobody spoke, another queue, asked by keys, or we called.
        a_talk(queue, "+8613811110001", ended=NOON - 45 * MINUTE)
        a_talk(queue, "+8613811110002", exit="abandoned")
        a_talk(a_queue("Other"), "+8613811110003")
        asked = a_talk(queue, "+8613811110004")
        SurveyAnswer.objects.create(call=asked, survey=survey, scale="csat", asked_at=NOON)
        a_talk(queue, "+8613811110005", direction="outbound")
        ask_by_text(NOON + MINUTE)
        found = sorted(told())
        assert found == [
            ("dropped", "asked_lately"),
            ("dropped", "not_mobile"),
            ("dropped", "not_mobile"),
            ("dropped", "opted_out"),
            ("sent", ""),
        ]
        assert [one["to"] for one in outside.taken] == [MOBILE]
        assert SurveyAnswer.objects.count() == 2


def test_a_share_of_the_calls_is_the_same_share_however_often_it_is_looked_at(house):
    queue, survey, _agent = house
    with enter("acme"):
        Survey.objects.filter(pk=survey.pk).update(percent=30)
        for n in range(200):
            a_talk(queue, f"+86138123{n:05d}")
        planned = [plan_survey_texts(at=NOON + MINUTE), plan_survey_texts(at=NOON + MINUTE)]
        assert planned[1] == 0
        assert 35 <= planned[0] <= 85


@pytest.mark.parametrize(
    ("clock", "until"),
    [("20:59", "20 20:59"), ("21:00", "21 08:00"), ("03:00", "20 08:00"), ("08:00", "20 08:00")],
)
def test_nobody_is_woken(in_acme, clock, until):
    at = datetime.fromisoformat(f"2026-11-20T{clock}+08:00")
    assert awake(at).astimezone(ZoneInfo("Asia/Shanghai")).strftime("%d %H:%M") == until


def test_a_message_of_the_night_goes_out_in_the_morning(house, outside):
    queue, _survey, _agent = house
    late = NOON.replace(hour=22)
    with enter("acme"):
        a_talk(queue, ended=late)
        assert ask_by_text(late + MINUTE) == 0
        assert ask_by_text(late + timedelta(hours=10)) == 1


def test_two_who_send_at_once_send_once(house, outside):
    queue, _survey, _agent = house
    with enter("acme"):
        a_talk(queue)
        plan_survey_texts(at=NOON)
        text = SurveyText.objects.get()
        assert claim_text(text_id=text.pk, at=NOON).attempts == 1
        assert claim_text(text_id=text.pk, at=NOON) is None
        # Whoever had it is gone: it may have left, so nobody sends it again.
        assert ask_by_text(NOON + 6 * MINUTE) == 0
        assert told() == [("unsure", "cut_off")]
        assert outside.taken == []


def test_a_service_away_is_asked_again_and_one_that_refuses_is_not(house, outside, settings):
    queue, _survey, _agent = house
    with enter("acme"):
        a_talk(queue)
        outside.status = 503
        assert ask_by_text(NOON + MINUTE) == 0
        assert told() == [("waiting", "busy")]
        outside.status = 0
        assert [ask_by_text(NOON + 1.5 * MINUTE), ask_by_text(NOON + 3 * MINUTE)] == [0, 1]
        a_talk(queue, "+8613811110001")
        outside.status = 422
        ask_by_text(NOON + 4 * MINUTE)
        assert told()[1] == ("failed", "bad_number")
        a_talk(queue, "+8613811110002")
        settings.PRIVATE_SERVICES = frozenset()
        for minute in (5, 8, 20, 50):
            ask_by_text(NOON + minute * MINUTE)
        assert told()[2] == ("failed", "not_encrypted")


def test_what_may_have_left_is_told_twice_only_where_the_service_knows_its_key(house, outside):
    queue, _survey, _agent = house
    with enter("acme"):
        outside.is_cut_off = True
        a_talk(queue)
        ask_by_text(NOON + MINUTE)
        assert told() == [("waiting", "unreachable")]
        outside.is_cut_off = False
        assert ask_by_text(NOON + 3 * MINUTE) == 1
        assert len(outside.taken) == 1
        an_account(outside, "alibaba")
        outside.is_cut_off = True
        a_talk(queue, "+8613811110001")
        ask_by_text(NOON + 4 * MINUTE)
        ask_by_text(NOON + 9 * MINUTE)
        assert told()[1] == ("unsure", "unreachable")
        assert len(outside.taken) == 2


def test_a_service_that_fails_in_a_row_is_left_alone_for_this_tenant(house, outside):
    queue, _survey, _agent = house
    with enter("acme"):
        outside.status = 500
        for n in range(FAILURES_UNTIL_SHUT + 3):
            a_talk(queue, f"+86138111100{n:02d}")
        ask_by_text(NOON + MINUTE)
        assert outside.asked == FAILURES_UNTIL_SHUT
        assert told().count(("waiting", "shut")) == 3
        cache.clear()
        outside.status = 0
        assert ask_by_text(NOON + 3 * MINUTE) == FAILURES_UNTIL_SHUT + 3


def test_the_switch_and_flows_ask_nothing_of_a_survey_by_text(house):
    _queue, survey, _agent = house
    with enter("acme"):
        assert survey_terms() == []
        Survey.objects.filter(pk=survey.pk).update(asked_by="keys")
        assert [one.survey_id for one in survey_terms()] == [survey.pk]


# --- the page behind the link ---


@pytest.fixture
def link(house, outside, monkeypatch):
    """Of a message that was sent just now; the house's clock stands."""
    queue, _survey, agent = house
    monkeypatch.setattr("django.utils.timezone.now", lambda: NOON + 2 * MINUTE)
    with enter("acme"):
        a_talk(queue, agent=agent, language="en")
        assert ask_callers_by_text() == 1
    [message] = outside.taken
    return "/s/" + message["text"].split("/s/")[1]


def anybody(host: str = "acme.localhost") -> Client:
    return Client(SERVER_NAME=host)


def test_the_page_tells_nothing_of_anybody_and_looking_changes_nothing(link):
    page = anybody().get(link)
    shown = page.content.decode()
    assert page.status_code == 200
    assert not any(word in shown for word in ("138", "2211", "Ann", "Sales"))
    assert (page["Referrer-Policy"], page["X-Robots-Tag"]) == ("same-origin", "noindex")
    assert "no-store" in page["Cache-Control"]
    assert anybody().head(link).status_code in (200, 405)
    with enter("acme"):
        assert SurveyAnswer.objects.get().score is None


def test_one_answer_counts_and_a_low_one_becomes_work(link):
    said = {"score": "1", "comment": " Waited\r\ntoo <b>long</b>\0 "}
    assert anybody().post(link, said).status_code == 302
    assert "Thank you" in anybody().get(link).content.decode()
    again = anybody().post(link, {"score": "5"})
    assert again.status_code == 409
    with enter("acme"):
        answer = SurveyAnswer.objects.get()
        assert (answer.score, answer.comment, answer.answered_at) == (
            1,
            "Waited\ntoo <b>long</b>",
            NOON + 2 * MINUTE,
        )
        assert FollowUp.objects.get().call_id == answer.call_id
        assert queries.satisfaction(queries.survey_answers(NOON, NOON + 9 * MINUTE)).csat == 0.0
    with enter("globex"):
        assert not SurveyAnswer.objects.exists()


@pytest.mark.parametrize("score", ["", "0", "6", "-1", "1e1", "٣", "5; DROP", "999999999999"])
def test_what_is_no_mark_is_refused_and_what_was_typed_is_kept(link, score):
    refused = anybody().post(link, {"score": score, "comment": "</textarea><script>x</script>"})
    assert refused.status_code == 409
    assert "&lt;/textarea&gt;" in refused.content.decode()
    with enter("acme"):
        assert SurveyAnswer.objects.get().score is None


def test_a_link_opens_nothing_elsewhere_altered_or_late(link, monkeypatch):
    assert anybody("globex.localhost").get(link).status_code == 404
    flipped = link[:-2] + ("A" if link[-2] != "A" else "B") + "/"
    assert anybody().get(flipped).status_code == 404
    monkeypatch.setattr("django.utils.timezone.now", lambda: NOON + timedelta(days=3, minutes=3))
    assert "This link has ended" in anybody().get(link).content.decode()
    assert anybody().post(link, {"score": "5"}).status_code == 409
    with enter("acme"):
        assert SurveyAnswer.objects.get().score is None


def test_who_wants_no_more_gets_no_more(link, house, outside):
    queue, _survey, _agent = house
    assert anybody().post(link, {"stop": "1"}).status_code == 302
    assert "no more text messages" in anybody().get(link).content.decode()
    with enter("acme"):
        assert [(row.number, row.source) for row in TextOptOut.objects.all()] == [(MOBILE, "link")]
        SurveyText.objects.update(created_at=NOON - timedelta(days=9))
        a_talk(queue)
        ask_by_text(NOON + 3 * MINUTE)
        assert told()[1] == ("dropped", "opted_out")
    with enter("globex"):
        assert not TextOptOut.objects.exists()
    assert len(outside.taken) == 1


# --- pages of the house ---


def test_the_house_sees_what_became_of_each_and_only_who_configures_changes_services(
    link, acme, client_of, member, outside
):
    boss, admin = client_of(member(acme, "supervisor")), client_of(member(acme, "admin"))
    shown = boss.get("/texts/").content.decode()
    assert "138****2211" in shown
    assert MOBILE not in shown
    assert boss.get("/texts/services/new/?provider=json").status_code == 403
    kept = {"name": "Second", "url": f"http://{outside.address}", "secret": "k", "text_en": "no link"}
    refused = admin.post("/texts/services/new/?provider=json", kept)
    assert "{link}" in refused.content.decode()
    assert (
        admin.post("/texts/services/new/?provider=json", kept | {"text_en": "Hi {link}"}).status_code == 302
    )
    with enter("acme"):
        [used, spare] = text_services()
    tried = admin.post(f"/texts/services/{used.pk}/try/", {"number": "139 1234 5678"}, follow=True)
    assert "has taken the message" in tried.content.decode()
    tried = admin.post(f"/texts/services/{spare.pk}/try/", {"number": "139 1234 5678"}, follow=True)
    assert "refused the key" in tried.content.decode()
    tried = admin.post(f"/texts/services/{used.pk}/try/", {"number": "021 6123 4567"}, follow=True)
    assert "no mobile number" in tried.content.decode()
    assert len(outside.taken) == 2
    assert boss.post("/texts/opt-outs/", {"number": "13800001111"}).status_code == 302
    with enter("acme"):
        [row] = TextOptOut.objects.all()
    assert boss.post(f"/texts/opt-outs/{row.pk}/delete/").status_code == 403
    assert admin.post(f"/texts/opt-outs/{row.pk}/delete/").status_code == 302
    with enter("acme"):
        assert not TextOptOut.objects.exists()
