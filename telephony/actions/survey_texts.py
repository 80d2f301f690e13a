"""Surveys by text message: planned when the call has ended, sent once at most, answered by the link in it."""

from datetime import datetime, time, timedelta
from zlib import crc32

from django.db import transaction

from telephony.actions.surveys import SCORES, take_score
from telephony.errors import AnsweredBefore, SurveyEnded
from telephony.models import Call, Offer, Survey, SurveyAnswer, SurveyText
from telephony.queries.hours import local_time
from telephony.queries.texts import (
    calls_to_ask,
    service_in_use,
    surveys_by_text,
    wants_no_texts,
    was_asked_lately,
)
from tenants.errors import BadInput
from tenants.numbers import takes_texts

State = SurveyText.State
QUIET_FROM, QUIET_UNTIL = time(21), time(8)
"""On the tenant's clock: nobody's telephone is to make a noise at night."""
ANSWERED_WITHIN = timedelta(days=3)
GIVEN_UP_AFTER = timedelta(hours=2)
STUCK_AFTER = timedelta(minutes=5)
RETRIES = (timedelta(minutes=1), timedelta(minutes=5), timedelta(minutes=15))
LONGEST_COMMENT = 500
MOST_PLANNED = 500


def plan_survey_texts(*, at: datetime) -> int:
    """A row for each call that is to be asked about, also for those that are not asked, with the reason."""
    surveys = surveys_by_text()
    if not surveys or service_in_use() is None:
        return 0
    asking: dict[int, Survey] = {}
    for survey in surveys:
        for queue in survey.queues.all():
            asking.setdefault(queue.pk, survey)
    planned = 0
    for call in calls_to_ask(list(asking), at)[:MOST_PLANNED]:
        planned += _plan(call, asking[call.queue_id], at)
    return planned


def _plan(call: Call, survey: Survey, at: datetime) -> bool:
    """Each call by itself: two who plan at once make one row of it."""
    if not is_of_the_sample(call, survey.percent):
        return False
    reason = _reason_against(call.caller_number, at)
    spoke = Offer.objects.filter(call=call, outcome=Offer.Outcome.BRIDGED).order_by("-answered_at")
    _row, is_new = SurveyText.objects.get_or_create(
        call=call,
        defaults={
            "survey": survey,
            "queue_id": call.queue_id,
            "agent_id": spoke.values_list("agent_id", flat=True).first(),
            "number": call.caller_number,
            "language": call.language or "zh",
            "state": State.DROPPED if reason else State.WAITING,
            "reason": reason,
            "created_at": at,
            "due_at": awake(at),
        },
    )
    return is_new and not reason


def is_of_the_sample(call: Call, percent: int) -> bool:
    """The same answer however often it is asked."""
    return crc32(call.pk.bytes) % 100 < percent


def _reason_against(number: str, at: datetime) -> str:
    if not takes_texts(number):
        return "not_mobile"
    if wants_no_texts(number):
        return "opted_out"
    return "asked_lately" if was_asked_lately(number, at) else ""


def awake(at: datetime) -> datetime:
    """This moment, or the end of the night it lies in."""
    local = local_time(at)
    if QUIET_UNTIL <= local.time() < QUIET_FROM:
        return at
    day = local.date() + timedelta(days=1 if local.time() >= QUIET_FROM else 0)
    return datetime.combine(day, QUIET_UNTIL, tzinfo=local.tzinfo)


@transaction.atomic
def claim_text(*, text_id: int, at: datetime) -> SurveyText | None:
    """Ours to send now, written down before anything leaves the house; None when it is not due, or somebody else's.

    Who has said meanwhile that they want none gets none.
    """
    text = SurveyText.objects.select_for_update(skip_locked=True).filter(pk=text_id).first()
    if text is None or text.state != State.WAITING or text.due_at > at:
        return None
    if wants_no_texts(text.number) or at - awake(text.created_at) > GIVEN_UP_AFTER:
        text.state = State.DROPPED if wants_no_texts(text.number) else State.FAILED
        text.reason = "opted_out" if text.state == State.DROPPED else "too_late"
        text.save()
        return None
    text.state, text.claimed_at, text.expires_at = State.SENDING, at, at + ANSWERED_WITHIN
    text.attempts += 1
    text.save()
    return text


@transaction.atomic
def note_text_sent(*, text_id: int, receipt: str, at: datetime) -> None:
    """From now on the caller counts as asked."""
    text = _locked(text_id)
    if text.state != State.SENDING:
        return
    text.state, text.sent_at, text.receipt, text.reason = State.SENT, at, receipt[:80], ""
    text.save()
    _answer_of(text, at)


@transaction.atomic
def note_text_unsent(*, text_id: int, reason: str, is_final: bool, may_have_left: bool, at: datetime) -> None:
    """Tried again later, given up, or, where it may have left, never told twice."""
    text = _locked(text_id)
    if text.state != State.SENDING:
        return
    text.reason = reason
    if may_have_left:
        text.state = State.UNSURE
    elif is_final or text.attempts > len(RETRIES):
        text.state = State.FAILED
    else:
        text.state, text.due_at = State.WAITING, at + RETRIES[text.attempts - 1]
    text.save()


def put_off_text(*, text_id: int, until: datetime) -> None:
    """Not even tried."""
    SurveyText.objects.filter(pk=text_id, state=State.WAITING).update(due_at=until, reason="shut")


def settle_stuck_texts(*, at: datetime) -> int:
    """Whoever was sending these is gone; they may have left."""
    stuck = SurveyText.objects.filter(state=State.SENDING, claimed_at__lt=at - STUCK_AFTER)
    return stuck.update(state=State.UNSURE, reason="cut_off")


@transaction.atomic
def answer_text(*, text_id: int, score: int, comment: str, at: datetime) -> SurveyAnswer:
    """By the link: once, in time, on the scale. Raises AnsweredBefore, SurveyEnded, BadInput."""
    text = _locked(text_id)
    if not text.may_be_answered(at):
        raise SurveyEnded
    answer = _answer_of(text, text.sent_at or at)
    if answer.score is not None:
        raise AnsweredBefore
    if score not in SCORES[Survey.Scale(answer.scale)]:
        raise BadInput(field="score")
    if text.survey.asks_comment:
        answer.comment = plain_text(comment)
    take_score(answer, text.survey, score=score, answered_at=at, at=at)
    return answer


def plain_text(text: str) -> str:
    """As typed, without what is no letter: lines stay lines."""
    kept = "".join(one for one in text.replace("\r\n", "\n") if one == "\n" or one.isprintable())
    return kept.strip()[:LONGEST_COMMENT]


def _answer_of(text: SurveyText, asked_at: datetime) -> SurveyAnswer:
    answer, _is_new = SurveyAnswer.objects.select_for_update(no_key=True).get_or_create(
        call_id=text.call_id,
        defaults={
            "survey_id": text.survey_id,
            "scale": text.survey.scale,
            "asked_at": asked_at,
            "queue_id": text.queue_id,
            "agent_id": text.agent_id,
        },
    )
    return answer


def _locked(text_id: int) -> SurveyText:
    """Raises SurveyEnded of one that is gone."""
    locked = SurveyText.objects.select_for_update(no_key=True, of=("self",)).select_related("survey")
    text = locked.filter(pk=text_id).first()
    if text is None:
        raise SurveyEnded
    return text
