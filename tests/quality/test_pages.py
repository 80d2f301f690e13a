from decimal import Decimal

import pytest

from quality import actions
from quality.actions import ItemDraft
from quality.models import Evaluation, Scorecard
from tests.telephony_rows import a_queue, a_stay, an_agent


@pytest.fixture
def card(in_acme, now):
    items = [
        ItemDraft("Greets", Decimal(40)),
        ItemDraft("Solves", Decimal(60)),
        ItemDraft("Honest", is_fatal=True),
    ]
    made = actions.create_scorecard(name="Service", items=items, at=now)
    return actions.publish_scorecard(scorecard_id=made.pk, at=now)


@pytest.fixture
def agent(acme, in_acme, member):
    return an_agent(member(acme, "agent", name="Li"))


@pytest.fixture
def call(agent, now):
    return a_stay(now, a_queue(), "answered", agent=agent).call


@pytest.fixture
def inspector(acme, member, client_of):
    return client_of(member(acme, "inspector"))


def form(card, *points, **more):
    given = {f"points_{item.pk}": n for item, n in zip(card.items.all(), points, strict=True)}
    return given | {"scorecard": card.pk} | more


@pytest.mark.parametrize(
    ("path", "allowed"),
    [
        ("/quality/", {"owner", "admin", "supervisor", "inspector", "agent"}),
        ("/quality/calls/", {"owner", "admin", "supervisor", "inspector"}),
        ("/quality/scorecards/", {"owner", "admin", "supervisor", "inspector"}),
        ("/quality/scorecards/new/", {"owner", "admin", "inspector"}),
    ],
)
def test_each_role_sees_its_pages(acme, member, client_of, path, allowed):
    roles = ("owner", "admin", "supervisor", "inspector", "agent", "finance")
    seen = {role for role in roles if client_of(member(acme, role)).get(path).status_code == 200}
    assert seen == allowed


def test_an_inspector_finds_a_call_scores_it_and_the_agent_reads_it(inspector, call, card, agent, client_of):
    assert str(call.pk) in inspector.get("/quality/calls/?first=2026-11-01&last=2026-11-30").content.decode()
    page = inspector.get(f"/quality/calls/{call.pk}/").content.decode()
    assert "Greets" in page
    answer = inspector.post(f"/quality/calls/{call.pk}/", form(card, 5, 3, 1, comment="Well done"))
    made = Evaluation.objects.get()
    assert answer.url == f"/quality/evaluations/{made.pk}/"
    desk = client_of(agent.member)
    assert "76.00 %" in desk.get("/quality/").content.decode()
    assert "Well done" in desk.get(answer.url).content.decode()
    made.refresh_from_db()
    assert made.read_at is not None
    assert (
        str(call.pk) not in inspector.get("/quality/calls/?first=2026-11-01&last=2026-11-30").content.decode()
    )


def test_the_inspectors_look_does_not_count_as_read(inspector, call, card):
    inspector.post(f"/quality/calls/{call.pk}/", form(card, 5, 3, 1))
    inspector.get(f"/quality/evaluations/{Evaluation.objects.get().pk}/")
    assert Evaluation.objects.get().read_at is None


def test_a_missing_point_keeps_the_comment(inspector, call, card):
    given = form(card, 5, 3, 1, comment="long thoughts")
    del given[f"points_{card.items.first().pk}"]
    answer = inspector.post(f"/quality/calls/{call.pk}/", given)
    assert answer.status_code == 422
    assert "long thoughts" in answer.content.decode()
    assert not Evaluation.objects.exists()


def test_an_agent_opens_no_colleagues_evaluation(acme, inspector, call, card, member, client_of):
    inspector.post(f"/quality/calls/{call.pk}/", form(card, 5, 3, 1, comment="private"))
    other = client_of(an_agent(member(acme, "agent")).member)
    path = f"/quality/evaluations/{Evaluation.objects.get().pk}/"
    answer = other.get(path)
    assert answer.status_code == 404
    assert "private" not in answer.content.decode()
    assert "76.00" not in other.get("/quality/").content.decode()
    assert other.get("/api/v1/evaluations/").json()["count"] == 0


def test_an_agent_cannot_score(agent, call, card, client_of):
    desk = client_of(agent.member)
    assert desk.post(f"/quality/calls/{call.pk}/", form(card, 5, 5, 1)).status_code == 403
    assert not Evaluation.objects.exists()


def test_globex_finds_neither_call_nor_score(globex, inspector, call, card, member, client_of):
    inspector.post(f"/quality/calls/{call.pk}/", form(card, 5, 3, 1))
    key = Evaluation.objects.get().pk
    other = client_of(member(globex, "owner"))
    for path in (
        f"/quality/calls/{call.pk}/",
        f"/quality/evaluations/{key}/",
        f"/quality/scorecards/{card.pk}/",
    ):
        assert other.get(path).status_code == 404


def test_a_scorecard_is_written_published_and_followed(acme, member, client_of):
    boss = client_of(member(acme, "admin"))
    rows = {
        "name": "Sales",
        "description": "",
        "items-TOTAL_FORMS": 3,
        "items-INITIAL_FORMS": 0,
        "items-0-text": "Greets",
        "items-0-weight": "10",
        "items-1-text": "Honest",
        "items-1-is_fatal": "on",
        "items-2-text": "",
    }
    path = boss.post("/quality/scorecards/new/", rows).url
    boss.post(f"{path}publish/")
    next_path = boss.post(f"{path}next/").url
    assert next_path != path
    page = boss.get(next_path).content.decode()
    assert "Greets" in page
    refused = boss.post(next_path, rows | {"items-0-weight": ""})
    assert refused.status_code == 422


def test_a_draft_page_shows_its_questions(acme, member, client_of, card, inside, now):
    with inside(acme):
        draft = actions.draft_next_version(scorecard_id=card.pk, at=now)
    assert (
        "Solves"
        in client_of(member(acme, "inspector")).get(f"/quality/scorecards/{draft.pk}/").content.decode()
    )
    with inside(acme):
        assert Scorecard.objects.count() == 2


@pytest.mark.parametrize(
    "query", ["first=x&last=y", "agent=abc&queue=%00", "seconds=-5", "random=1&scored=1"]
)
def test_odd_filters_do_no_harm(inspector, call, card, query):
    assert inspector.get(f"/quality/calls/?{query}").status_code == 200
