"""Writes of forms and their versions, and the scores of calls."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal

from django.db import transaction
from django.utils.translation import gettext_lazy as _

from quality.events import EvaluationPublished, EvaluationRead
from quality.models import Evaluation, EvaluationScore, Scorecard, ScorecardItem
from quality.scoring import ItemScore, score_of
from tenants.errors import BadInput, DomainError
from tenants.events import emit
from tenants.people.actions import record_audit


class ScorecardIsPublished(DomainError):
    """A published scorecard does not change. Make a new version of it."""


class ScorecardIsEmpty(DomainError):
    """A scorecard needs a question before it can be published."""


class CallAlreadyScored(DomainError):
    """You have already scored this call on this scorecard."""


class CallHasNoAgent(DomainError):
    """Nobody answered this call, so there is nobody to score."""


@dataclass(frozen=True)
class ItemDraft:
    """A question as given by a person; a fatal item has no weight."""

    text: str
    weight: Decimal = Decimal(1)
    max_points: int = 5
    is_fatal: bool = False
    guide: str = ""


@dataclass(frozen=True)
class GivenPoints:
    item_id: int
    points: int
    note: str = ""


@transaction.atomic
def create_scorecard(
    *, name: str, items: Sequence[ItemDraft], at: datetime, description: str = "", by=None
) -> Scorecard:
    card = Scorecard.objects.create(name=name, description=description, created_at=at)
    _write_items(card, items)
    record_audit(actor=by, verb="scorecard.created", subject=card, after={"items": len(items)})
    return card


@transaction.atomic
def change_items(*, scorecard_id: int, items: Sequence[ItemDraft], at: datetime, by=None) -> Scorecard:
    card = _locked(scorecard_id)
    if not card.is_draft:
        raise ScorecardIsPublished()
    before = list(card.items.values_list("text", flat=True))
    card.items.all().delete()
    _write_items(card, items)
    after = [item.text for item in items]
    record_audit(
        actor=by, verb="scorecard.changed", subject=card, before={"items": before}, after={"items": after}
    )
    return card


@transaction.atomic
def publish_scorecard(*, scorecard_id: int, at: datetime, by=None) -> Scorecard:
    """The version before it retires; evaluations made on it keep it."""
    card = _locked(scorecard_id)
    if not card.is_draft:
        return card
    if not card.items.exists():
        raise ScorecardIsEmpty()
    Scorecard.objects.filter(key=card.key, state=Scorecard.State.PUBLISHED).update(
        state=Scorecard.State.RETIRED
    )
    card.state, card.published_at = Scorecard.State.PUBLISHED, at
    card.save()
    record_audit(actor=by, verb="scorecard.published", subject=card, after={"version": card.version})
    return card


@transaction.atomic
def draft_next_version(*, scorecard_id: int, at: datetime, by=None) -> Scorecard:
    """A copy to change; the one draft there may already be is given back."""
    source = _locked(scorecard_id)
    newest = Scorecard.objects.filter(key=source.key).order_by("-version").first()
    if newest.is_draft:
        return newest
    draft = Scorecard.objects.create(
        key=source.key,
        version=newest.version + 1,
        name=source.name,
        description=source.description,
        created_at=at,
    )
    _write_items(draft, [_draft_of(item) for item in source.items.all()])
    record_audit(actor=by, verb="scorecard.drafted", subject=draft, after={"version": draft.version})
    return draft


@transaction.atomic
def publish_evaluation(
    *, call, scorecard_id: int, points: Iterable[GivenPoints], at: datetime, by, comment: str = ""
) -> Evaluation:
    """`call` as telephony.queries.call gives it; `points` one for each item of the scorecard."""
    card = _locked(scorecard_id)
    if card.state != Scorecard.State.PUBLISHED:
        raise BadInput(_("Only a published scorecard can be used."), field="scorecard")
    if call.agent_id is None:
        raise CallHasNoAgent()
    if Evaluation.objects.filter(call_id=call.pk, scorecard=card, inspector=by).exists():
        raise CallAlreadyScored()
    given = _checked(card, points)
    score = score_of(_item_score(item, given[item.pk]) for item in card.items.all())
    evaluation = Evaluation.objects.create(
        scorecard=card,
        call_id=call.pk,
        agent_id=call.agent_id,
        inspector=by,
        percent=score.percent,
        is_fatal=score.is_fatal,
        comment=comment.strip(),
        published_at=at,
    )
    EvaluationScore.objects.bulk_create(
        EvaluationScore(evaluation=evaluation, item_id=one.item_id, points=one.points, note=one.note[:300])
        for one in given.values()
    )
    after = {"call": str(call.pk), "percent": str(score.percent), "fatal": score.is_fatal}
    record_audit(actor=by, verb="evaluation.published", subject=evaluation, after=after)
    emit(EvaluationPublished(occurred_at=at, evaluation_id=evaluation.pk, agent_id=call.agent_id))
    return evaluation


@transaction.atomic
def mark_read(*, evaluation_id: int, at: datetime) -> None:
    """The agent has opened it; the first time counts."""
    unread = Evaluation.objects.filter(pk=evaluation_id, read_at=None)
    if unread.update(read_at=at):
        emit(EvaluationRead(occurred_at=at, evaluation_id=evaluation_id))


def _locked(scorecard_id: int) -> Scorecard:
    return Scorecard.objects.select_for_update().get(pk=scorecard_id)


def _write_items(card: Scorecard, items: Sequence[ItemDraft]) -> None:
    ScorecardItem.objects.bulk_create(
        ScorecardItem(
            scorecard=card,
            position=position,
            text=item.text,
            guide=item.guide,
            weight=Decimal(0) if item.is_fatal else item.weight,
            max_points=1 if item.is_fatal else item.max_points,
            is_fatal=item.is_fatal,
        )
        for position, item in enumerate(items, start=1)
    )


def _draft_of(item: ScorecardItem) -> ItemDraft:
    return ItemDraft(item.text, item.weight, item.max_points, item.is_fatal, item.guide)


def _checked(card: Scorecard, points: Iterable[GivenPoints]) -> dict[int, GivenPoints]:
    """Exactly one for each item, none above the most the item can give."""
    given = {one.item_id: one for one in points}
    items = {item.pk: item for item in card.items.all()}
    if given.keys() != items.keys():
        raise BadInput(_("Every question needs its points."), field="points")
    for one in given.values():
        if not 0 <= one.points <= items[one.item_id].max_points:
            raise BadInput(_("The points are outside what the question allows."), field="points")
    return given


def _item_score(item: ScorecardItem, given: GivenPoints) -> ItemScore:
    return ItemScore(item.weight, given.points, item.max_points, item.is_fatal)
