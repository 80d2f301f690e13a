"""Reads of forms and of the scores of calls."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from decimal import ROUND_HALF_UP, Decimal
from uuid import UUID

from django.db.models import Avg, Count, Q, QuerySet

from quality import policies
from quality.models import Evaluation, Scorecard
from quality.scoring import HUNDREDTH
from telephony import queries as telephony
from telephony.queries.teams import team_of


@dataclass(frozen=True)
class CallChoice:
    """What an inspector asks for: calls of a period, of one agent or queue, long enough to be worth it."""

    start: datetime
    end: datetime
    agent_id: int | None = None
    queue_id: int | None = None
    min_talk_seconds: int = 0
    only_unscored: bool = True
    is_random: bool = False


def published_scorecards() -> QuerySet[Scorecard]:
    return Scorecard.objects.filter(state=Scorecard.State.PUBLISHED)


def scorecards() -> QuerySet[Scorecard]:
    return Scorecard.objects.annotate(item_count=Count("items"))


def scorecard(scorecard_id: int) -> Scorecard | None:
    return Scorecard.objects.prefetch_related("items").filter(pk=scorecard_id).first()


def evaluations() -> QuerySet[Evaluation]:
    return Evaluation.objects.select_related("scorecard", "agent", "agent__member", "inspector")


def visible_evaluations(member) -> QuerySet[Evaluation]:
    """Inspectors and leaders all, but who leads groups or teams those of their agents, as with calls; a team lead
    those of their agents; everybody what they wrote; an agent their own.
    """
    is_lead = policies.can_see_evaluations_of_team(member)
    own = Q(agent__member=member, pk__isnull=not policies.can_see_own_evaluations(member))
    if not policies.can_see_every_evaluation(member) and not is_lead:
        return evaluations().filter(own)
    team = team_of(member)
    if team is None:
        return evaluations()
    return evaluations().filter(own | Q(agent__in=team) | Q(inspector=member))


def evaluations_of_call(call_id: UUID, member) -> QuerySet[Evaluation]:
    return visible_evaluations(member).filter(call_id=call_id)


def unread_evaluations(member) -> int:
    return Evaluation.objects.filter(agent__member=member, read_at=None).count()


def mean_percent(found: QuerySet[Evaluation]) -> Decimal | None:
    """Mean of the scores, half up to 0.01; None without any."""
    mean = found.aggregate(mean=Avg("percent"))["mean"]
    return None if mean is None else Decimal(mean).quantize(HUNDREDTH, ROUND_HALF_UP)


def calls_to_score(choice: CallChoice, member):
    """Answered calls that ended, never the inspector's own; newest first or in random order."""
    found = telephony.visible_calls(member).filter(
        arrived_at__gte=choice.start,
        arrived_at__lt=choice.end,
        answered_at__isnull=False,
        ended_at__isnull=False,
        agent__isnull=False,
        talk_seconds__gte=choice.min_talk_seconds,
    )
    found = found.exclude(agent__member=member)
    if choice.agent_id:
        found = found.filter(agent_id=choice.agent_id)
    if choice.queue_id:
        found = found.filter(queue_id=choice.queue_id)
    if choice.only_unscored:
        found = found.exclude(pk__in=Evaluation.objects.values("call_id"))
    return found.order_by("?" if choice.is_random else "-arrived_at")


def mean_percent_by_agent(start: datetime, end: datetime) -> dict[int, Decimal]:
    """Mean score per agent id of evaluations published within [start, end), half up to 0.01."""
    found = Evaluation.objects.filter(published_at__gte=start, published_at__lt=end).order_by()
    means = found.values_list("agent_id").annotate(mean=Avg("percent"))
    return {agent_id: Decimal(mean).quantize(HUNDREDTH, ROUND_HALF_UP) for agent_id, mean in means}
