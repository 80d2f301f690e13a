"""CSAT, NPS, containment, variants and key waits: by the glossary, with sample sizes, of one tenant alone."""

from __future__ import annotations

import uuid
from datetime import UTC, datetime, timedelta

import pytest

from telephony.models import Call, Flow, FlowStep, FlowVersion, Survey, SurveyAnswer
from telephony.queries import key_waits, outcome_by_flow, variants_of, way_of_call
from tenants.context import enter
from tests.telephony_rows import a_queue, a_stay, an_agent

AT = datetime(2026, 11, 20, 2, 0, tzinfo=UTC)
DAY = {"first": "2026-11-20", "last": "2026-11-20"}
SPAN = (AT, AT + timedelta(hours=1))


@pytest.fixture
def asked(acme, globex, member):
    """acme: csat 5 4 4 3 and one silent, nps 10 9 7 0; globex: one mark of 1."""
    who = member(acme, "agent", name="Ann")
    with enter(acme.schema_name):
        queue, agent = a_queue(), an_agent(who)
        csat, nps = Survey.objects.create(name="c"), Survey.objects.create(name="n", scale="nps")
        for survey, score in [(csat, s) for s in (5, 4, 4, 3, None)] + [(nps, s) for s in (10, 9, 7, 0)]:
            _answer(queue, survey, score, agent)
    with enter(globex.schema_name):
        _answer(a_queue(), Survey.objects.create(name="c"), 1)
    return queue, agent


def _answer(queue, survey, score, agent=None):
    stay = a_stay(AT, queue, "answered")
    SurveyAnswer.objects.create(
        call=stay.call, survey=survey, scale=survey.scale, asked_at=AT, score=score, queue=queue, agent=agent
    )


@pytest.fixture
def boss(acme, member, client_of):
    return client_of(member(acme, "supervisor"))


def test_the_page_shows_the_figures_of_the_glossary(asked, boss):
    shown = boss.get("/reports/satisfaction/", DAY)
    values = [cell.value for cell in shown.context["headline"]]
    assert values == [75.0, 4.0, 25.0, 9, pytest.approx(100 * 8 / 9)]
    [line] = shown.context["table"].lines
    assert [cell.value for cell in line.cells] == values
    assert "75.0" in shown.content.decode()


def test_each_figure_opens_the_answers_it_is_made_of(asked, boss):
    for metric, rows, counted in (("CSAT", 4, 3), ("NPS", 4, 2), ("RESP", 9, 8), ("SURVEYED", 9, None)):
        behind = boss.get(f"/reports/behind/{metric}/", DAY)
        assert behind.context["page"].paginator.count == rows
        assert (behind.context["counted"] and len(behind.context["counted"])) == counted


def test_agents_have_their_own_marks(asked, boss):
    _queue, agent = asked
    table = boss.get("/reports/agents/", DAY).context["table"]
    named = {line.label: {cell.metric.id: cell.value for cell in line.cells} for line in table.lines}
    assert (named[agent.name]["CSAT"], named[agent.name]["SURVEYED"]) == (75.0, 9)


def test_the_table_is_exported_as_it_is_shown(asked, boss):
    got = boss.get("/reports/export.csv", DAY | {"table": "satisfaction"})
    assert "75.0" in got.content.decode()


@pytest.fixture
def flow(acme, globex):
    """acme's flow: variant a: 3 served, 1 to a person; variant b: 1 served, 1 message, 1 left, 1 to a person."""
    with enter(globex.schema_name):
        other = Flow.objects.create(name="Theirs")
        _walk(FlowVersion.objects.create(flow=other, number=1, document={}, published_at=AT), "a", "served")
    with enter(acme.schema_name):
        flow = Flow.objects.create(name="Main")
        document = {"nodes": [{"id": "n1", "title": "Try two greetings"}]}
        version = FlowVersion.objects.create(flow=flow, number=1, document=document, published_at=AT)
        queue = a_queue("Line")
        for exit, ends in (("a", "served served served human"), ("b", "served message left human")):
            for end in ends.split():
                _walk(version, exit, end, queue)
    return flow


def _walk(version, exit: str, end: str, queue=None) -> Call:
    call = Call.objects.create(
        id=uuid.uuid4(),
        arrived_at=AT,
        ended_at=AT + timedelta(minutes=1),
        flow_version=version,
        is_self_served=end == "served",
    )
    steps = [("n1", "split", exit, None), ("n2", "menu", "1", 400 if exit == "a" else 5000)]
    steps += [("n3", "voicemail", "", None)] if end == "message" else []
    for position, (node, kind, out, waited) in enumerate(steps):
        FlowStep.objects.create(
            call=call,
            version=version,
            position=position,
            node=node,
            kind=kind,
            exit=out,
            entered_at=AT,
            answer_milliseconds=waited,
        )
    if end == "human":
        a_stay(AT, queue, "answered", call=call)
    return call


def test_each_caller_of_a_flow_counts_once(acme, flow):
    with enter(acme.schema_name):
        outcome = outcome_by_flow(*SPAN)[flow.pk]
        assert (outcome.entered, outcome.served, outcome.human, outcome.message, outcome.left) == (
            8,
            4,
            2,
            1,
            1,
        )
        assert (outcome.containment, outcome.transfer_rate) == (50.0, 25.0)


def test_variants_are_compared_with_their_sample_sizes(acme, flow):
    with enter(acme.schema_name):
        first, second = variants_of(flow.pk, *SPAN)
        assert [(v.exit, v.outcome.entered, v.outcome.containment) for v in (first, second)] == [
            ("a", 4, 75.0),
            ("b", 4, 25.0),
        ]
        low, high = first.outcome.containment_interval
        assert (round(low, 1), round(high, 1)) == (30.1, 95.4)


def test_how_soon_a_key_is_answered_is_told_by_quantiles(acme, flow):
    with enter(acme.schema_name):
        waits = key_waits(*SPAN)[flow.pk]
        assert (waits.keys, waits.p50, waits.p95, waits.p99) == (8, 400, 5000, 5000)


def test_the_way_of_a_call_is_told_by_the_titles_of_its_version(acme, flow):
    with enter(acme.schema_name):
        call = Call.objects.filter(flow_version__flow=flow).first()
        assert [(step.title, step.exit) for step in way_of_call(call)][:2] == [
            ("Try two greetings", call.flow_steps.get(position=0).exit),
            ("n2", "1"),
        ]


def test_the_page_of_flows_shows_outcomes_variants_and_waits(flow, boss):
    shown = boss.get("/reports/flows/", DAY)
    assert [line.name for line in shown.context["lines"]] == ["Main"]
    text = shown.content.decode()
    for said in ("50.0", "30.1–95.4", "5000"):
        assert said in text


def test_agents_do_not_read_reports(acme, member, client_of):
    for path in ("/reports/satisfaction/", "/reports/flows/"):
        assert client_of(member(acme, "agent")).get(path).status_code == 403
