"""Surveys and the three weeks hours begin with, on the administration's pages; the weeks steer who is served when."""

from datetime import UTC, datetime, time

import pytest

from telephony import actions, queries
from telephony.models import OpeningTime, Survey, SurveyAnswer, WaitingTerms, WorkingHours
from tests.telephony_rows import a_call

ADMIN = "/admin/telephony/"
NO_ROWS = {
    f"{name}-{count}_FORMS": "0"
    for name in ("opening_times", "special_days")
    for count in ("TOTAL", "INITIAL")
}


@pytest.fixture
def admin(floor, member, client_of):
    return client_of(member(floor.tenant, "admin"))


def survey_form(**values) -> dict:
    given = {
        "name": "After",
        "asked_by": "keys",
        "scale": "csat",
        "percent": "100",
        "low_from": "2",
        "is_active": "on",
    }
    return given | values


def test_a_survey_is_made_for_queues(floor, admin, other_floor):
    assert admin.get(f"{ADMIN}survey/add/").status_code == 200
    assert admin.post(f"{ADMIN}survey/add/", survey_form(queues=[floor.queue.pk])).status_code == 302
    with floor.inside():
        assert list(Survey.objects.get().queues.all()) == [floor.queue]
    assert "After" in admin.get(f"{ADMIN}survey/").content.decode()
    with other_floor.inside():
        assert not Survey.objects.exists()


def test_a_mark_every_caller_would_give_opens_no_work(floor, admin):
    refused = admin.post(f"{ADMIN}survey/add/", survey_form(low_from="5"))
    assert "below the best mark" in refused.content.decode()
    with floor.inside():
        assert not Survey.objects.exists()


def test_an_asked_survey_is_not_deleted(floor, admin):
    with floor.inside():
        survey = Survey.objects.create(name="x")
        SurveyAnswer.objects.create(call=a_call(floor.now), survey=survey, scale="csat", asked_at=floor.now)
    assert admin.post(f"{ADMIN}survey/{survey.pk}/delete/", {"post": "yes"}).status_code == 403


@pytest.mark.parametrize(("pattern", "days"), [("weekdays", 5), ("daily", 7), ("always", 7)])
def test_hours_begin_with_a_week_many_have(floor, admin, pattern, days):
    assert (
        admin.post(f"{ADMIN}workinghours/add/", {"name": "Ours", "pattern": pattern} | NO_ROWS).status_code
        == 302
    )
    with floor.inside():
        assert OpeningTime.objects.filter(hours__name="Ours").count() == days


def test_hours_can_be_changed(floor, admin):
    """The week to begin with is asked of new hours only."""
    with floor.inside():
        hours = WorkingHours.objects.create(name="Ours")
    page = admin.get(f"{ADMIN}workinghours/{hours.pk}/change/")
    assert page.status_code == 200
    assert 'name="pattern"' not in page.content.decode()
    assert 'name="pattern"' in admin.get(f"{ADMIN}workinghours/add/").content.decode()


def test_the_three_weeks_steer_who_is_served_when(floor):
    """Shanghai: Friday 17:59 and 18:01, Saturday noon, Sunday 03:00."""
    moments = [
        datetime(2026, 11, 20, 9, 59, tzinfo=UTC),
        datetime(2026, 11, 20, 10, 1, tzinfo=UTC),
        datetime(2026, 11, 21, 4, 0, tzinfo=UTC),
        datetime(2026, 11, 21, 19, 0, tzinfo=UTC),
    ]
    expected = {
        "weekdays": [True, False, False, False],
        "daily": [True, False, True, False],
        "always": [True, True, True, True],
    }
    with floor.inside():
        for pattern, served in expected.items():
            hours = WorkingHours.objects.create(name=pattern)
            actions.fill_hours(hours=hours, pattern=pattern)
            assert [queries.is_open(hours.pk, moment) for moment in moments] == served
        actions.fill_hours(hours=hours, pattern="weekdays")
        assert hours.opening_times.first().opens_at == time(9)


def waiting_form(**values) -> dict:
    given = {
        "announce_every_seconds": "30",
        "says_position": "on",
        "offers_callback": "on",
        "callback_key": "1",
        "retry_minutes": "10",
        "max_attempts": "3",
        "offers_voicemail": "on",
        "voicemail_key": "2",
        "when_too_long": "callback",
    } | values
    return {f"waiting_terms-0-{name}": value for name, value in given.items()}


def queue_page(floor, admin, **values):
    """The queue's form as the page shows it, sent back with these waiting terms."""
    address = f"{ADMIN}queue/{floor.queue.pk}/change/"
    form = admin.get(address).context["adminform"].form
    own = {
        name: value
        for name in form.fields
        if (value := form.initial.get(name)) is not None and value is not False
    }
    rows = {
        f"{prefix}-{count}_FORMS": "1" if (prefix, count) == ("waiting_terms", "TOTAL") else "0"
        for prefix in ("waiting_terms", "queue_skills", "steps", "queue_agents")
        for count in ("TOTAL", "INITIAL")
    }
    return admin.post(address, own | rows | waiting_form(**values))


def test_a_queue_says_what_its_callers_hear_while_they_wait(floor, admin, other_floor):
    assert queue_page(floor, admin).status_code == 302
    with floor.inside():
        terms = WaitingTerms.objects.get(queue=floor.queue)
        assert (terms.announce_every_seconds, terms.says_position, terms.says_wait) == (30, True, False)
        assert (terms.offers_callback, terms.voicemail_key, terms.when_too_long) == (True, "2", "callback")
    with other_floor.inside():
        assert not WaitingTerms.objects.exists()


@pytest.mark.parametrize(
    ("wrong", "told"),
    [
        ({"voicemail_key": "1"}, "The callback has this key already."),
        ({"announce_every_seconds": "5"}, "greater than or equal to 15"),
        ({"max_attempts": "0"}, "greater than or equal to 1"),
    ],
)
def test_what_callers_could_not_use_is_refused(floor, admin, wrong, told):
    assert told in queue_page(floor, admin, **wrong).content.decode()
    with floor.inside():
        assert not WaitingTerms.objects.exists()
