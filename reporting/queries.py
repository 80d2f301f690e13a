"""Calls by day and hour on the tenant's clock, agents' performance, and the rows behind each number."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import date, datetime
from decimal import Decimal
from functools import cached_property
from typing import Any

from django.db.models import Count, QuerySet, Sum
from django.db.models.functions import ExtractHour, TruncDate

from quality import queries as quality
from reporting import populations as rows
from reporting.metric import ANSWERS, CALLS, LINES, OFFERS, STAYS, Metric
from reporting.parts import Parts, sum_of
from reporting.periods import Period
from telephony import queries as telephony
from telephony.queries.line_quality import LINE_COUNTS, line_qualities
from telephony.queries.sites import NO_SITE, agents_of_site, sites_of_agents
from telephony.queries.worktime import WorkTime, work_time_by_agent, work_time_by_hour
from tenants.people.queries import teams as people

Slot = tuple[date, int]
NO_HOURS = 0
WITHIN, OUTSIDE, UNKNOWN = "within", "outside", "unknown"
SERVED = {WITHIN: True, OUTSIDE: False, UNKNOWN: None}


@dataclass(frozen=True)
class Question:
    """What a report is about. `queue_id` None is all queues; day, hour and agent narrow it."""

    period: Period
    queue_id: int | None = None
    day: date | None = None
    hour: int | None = None
    agent_id: int | None = None
    trunk: str | None = None
    site_id: int | None = None
    """`NO_SITE`: agents who belong to none."""
    hours_id: int | None = None
    """Calls to which these hours of service applied; `NO_HOURS`: those served around the clock."""
    within: str = ""
    """`WITHIN` or `OUTSIDE` the hours of service, `UNKNOWN` of neither; "": all."""

    @property
    def queue_ids(self) -> list[int] | None:
        return None if self.queue_id is None else [self.queue_id]

    @cached_property
    def agent_ids(self) -> list[int] | None:
        """Of the agent, or of the site; None: everybody."""
        if self.agent_id is not None:
            return [self.agent_id]
        return None if self.site_id is None else agents_of_site(self.site_id)


@dataclass(frozen=True)
class Report:
    """`days` has every day of the period, `hours` every hour of the clock 0–23, quiet ones too."""

    days: dict[date, Parts]
    hours: dict[int, Parts]
    total: Parts


@dataclass(frozen=True)
class AgentLine:
    """`score` is the mean of the agent's evaluations in percent, None without any."""

    agent_id: int
    name: str
    parts: Parts
    work: WorkTime
    score: Decimal | None


@dataclass(frozen=True)
class SiteLine:
    """What the agents of a site did together; `site_id` NO_SITE: those of none."""

    site_id: int
    name: str
    agents: int
    parts: Parts
    work: WorkTime


def report(question: Question, now: datetime) -> Report:
    """Five aggregations in all, each one statement, grouped by local day and hour."""
    slots: dict[Slot, Parts] = {}
    for found in (
        _call_parts(question),
        _stay_parts(question),
        _offer_parts(question),
        _answer_parts(question),
        _work_parts(question, now),
    ):
        for slot, parts in found.items():
            slots[slot] = slots.get(slot, Parts()) + parts
    days = dict.fromkeys(question.period.days, Parts())
    hours = dict.fromkeys(range(24), Parts())
    for (day, hour), parts in slots.items():
        days[day] += parts
        hours[hour] += parts
    return Report(days=days, hours=hours, total=sum_of(slots.values()))


def _by_slot(found: QuerySet, moment: str, question: Question, parts: dict) -> dict[Slot, Parts]:
    zone = question.period.zone
    local = found.order_by().annotate(
        slot_day=TruncDate(moment, tzinfo=zone), slot_hour=ExtractHour(moment, tzinfo=zone)
    )
    grouped = local.values("slot_day", "slot_hour").annotate(**parts)
    return {(row.pop("slot_day"), row.pop("slot_hour")): parts_of(row) for row in grouped}


def parts_of(row: dict) -> Parts:
    """Columns are called like the parts; sums have `sum_` before it and may be null."""
    sums: dict[str, Any] = {
        name.removeprefix("sum_"): float(row.pop(name) or 0) for name in _SUMS if name in row
    }
    return Parts(**row, **sums)


_SUMS = (
    *("sum_answer_wait", "sum_abandon_wait", "sum_talk", "sum_hold", "sum_wrap_up"),
    *("sum_mos", "sum_loss", "sum_jitter", "sum_delay"),
)


CALL_PARTS = {
    "calls": Count("pk"),
    "calls_answered": Count("pk", filter=rows.CALL_ANSWERED),
    "calls_served": Count("pk", filter=rows.CALL_SERVED),
    "calls_voicemail": Count("pk", filter=rows.CALL_VOICEMAIL),
    "calls_elsewhere": Count("pk", filter=rows.CALL_ELSEWHERE),
    "calls_unserved": Count("pk", filter=rows.CALL_UNSERVED),
}
STAY_PARTS = {
    "offered": Count("pk"),
    "answered": Count("pk", filter=rows.ANSWERED),
    "answered_within": Count("pk", filter=rows.ANSWERED_WITHIN),
    "abandoned": Count("pk", filter=rows.ABANDONED),
    "abandoned_within": Count("pk", filter=rows.ABANDONED_WITHIN),
    "abandoned_later": Count("pk", filter=rows.ABANDONED_LATER),
    "short_abandoned": Count("pk", filter=rows.SHORT),
    "flowed_out": Count("pk", filter=rows.FLOWED_OUT),
    "voicemail": Count("pk", filter=rows.VOICEMAIL),
    "lost": Count("pk", filter=rows.LOST),
    "waiting": Count("pk", filter=rows.WAITING),
    "sum_answer_wait": Sum("waited", filter=rows.ANSWERED),
    "sum_abandon_wait": Sum("waited", filter=rows.ABANDONED),
}


def _call_parts(question: Question) -> dict[Slot, Parts]:
    return _by_slot(arrivals(question), "arrived_at", question, CALL_PARTS)


def _stay_parts(question: Question) -> dict[Slot, Parts]:
    return _by_slot(stays(question), "entered_at", question, STAY_PARTS)


_OFFER_PARTS = {
    "handled": Count("pk", filter=rows.BRIDGED),
    "missed": Count("pk", filter=rows.MISSED),
    "sum_talk": Sum("talk_seconds", filter=rows.BRIDGED),
    "sum_hold": Sum("hold_seconds", filter=rows.BRIDGED),
    "sum_wrap_up": Sum("wrap_up_seconds", filter=rows.BRIDGED),
}


def _offer_parts(question: Question) -> dict[Slot, Parts]:
    return _by_slot(offers(question), "offered_at", question, _OFFER_PARTS)


def _work_parts(question: Question, now: datetime) -> dict[Slot, Parts]:
    """Agents serve several queues, so a question about one queue has no occupancy."""
    if question.queue_id is not None:
        return {}
    period = question.period
    found = work_time_by_hour(period.start, min(period.end, now), period.zone.key)
    return {slot: Parts(contact=work.contact, idle=work.idle) for slot, work in found.items()}


def arrivals(question: Question) -> QuerySet:
    """Calls that came in, whether or not they waited."""
    found = telephony.calls_that_came(question.period.start, question.period.end, question.queue_id)
    if question.agent_ids is not None:
        found = found.filter(agent_id__in=question.agent_ids)
    return _narrowed(found, "arrived_at", question, of_call="")


def stays(question: Question) -> QuerySet:
    """The stays of the question, with `waited`."""
    period = question.period
    found = rows.timed(telephony.stays(period.start, period.end, question.queue_ids))
    if question.agent_ids is not None:
        found = found.filter(agent_id__in=question.agent_ids)
    return _narrowed(found, "entered_at", question)


def offers(question: Question) -> QuerySet:
    period = question.period
    found = telephony.offers(period.start, period.end)
    if question.queue_id is not None:
        found = found.filter(stay__queue_id=question.queue_id)
    if question.agent_ids is not None:
        found = found.filter(agent_id__in=question.agent_ids)
    return _narrowed(found, "offered_at", question)


def _narrowed(found: QuerySet, moment: str, question: Question, *, of_call: str = "call__") -> QuerySet:
    """Only one local day, or one hour of the clock, of the period; only calls within or outside hours of service."""
    zone = question.period.zone
    if question.day is not None:
        found = found.annotate(only_day=TruncDate(moment, tzinfo=zone)).filter(only_day=question.day)
    if question.hour is not None:
        found = found.annotate(only_hour=ExtractHour(moment, tzinfo=zone)).filter(only_hour=question.hour)
    if question.within:
        found = found.filter(**{f"{of_call}is_within_hours": SERVED[question.within]})
    if question.hours_id is not None:
        found = found.filter(**{f"{of_call}hours_id": question.hours_id or None})
    return found


def answers(question: Question) -> QuerySet:
    """Callers asked after a call in the period, by the queue they were talked to in and by their agent."""
    found = telephony.survey_answers(question.period.start, question.period.end)
    if question.queue_id is not None:
        found = found.filter(queue_id=question.queue_id)
    if question.agent_ids is not None:
        found = found.filter(agent_id__in=question.agent_ids)
    return _narrowed(found, "asked_at", question)


def _answer_parts(question: Question) -> dict[Slot, Parts]:
    return _by_slot(answers(question), "asked_at", question, telephony.SATISFACTION_COUNTS)


def lines(question: Question) -> QuerySet:
    """Legs that ended in the period and were measured."""
    found = line_qualities(question.period.start, question.period.end)
    if question.queue_id is not None:
        found = found.filter(leg__call__queue_id=question.queue_id)
    if question.agent_ids is not None:
        found = found.filter(agent_id__in=question.agent_ids)
    if question.trunk is not None:
        found = found.filter(trunk=question.trunk)
    return _narrowed(found, "ended_at", question, of_call="leg__call__")


def line_days(question: Question) -> dict[date, Parts]:
    """Every day of the period, quiet ones too."""
    days = dict.fromkeys(question.period.days, Parts())
    for (day, _hour), parts in _by_slot(lines(question), "ended_at", question, LINE_COUNTS).items():
        days[day] += parts
    return days


def line_parts_by(name: str, question: Question) -> dict[Any, Parts]:
    """By `agent_id` or `trunk`; what has none is left out."""
    grouped = lines(question).order_by().values(name).annotate(**LINE_COUNTS)
    return {key: parts_of(row) for row in grouped if (key := row.pop(name)) not in (None, "")}


def satisfaction_lines(question: Question) -> list[tuple[str, int, Parts]]:
    """(name, queue's id, parts) of each queue whose callers were asked, by name."""
    grouped = answers(question).order_by().values("queue_id").annotate(**telephony.SATISFACTION_COUNTS)
    parts = {row.pop("queue_id"): parts_of(row) for row in grouped}
    return [(queue.name, queue.pk, parts[queue.pk]) for queue in telephony.queues() if queue.pk in parts]


def rows_behind(metric: Metric, question: Question) -> QuerySet | None:
    """What the figure is made of, newest first; None for figures that are not made of calls."""
    if metric.source == STAYS:
        found, order = stays(question).select_related("call", "agent", "queue"), "-entered_at"
    elif metric.source == OFFERS:
        found, order = offers(question).select_related("call", "agent", "stay__queue"), "-offered_at"
    elif metric.source == CALLS:
        found, order = arrivals(question), "-arrived_at"
    elif metric.source == ANSWERS:
        found, order = answers(question), "-asked_at"
    elif metric.source == LINES:
        found, order = lines(question), "-ended_at"
    else:
        return None
    return found.filter(metric.members).order_by(order, "-pk")


def counted_keys(metric: Metric, found: QuerySet) -> set | None:
    """Keys of the rows in the numerator; None when all of them are."""
    return None if metric.counted is None else set(found.filter(metric.counted).values_list("pk", flat=True))


def agent_lines(question: Question, now: datetime) -> list[AgentLine]:
    """One line for each agent who may take calls, in the order of their extensions."""
    period = question.period
    grouped = offers(question).order_by().values("agent_id").annotate(**_OFFER_PARTS)
    parts = {row.pop("agent_id"): parts_of(row) for row in grouped}
    rated = answers(question).order_by().values("agent_id").annotate(**telephony.SATISFACTION_COUNTS)
    for row in rated:
        agent_id = row.pop("agent_id")
        parts[agent_id] = parts.get(agent_id, Parts()) + parts_of(row)
    work = work_time_by_agent(period.start, min(period.end, now), period.zone.key)
    scores = quality.mean_percent_by_agent(period.start, period.end)
    return [
        _line(agent, parts.get(agent.pk, Parts()), work.get(agent.pk, WorkTime()), scores.get(agent.pk))
        for agent in telephony.agents_on_floor()
    ]


def _line(agent, parts: Parts, work: WorkTime, score: Decimal | None) -> AgentLine:
    worked = replace(parts, contact=work.contact, idle=work.idle)
    return AgentLine(agent.pk, agent.name, worked, work, score)


def site_lines(question: Question, now: datetime) -> list[SiteLine]:
    """One line for each site, by name, then those without one; each is the sum of its agents' lines."""
    places, names = sites_of_agents(), {site.pk: site.name for site in people.sites()}
    of_site: dict[int, list[AgentLine]] = {site_id: [] for site_id in (*names, NO_SITE)}
    for line in agent_lines(question, now):
        of_site[places.get(line.agent_id, NO_SITE)].append(line)
    return [
        SiteLine(
            site_id,
            names.get(site_id, ""),
            len(lines),
            sum_of(line.parts for line in lines),
            WorkTime(
                online=sum(line.work.online for line in lines),
                not_ready=sum(line.work.not_ready for line in lines),
            ),
        )
        for site_id, lines in of_site.items()
        if lines or site_id != NO_SITE
    ]
