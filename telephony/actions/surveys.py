"""What callers say of a call when it is over: each telling fills what is still empty, a low score becomes work."""

from datetime import datetime
from uuid import UUID

from django.db import transaction

from telephony import events
from telephony.actions.follow_ups import open_follow_up
from telephony.actions.leg_calls import open_call
from telephony.actions.legs import locked_leg
from telephony.models import Call, FlowStep, FollowUp, Leg, Offer, Queue, Survey, SurveyAnswer
from tenants.events import emit

SCORES = {Survey.Scale.CSAT: range(1, 6), Survey.Scale.NPS: range(11)}
"""What counts as an answer; any other number is none."""


@transaction.atomic
def note_survey(
    *,
    leg_id: UUID,
    node: str,
    survey_id: int,
    queue_id: int | None,
    asked_at: datetime,
    at: datetime,
    score: int | None = None,
    answered_at: datetime | None = None,
    comment_path: str = "",
    comment_seconds: float | None = None,
) -> SurveyAnswer | None:
    """A caller was asked, pressed a key, or spoke. One row for a call, in whatever order it is told.

    None when there is no such survey any more.
    """
    survey = Survey.objects.filter(pk=survey_id).first()
    if survey is None:
        return None
    call = _call_of(leg_id, node, asked_at)
    answer, _is_new = SurveyAnswer.objects.select_for_update(no_key=True).get_or_create(
        call=call, defaults={"survey": survey, "scale": survey.scale, "asked_at": asked_at}
    )
    _fill(answer, call, queue_id)
    if comment_path and not answer.comment_path:
        answer.comment_path, answer.comment_seconds = comment_path[:400], comment_seconds
    take_score(answer, survey, score=score, answered_at=answered_at or at, at=at)
    return answer


def take_score(
    answer: SurveyAnswer, survey: Survey, *, score: int | None, answered_at: datetime, at: datetime
) -> None:
    """Saves the row, with the mark where it is the first one and on the scale; a low one becomes work."""
    is_first = answer.score is None and score is not None and score in SCORES[Survey.Scale(answer.scale)]
    if is_first:
        answer.score, answer.answered_at = score, answered_at
    _fill_variant(answer)
    answer.save()
    if is_first:
        _take_seriously(answer, survey, at)


def _call_of(leg_id: UUID, node: str, asked_at: datetime) -> Call:
    leg = locked_leg(leg_id, node=node)
    leg.kind, leg.direction = leg.kind or Leg.Kind.CALLER, leg.direction or "inbound"
    call = open_call(leg, at=leg.created_at or asked_at)
    leg.save()
    return call


def _fill(answer: SurveyAnswer, call: Call, queue_id: int | None) -> None:
    """The agent is the one who spoke last before it was asked; told too early, the leg's record completes it."""
    if answer.queue_id is None and queue_id and Queue.objects.filter(pk=queue_id).exists():
        answer.queue_id = queue_id
    if answer.agent_id is None:
        spoke = Offer.objects.filter(call=call, answered_at__lte=answer.asked_at).order_by("-answered_at")
        answer.agent_id = spoke.values_list("agent_id", flat=True).first()


def _fill_variant(answer: SurveyAnswer) -> None:
    if not answer.variant:
        split = (
            FlowStep.objects.filter(call_id=answer.call_id, kind="split")
            .exclude(exit="")
            .order_by("-position")
        )
        answer.variant = (split.values_list("exit", flat=True).first() or "")[:40]


def _take_seriously(answer: SurveyAnswer, survey: Survey, at: datetime) -> None:
    emit(events.CallRated(occurred_at=at, call_id=answer.call_id, agent_id=answer.agent_id))
    if answer.score is not None and answer.score <= survey.low_from:
        open_follow_up(kind=FollowUp.Kind.LOW_SCORE, call=answer.call, queue=answer.queue, at=at)
