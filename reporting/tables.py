"""A report as tables of cells: what a page shows, what a file holds and what the API answers are the same cells."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import date
from urllib.parse import urlencode

from django.utils.translation import gettext as _

from reporting.metric import Metric
from reporting.parts import Parts, sum_of
from reporting.queries import AgentLine, Question, Report, SiteLine
from reporting.registry import METRICS, SHOWN_PER_AGENT, SHOWN_PER_LINE, SHOWN_PER_SLOT, SHOWN_PER_SURVEY

Value = str | int | float | None


@dataclass(frozen=True)
class Cell:
    """`value` is the exact one (seconds, percent, count); `address` is the query of the rows behind it."""

    metric: Metric
    value: float | None
    address: str


@dataclass(frozen=True)
class Extra:
    """A column that is no metric of the registry: nothing stands behind it but the row itself."""

    name: str
    unit: str


@dataclass(frozen=True)
class Line:
    """`extra` are the values of the table's `more` columns, in their order."""

    label: str
    cells: list[Cell]
    extra: list[tuple[float | None, str]] = field(default_factory=list)


@dataclass(frozen=True)
class Table:
    """`key` names it in addresses; `heading` is over the labels; `more` heads the extra columns."""

    key: str
    title: str
    heading: str
    metrics: list[Metric]
    lines: list[Line]
    total: Line | None = None
    more: list[Extra] = field(default_factory=list)


def day_table(report: Report, question: Question) -> Table:
    lines = [_line(day.isoformat(), parts, question, day=day) for day, parts in report.days.items()]
    return _table("days", _("By day"), _("Day"), lines, report, question)


def hour_table(report: Report, question: Question) -> Table:
    """Hours of the clock over all days of the period."""
    lines = [
        _line(f"{hour:02d}:00–{hour + 1:02d}:00", parts, question, hour=hour)
        for hour, parts in report.hours.items()
    ]
    return _table("hours", _("By hour of the day"), _("Hour"), lines, report, question)


def _table(
    key: str, title: str, heading: str, lines: list[Line], report: Report, question: Question
) -> Table:
    metrics = [METRICS[key] for key in SHOWN_PER_SLOT]
    total = _line(_("Total"), report.total, question)
    return Table(key, title, heading, metrics, lines, total)


def _line(
    label: str, parts: Parts, question: Question, *, day: date | None = None, hour: int | None = None
) -> Line:
    address = address_of(question, day=day, hour=hour)
    return Line(label, [Cell(METRICS[key], METRICS[key].value(parts), address) for key in SHOWN_PER_SLOT])


def satisfaction_table(lines: Iterable[tuple[str, int, Parts]], total: Parts, question: Question) -> Table:
    """By queue; the total has the answers of callers whose queue is not known, too."""
    metrics = [METRICS[key] for key in SHOWN_PER_SURVEY]

    def line(label: str, parts: Parts, **narrower: object) -> Line:
        address = address_of(question, **narrower)
        return Line(label, [Cell(metric, metric.value(parts), address) for metric in metrics])

    shown = [line(name, parts, queue=queue_id) for name, queue_id, parts in lines]
    return Table("satisfaction", _("By queue"), _("Queue"), metrics, shown, line(_("Total"), total))


def line_table(
    key: str,
    title: str,
    heading: str,
    lines: Iterable[tuple[str, dict[str, object], Parts]],
    question: Question,
) -> Table:
    """How well lines were heard; each line is a label, what narrows the question to it, and its parts."""
    metrics = [METRICS[key] for key in SHOWN_PER_LINE]
    shown, all_parts = [], []
    for label, narrower, parts in lines:
        address = address_of(question, **narrower)
        shown.append(Line(label, [Cell(metric, metric.value(parts), address) for metric in metrics]))
        all_parts.append(parts)
    address = address_of(question)
    total = Line(_("Total"), [Cell(metric, metric.value(sum_of(all_parts)), address) for metric in metrics])
    return Table(key, title, heading, metrics, shown, total if key == "line_days" else None)


def agent_table(agents: Iterable[AgentLine], question: Question) -> Table:
    metrics = [METRICS[key] for key in SHOWN_PER_AGENT]
    more = [
        Extra(_("Signed in"), "seconds"),
        Extra(_("Not ready"), "seconds"),
        Extra(_("Mean score"), "percent"),
    ]
    lines = [_agent_line(one, metrics, question) for one in agents]
    return Table("agents", _("By agent"), _("Agent"), metrics, lines, None, more)


def site_table(sites: Iterable[SiteLine], question: Question) -> Table:
    """The figures of agents, site by site, by the same definitions; the total is everybody's."""
    metrics = [METRICS[key] for key in SHOWN_PER_AGENT]
    more = [Extra(_("Agents"), "count"), Extra(_("Signed in"), "seconds"), Extra(_("Not ready"), "seconds")]
    lines, all_parts = [], []
    for one in sites:
        address = address_of(question, site=one.site_id)
        cells = [Cell(metric, metric.value(one.parts), address) for metric in metrics]
        extra: list[tuple[float | None, str]] = [
            (one.agents, "count"),
            (one.work.online, "seconds"),
            (one.work.not_ready, "seconds"),
        ]
        lines.append(Line(one.name or _("Of no site"), cells, extra))
        all_parts.append(one.parts)
    total = sum_of(all_parts)
    address = address_of(question)
    everybody = Line(_("Total"), [Cell(metric, metric.value(total), address) for metric in metrics])
    return Table("sites", _("By site"), _("Site"), metrics, lines, everybody, more)


def _agent_line(one: AgentLine, metrics: list[Metric], question: Question) -> Line:
    address = address_of(question, agent=one.agent_id)
    cells = [Cell(metric, metric.value(one.parts), address) for metric in metrics]
    score = None if one.score is None else float(one.score)
    extra = [(one.work.online, "seconds"), (one.work.not_ready, "seconds"), (score, "percent")]
    return Line(one.name, cells, extra)


def address_of(question: Question, **narrower: object) -> str:
    """`first=…&last=…&queue=…` and what narrows it: the filters as they stand in every link."""
    period = question.period
    said = {
        "first": period.first,
        "last": period.last,
        "queue": question.queue_id,
        "trunk": question.trunk,
        "site": question.site_id,
        "hours": question.hours_id,
        "within": question.within or None,
        **narrower,
    }
    return urlencode({name: value for name, value in said.items() if value is not None})


def shown_value(value: float | None, unit: str) -> str:
    """A count as it is, percent with one decimal, seconds as m:ss; a dash when there is nothing to divide by."""
    if value is None:
        return "–"
    if unit == "percent":
        return f"{value:.1f}"
    if unit == "mark":
        return f"{value:.2f}"
    if unit == "seconds":
        return _clock(round(value))
    return str(round(value))


def _clock(seconds: int) -> str:
    minutes, rest = divmod(seconds, 60)
    return f"{minutes}:{rest:02d}" if minutes < 60 else f"{minutes // 60}:{minutes % 60:02d}:{rest:02d}"


def kept_value(value: float | None, unit: str) -> Value:
    """For files and programs: percent to one decimal and seconds to one decimal, as numbers."""
    if value is None:
        return None
    if unit == "mark":
        return round(value, 2)
    return round(value) if unit == "count" else round(value, 1)
