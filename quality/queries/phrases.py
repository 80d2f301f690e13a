"""What was listened to for sentences that must be said: found, counted, and what is still to be heard."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from django.db.models import Count, Q, QuerySet

from quality.models import PhraseCheck, PhraseListening, PhraseVerdict
from telephony.queries.teams import scope_of, team_of

MISSING, WHOLE, FAILED, WAITING, OVERRULED = "missing", "whole", "failed", "waiting", "overruled"


@dataclass(frozen=True, kw_only=True)
class Wanted:
    """`outcome`: one of the five above; empty is not asked."""

    start: datetime | None = None
    end: datetime | None = None
    agent_id: int | None = None
    queue_id: int | None = None
    outcome: str = ""


@dataclass(frozen=True)
class Tally:
    """`whole` of `heard` talks had every sentence; `percent` None without any. `waiting` and `failed` count in none."""

    heard: int
    whole: int
    waiting: int
    failed: int
    by_phrase: tuple[tuple[str, int, int], ...] = ()
    """(sentence, said in, of how many talks), the most often left out first."""

    @property
    def percent(self) -> float | None:
        return round(100 * self.whole / self.heard, 1) if self.heard else None


def phrase_listening() -> PhraseListening:
    """As saved; switched off where nobody has saved anything."""
    return PhraseListening.objects.first() or PhraseListening()


def visible_checks(member) -> QuerySet[PhraseCheck]:
    """Of the agents and queues this member leads or inspects, as with recordings."""
    found = PhraseCheck.objects.select_related("agent", "agent__member", "queue")
    team, queues = team_of(member), scope_of(member).queues
    if team is not None:
        found = found.filter(agent__in=team)
    return found if queues is None else found.filter(queue__in=queues)


def found_checks(member, wanted: Wanted) -> QuerySet[PhraseCheck]:
    conditions = {
        "talked_at__gte": wanted.start,
        "talked_at__lt": wanted.end,
        "agent_id": wanted.agent_id,
        "queue_id": wanted.queue_id,
    }
    given = {name: value for name, value in conditions.items() if value is not None}
    return visible_checks(member).filter(**given).filter(_of(wanted.outcome))


def _of(outcome: str) -> Q:
    heard = Q(state=PhraseCheck.State.HEARD)
    return {
        MISSING: Q(missing__gt=0),
        WHOLE: heard & Q(missing=0),
        FAILED: Q(state=PhraseCheck.State.FAILED),
        WAITING: Q(state=PhraseCheck.State.WAITING),
        OVERRULED: Q(pk__in=PhraseVerdict.objects.filter(overruled_at__isnull=False).values("talk_id")),
    }.get(outcome, Q())


def tally(found: QuerySet[PhraseCheck]) -> Tally:
    """Of all that was found, not of a page of it."""
    found = found.select_related(None).order_by()
    states = PhraseCheck.State
    sums = found.aggregate(
        heard=Count("pk", filter=Q(state=states.HEARD)),
        whole=Count("pk", filter=Q(state=states.HEARD, missing=0)),
        waiting=Count("pk", filter=Q(state=states.WAITING)),
        failed=Count("pk", filter=Q(state=states.FAILED)),
    )
    said = Q(was_heard=True, overruled_at=None) | Q(was_heard=False, overruled_at__isnull=False)
    verdicts = PhraseVerdict.objects.filter(talk__in=found.values("pk")).order_by()
    rows = verdicts.values_list("phrase").annotate(said=Count("pk", filter=said), of=Count("pk"))
    return Tally(**sums, by_phrase=tuple(sorted(rows, key=lambda row: (row[1] / row[2], row[0]))))


def checks_of_call(call_id: UUID, member) -> list[PhraseCheck]:
    found = visible_checks(member).filter(call_id=call_id).prefetch_related("verdicts")
    return list(found.order_by("talked_at"))


def check_of_verdict(verdict_id: int, member) -> PhraseCheck | None:
    return visible_checks(member).filter(verdicts=verdict_id).first()


def due_check(at: datetime) -> PhraseCheck | None:
    """The one that has waited longest, if its time has come."""
    waiting = PhraseCheck.objects.filter(state=PhraseCheck.State.WAITING, due_at__lte=at)
    return waiting.order_by("due_at", "pk").first()
