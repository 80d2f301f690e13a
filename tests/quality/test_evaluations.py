from decimal import Decimal

import pytest

from quality import actions, policies, queries
from quality.actions import GivenPoints, ItemDraft
from quality.models import Evaluation, Scorecard
from tenants.errors import BadInput
from tenants.people.models import AuditEntry
from tests.telephony_rows import a_queue, a_stay, an_agent

ITEMS = [
    ItemDraft("Greets", Decimal(40)),
    ItemDraft("Solves", Decimal(60)),
    ItemDraft("Says nothing false", is_fatal=True),
]


@pytest.fixture
def card(in_acme, now):
    made = actions.create_scorecard(name="Service", items=ITEMS, at=now)
    return actions.publish_scorecard(scorecard_id=made.pk, at=now)


@pytest.fixture
def people(acme, in_acme, member):
    return {name: member(acme, role, name=name) for name, role in ROLES.items()}


ROLES = {"inspector": "inspector", "agent": "agent", "other": "agent", "boss": "supervisor"}


@pytest.fixture
def call(people, now):
    return a_stay(now, a_queue(), "answered", agent=an_agent(people["agent"])).call


def give(card, *points):
    return [GivenPoints(item.pk, n) for item, n in zip(card.items.all(), points, strict=True)]


def publish(call, card, people, now, *points):
    return actions.publish_evaluation(
        call=call, scorecard_id=card.pk, points=give(card, *points), at=now, by=people["inspector"]
    )


def test_a_score_is_the_weighted_share(call, card, people, now):
    # 40·5/5 + 60·3/5 = 76
    made = publish(call, card, people, now, 5, 3, 1)
    assert (made.percent, made.is_fatal, made.agent_id) == (Decimal("76.00"), False, call.agent_id)


def test_a_failed_fatal_item_gives_nothing(call, card, people, now):
    made = publish(call, card, people, now, 5, 5, 0)
    assert (made.percent, made.is_fatal) == (Decimal("0.00"), True)


def test_the_agent_hears_of_it_and_no_one_else(acme, call, card, people, now, published):
    made = publish(call, card, people, now, 5, 5, 1)
    told = {"type": "evaluation", "evaluation_id": made.pk}
    assert published == [("acme", f"agent.{call.agent_id}", told)]


def test_each_sees_what_is_theirs(call, card, people, now):
    made = publish(call, card, people, now, 5, 5, 1)
    assert list(queries.visible_evaluations(people["agent"])) == [made]
    assert list(queries.visible_evaluations(people["other"])) == []
    assert list(queries.visible_evaluations(people["inspector"])) == [made]
    assert not policies.can_see_evaluation(people["other"], made)


def test_nobody_scores_their_own_call(acme, call, member, people):
    both = people["agent"]
    both.roles = ["agent", "inspector"]
    assert not policies.can_score_call_of(both, call.agent)
    assert policies.can_score_call_of(people["inspector"], call.agent)


def test_a_call_is_scored_once_by_one_inspector(call, card, people, now):
    publish(call, card, people, now, 5, 5, 1)
    with pytest.raises(actions.CallAlreadyScored):
        publish(call, card, people, now, 0, 0, 1)
    assert Evaluation.objects.get().percent == Decimal("100.00")


@pytest.mark.parametrize("points", [(6, 5, 1), (-1, 5, 1), (5, 5, 2)])
def test_points_outside_the_scale_are_refused(call, card, people, now, points):
    with pytest.raises(BadInput):
        publish(call, card, people, now, *points)
    assert not Evaluation.objects.exists()


def test_a_missing_question_is_refused(call, card, people, now):
    given = give(card, 5, 5, 1)[:-1]
    with pytest.raises(BadInput):
        actions.publish_evaluation(
            call=call, scorecard_id=card.pk, points=given, at=now, by=people["inspector"]
        )
    assert not Evaluation.objects.exists()


def test_a_draft_scores_no_call(call, people, now):
    draft = actions.create_scorecard(name="Draft", items=ITEMS, at=now)
    with pytest.raises(BadInput):
        publish(call, draft, people, now, 5, 5, 1)


def test_a_call_nobody_answered_has_nobody_to_score(card, people, now):
    call = a_stay(now, a_queue(), "abandoned").call
    with pytest.raises(actions.CallHasNoAgent):
        publish(call, card, people, now, 5, 5, 1)


def test_a_published_scorecard_never_changes(card, now):
    with pytest.raises(actions.ScorecardIsPublished):
        actions.change_items(scorecard_id=card.pk, items=[ItemDraft("Other")], at=now)
    assert [item.text for item in card.items.all()] == ["Greets", "Solves", "Says nothing false"]


def test_the_next_version_retires_the_one_before_and_keeps_its_scores(call, card, people, now):
    made = publish(call, card, people, now, 5, 3, 1)
    draft = actions.draft_next_version(scorecard_id=card.pk, at=now)
    assert actions.draft_next_version(scorecard_id=card.pk, at=now) == draft
    actions.change_items(scorecard_id=draft.pk, items=[ItemDraft("All new")], at=now)
    actions.publish_scorecard(scorecard_id=draft.pk, at=now)
    card.refresh_from_db()
    made.refresh_from_db()
    assert (card.state, draft.version) == (Scorecard.State.RETIRED, 2)
    assert (made.percent, made.scores.count()) == (Decimal("76.00"), 3)


def test_an_empty_scorecard_is_not_published(in_acme, now):
    empty = actions.create_scorecard(name="Empty", items=[], at=now)
    with pytest.raises(actions.ScorecardIsEmpty):
        actions.publish_scorecard(scorecard_id=empty.pk, at=now)
    empty.refresh_from_db()
    assert empty.is_draft


def test_reading_counts_the_first_time(call, card, people, now):
    made = publish(call, card, people, now, 5, 5, 1)
    assert queries.unread_evaluations(people["agent"]) == 1
    actions.mark_read(evaluation_id=made.pk, at=now)
    actions.mark_read(evaluation_id=made.pk, at=now.replace(hour=23))
    made.refresh_from_db()
    assert made.read_at == now


def test_publishing_is_in_the_audit_log(call, card, people, now):
    publish(call, card, people, now, 5, 3, 1)
    entry = AuditEntry.objects.first()
    assert (entry.verb, entry.actor_name) == ("evaluation.published", "inspector")
    assert entry.after == {"call": str(call.pk), "percent": "76.00", "fatal": False}


def test_globex_sees_no_evaluation_of_acme(globex, inside, call, card, people, now):
    publish(call, card, people, now, 5, 5, 1)
    with inside(globex):
        assert not queries.evaluations().exists()
        assert not queries.published_scorecards().exists()
