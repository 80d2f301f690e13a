"""What callers answer after a call: kept once, in any order; low scores become work; the switch's files follow."""

from __future__ import annotations

import xml.etree.ElementTree as ET
from datetime import timedelta
from uuid import uuid4

import pytest

from telephony import facts, metrics, queries
from telephony.freeswitch.documents import UnsafeText
from telephony.freeswitch.survey_document import AskedSurvey, survey_document, write_surveys
from telephony.ingest import Ingest
from telephony.models import FollowUp, Offer, Survey, SurveyAnswer
from telephony.worker.snapshot import write_snapshot
from tests.telephony_rows import a_stay, an_offer


@pytest.fixture
def told(floor):
    """Tells a survey's facts of one talked call of acme's; the survey is asked of its queue."""
    with floor.inside():
        survey = Survey.objects.create(name="After the call", low_from=2)
        survey.queues.add(floor.queue)
    agent = floor.agent()
    with floor.inside():
        stay = a_stay(floor.now, floor.queue, "answered", agent=agent)
        an_offer(floor.now, stay, agent)
        Offer.objects.update(answered_at=floor.now + timedelta(seconds=10))

    def tell(**said):
        fact = facts.SurveyAnswered(
            **{
                "node": "main-1",
                "at": floor.now + timedelta(minutes=2),
                "tenant": floor.tenant.schema_name,
                "leg_id": stay.call_id,
                "survey_id": survey.pk,
                "queue_id": floor.queue.pk,
                "asked_at": floor.now + timedelta(minutes=1),
            }
            | said
        )
        Ingest().take(fact)
        with floor.inside():
            return SurveyAnswer.objects.filter(call_id=stay.call_id).first()

    tell.agent, tell.survey, tell.call_id = agent, survey, stay.call_id
    return tell


def test_an_answer_is_kept_once_with_its_agent_and_queue(floor, told, other_floor):
    assert told().score is None
    answer = told(score=5, answered_at=floor.now + timedelta(minutes=2))
    assert (answer.score, answer.scale, answer.agent_id, answer.queue_id) == (
        5,
        "csat",
        told.agent.pk,
        floor.queue.pk,
    )
    assert told(score=1).score == 5
    with floor.inside():
        assert SurveyAnswer.objects.count() == 1
        assert not FollowUp.objects.exists()
    with other_floor.inside():
        assert not SurveyAnswer.objects.exists()


def test_told_by_the_record_alone_it_is_the_same(floor, told):
    answer = told(score=3, answered_at=floor.now, comment_path="acme/survey/x.wav", comment_seconds=4.5)
    assert (answer.score, answer.comment_path, answer.comment_seconds) == (3, "acme/survey/x.wav", 4.5)
    assert told().score == 3


def test_a_score_outside_the_scale_is_none(told):
    assert told(score=9).score is None
    assert told(score=0).score is None


def test_a_survey_that_is_gone_is_nobodys(floor, told):
    assert told(survey_id=told.survey.pk + 1000) is None


def test_a_low_score_becomes_work_once(floor, told, other_floor):
    told(score=2)
    told(score=2)
    with floor.inside():
        work = FollowUp.objects.get()
        assert (work.kind, work.call_id, work.state) == ("low_score", told.call_id, "open")
        assert work.due_at - work.created_at == timedelta(hours=24)
    with other_floor.inside():
        assert not FollowUp.objects.exists()


def test_csat_and_nps_by_the_glossary():
    assert metrics.customer_satisfaction(3, 4) == 75.0
    assert metrics.customer_satisfaction(0, 0) is None
    assert metrics.net_promoter_score(5, 3, 10) == 20.0
    assert metrics.net_promoter_score(0, 4, 4) == -100.0
    assert metrics.net_promoter_score(0, 0, 0) is None
    assert metrics.mean_score(9, 2) == 4.5


def test_wilson_holds_what_is_known_of_it():
    low, high = metrics.wilson_interval(50, 100)
    assert (round(low, 2), round(high, 2)) == (40.38, 59.62)
    assert metrics.wilson_interval(0, 10)[0] == 0.0
    assert metrics.wilson_interval(0, 0) is None


def test_satisfaction_counts_those_who_did_not_answer_too(floor):
    agent = floor.agent()
    with floor.inside():
        csat = Survey.objects.create(name="c")
        nps = Survey.objects.create(name="n", scale="nps")
        given = [(csat, score) for score in (5, 4, 4, 3, None)] + [
            (nps, score) for score in (10, 9, 7, 0, None)
        ]
        for survey, score in given:
            stay = a_stay(floor.now, floor.queue, "answered")
            SurveyAnswer.objects.create(
                call=stay.call,
                survey=survey,
                scale=survey.scale,
                asked_at=floor.now,
                score=score,
                agent=agent,
            )
        found = queries.satisfaction(queries.survey_answers(floor.now, floor.now + timedelta(seconds=1)))
        assert (found.csat, found.csat_mean, found.csat_answers, found.csat_asked) == (75.0, 4.0, 4, 5)
        assert (found.nps, found.nps_answers, found.response_rate) == (25.0, 4, 80.0)
        by_agent = queries.satisfaction_by(SurveyAnswer.objects.all(), "agent_id")
        assert by_agent[agent.pk] == found


def test_the_switch_keeps_each_tenants_surveys_on_its_disk(floor, other_floor, tmp_path):
    conf = tmp_path / "conf"
    conf.mkdir()
    known = {"cell": floor.tenant.cell, "directory": str(tmp_path)}
    with floor.inside():
        survey = Survey.objects.create(name="x", percent=30)
        survey.queues.add(floor.queue)
    assert write_snapshot(known)
    assert [path.stem for path in (conf / "surveys").iterdir()] == [floor.tenant.schema_name]
    names = [
        node.get("name")
        for node in ET.parse(conf / "surveys" / f"{floor.tenant.schema_name}.xml").iter("extension")
    ]
    assert names == [f"survey-{survey.pk}", f"queue-{floor.queue.pk}"]
    assert not write_snapshot(known)
    with floor.inside():
        Survey.objects.update(is_active=False)
    assert write_snapshot(known)
    assert not list((conf / "surveys").iterdir())


def test_a_queue_of_two_surveys_is_asked_the_first_by_name(floor):
    with floor.inside():
        for name in ("b", "a"):
            Survey.objects.create(name=name).queues.add(floor.queue)
        assert [(len(terms.queue_ids)) for terms in queries.survey_terms()] == [1, 0]


@pytest.mark.parametrize("percent", [1, 9, 10, 37, 50, 99, 100])
def test_so_many_in_a_hundred_are_asked(percent):
    import re

    document = survey_document(
        "acme", [AskedSurvey(survey_id=1, scale="csat", percent=percent, queue_ids=(7,))]
    )
    [queue] = [node for node in ET.fromstring(document).iter("extension") if node.get("name") == "queue-7"]
    pattern = [
        node.get("expression")
        for node in queue.iter("condition")
        if node.get("field") == "${strmicroepoch()}"
    ]
    asked = [
        moment for moment in range(100) if not pattern or re.search(pattern[0], f"17640000000000{moment:02d}")
    ]
    assert len(asked) == percent


@pytest.mark.parametrize(
    "hostile",
    [
        {"schema": "acme'${system id}"},
        {"scale": "csat${x}"},
        {"questions": {"zh": "../../etc/passwd"}},
        {"questions": {"z}": "0" * 64}},
    ],
)
def test_nothing_a_tenant_types_reaches_the_switch(hostile):
    schema = hostile.pop("schema", "acme")
    with pytest.raises(UnsafeText):
        survey_document(schema, [AskedSurvey(**{"survey_id": 1, "scale": "csat"} | hostile)])


def test_surveys_that_did_not_change_are_not_written_again(tmp_path):
    document = survey_document("acme", [AskedSurvey(survey_id=1, scale="nps", questions={"zh": "a" * 64})])
    assert "a" * 64 in document
    assert write_surveys(tmp_path, {"acme": document})
    assert not write_surveys(tmp_path, {"acme": document})
    assert write_surveys(tmp_path, {})


def test_a_leg_of_no_tenant_leaves_nothing(floor):
    Ingest().take(
        facts.SurveyAnswered(
            node="main-1",
            at=floor.now,
            tenant="",
            leg_id=uuid4(),
            survey_id=1,
            queue_id=1,
            asked_at=floor.now,
        )
    )
    with floor.inside():
        assert not SurveyAnswer.objects.exists()
