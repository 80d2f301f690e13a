"""What callers are asked after a call, and what their answers add up to."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db.models import Count, Q, QuerySet, Sum

from telephony import metrics
from telephony.models import PromptWording, Survey, SurveyAnswer

_SCORED = Q(score__isnull=False)
_CSAT, _NPS = Q(scale=Survey.Scale.CSAT), Q(scale=Survey.Scale.NPS)
COUNTS: dict[str, Any] = {
    "csat_asked": Count("pk", filter=_CSAT),
    "csat_answers": Count("pk", filter=_CSAT & _SCORED),
    "csat_satisfied": Count("pk", filter=_CSAT & Q(score__gte=metrics.SATISFIED_FROM)),
    "csat_sum": Sum("score", filter=_CSAT, default=0),
    "nps_asked": Count("pk", filter=_NPS),
    "nps_answers": Count("pk", filter=_NPS & _SCORED),
    "nps_promoters": Count("pk", filter=_NPS & Q(score__gte=metrics.PROMOTER_FROM)),
    "nps_detractors": Count("pk", filter=_NPS & Q(score__lte=metrics.DETRACTOR_TO)),
}
"""One aggregation for every place that shows satisfaction."""


@dataclass(frozen=True, kw_only=True)
class Satisfaction:
    """Rates in percent, NPS from -100 to 100, None where nobody answered. Never without how many were asked."""

    csat_asked: int = 0
    csat_answers: int = 0
    csat_satisfied: int = 0
    csat_sum: int = 0
    nps_asked: int = 0
    nps_answers: int = 0
    nps_promoters: int = 0
    nps_detractors: int = 0

    @property
    def csat(self) -> float | None:
        return metrics.customer_satisfaction(self.csat_satisfied, self.csat_answers)

    @property
    def csat_mean(self) -> float | None:
        return metrics.mean_score(self.csat_sum, self.csat_answers)

    @property
    def nps(self) -> float | None:
        return metrics.net_promoter_score(self.nps_promoters, self.nps_detractors, self.nps_answers)

    @property
    def asked(self) -> int:
        return self.csat_asked + self.nps_asked

    @property
    def answers(self) -> int:
        return self.csat_answers + self.nps_answers

    @property
    def response_rate(self) -> float | None:
        return metrics.ratio(self.answers, self.asked)


@dataclass(frozen=True, kw_only=True)
class SurveyTerms:
    """A survey as the switch needs it; `questions`: language → name of the sound."""

    survey_id: int
    scale: str
    percent: int
    asks_comment: bool
    queue_ids: tuple[int, ...]
    questions: dict[str, str]


def survey_terms() -> list[SurveyTerms]:
    """Of the surveys by keys in use; of a queue's surveys only the first by name is asked after the call."""
    surveys = Survey.objects.filter(is_active=True, asked_by=Survey.AskedBy.KEYS)
    surveys = surveys.prefetch_related("queues").order_by("name")
    sounds = _sounds({survey.question_id for survey in surveys if survey.question_id})
    taken: set[int] = set()
    found = []
    for survey in surveys:
        queue_ids = tuple(sorted({queue.pk for queue in survey.queues.all()} - taken))
        taken.update(queue_ids)
        terms = SurveyTerms(
            survey_id=survey.pk,
            scale=survey.scale,
            percent=survey.percent,
            asks_comment=survey.asks_comment,
            queue_ids=queue_ids,
            questions=sounds.get(survey.question_id, {}),
        )
        found.append(terms)
    return found


def _sounds(prompt_ids: Iterable[int]) -> dict[int | None, dict[str, str]]:
    ready = PromptWording.objects.filter(prompt_id__in=list(prompt_ids), sound__isnull=False)
    found: dict[int | None, dict[str, str]] = {}
    for prompt_id, language, sound_id in ready.values_list("prompt_id", "language", "sound_id"):
        found.setdefault(prompt_id, {})[language] = sound_id
    return found


def survey_answers(start: datetime, end: datetime) -> QuerySet[SurveyAnswer]:
    """Of callers asked within [start, end), answered or not."""
    found = SurveyAnswer.objects.filter(asked_at__gte=start, asked_at__lt=end)
    return found.select_related("call", "agent", "queue", "survey")


def satisfaction(answers: QuerySet[SurveyAnswer]) -> Satisfaction:
    return Satisfaction(**answers.order_by().aggregate(**COUNTS))


def satisfaction_by(answers: QuerySet[SurveyAnswer], column: str) -> dict[Any, Satisfaction]:
    """By `agent_id`, `queue_id` or `variant`."""
    grouped = answers.order_by().values(column).annotate(**COUNTS)
    return {row.pop(column): Satisfaction(**row) for row in grouped}


def answer_of_call(call_id: Any) -> SurveyAnswer | None:
    return SurveyAnswer.objects.select_related("survey", "agent").filter(call_id=call_id).first()


def survey_answer(answer_id: int) -> SurveyAnswer | None:
    return SurveyAnswer.objects.select_related("call").filter(pk=answer_id).first()
