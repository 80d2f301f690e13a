"""Callers within hours of service and outside them: all together, and by the hours that applied to them."""

from __future__ import annotations

from dataclasses import dataclass, replace

from django.db.models import QuerySet
from django.utils.translation import gettext as _

from reporting import tables
from reporting.metric import Metric
from reporting.parts import Parts, sum_of
from reporting.queries import (
    CALL_PARTS,
    NO_HOURS,
    OUTSIDE,
    STAY_PARTS,
    UNKNOWN,
    WITHIN,
    Question,
    answers,
    arrivals,
    parts_of,
    stays,
)
from reporting.registry import METRICS, SHOWN_PER_HOURS
from telephony import queries as telephony
from telephony.queries.hours import names_of_hours

Key = tuple[int, str]
"""(id of the hours, NO_HOURS for none; within, outside or unknown)."""
_WORDS = {True: WITHIN, False: OUTSIDE, None: UNKNOWN}


@dataclass(frozen=True)
class HoursLine:
    """`hours_id` None: all hours together."""

    hours_id: int | None
    within: str
    parts: Parts


def hours_lines(question: Question) -> list[HoursLine]:
    """All together (within, outside, and unknown where there are such calls), then hours by hours; three statements."""
    found = _parts_by_hours(question)
    together = [HoursLine(None, word, _sum(found, word)) for word in (WITHIN, OUTSIDE, UNKNOWN)]
    apart = [
        HoursLine(hours_id, word, found[hours_id, word])
        for hours_id in sorted({key[0] for key in found})
        for word in (WITHIN, OUTSIDE)
        if (hours_id, word) in found
    ]
    return [line for line in together if line.within != UNKNOWN or line.parts.calls] + apart


def _sum(found: dict[Key, Parts], word: str) -> Parts:
    return sum_of(parts for key, parts in found.items() if key[1] == word)


def _parts_by_hours(question: Question) -> dict[Key, Parts]:
    asked = replace(question, hours_id=None, within="")
    found: dict[Key, Parts] = {}
    for key, parts in (
        *_grouped(arrivals(asked), CALL_PARTS, ""),
        *_grouped(stays(asked), STAY_PARTS, "call__"),
        *_grouped(answers(asked), telephony.SATISFACTION_COUNTS, "call__"),
    ):
        found[key] = found.get(key, Parts()) + parts
    return found


def _grouped(rows: QuerySet, counted: dict, of_call: str) -> list[tuple[Key, Parts]]:
    which, is_within = f"{of_call}hours_id", f"{of_call}is_within_hours"
    grouped = rows.order_by().values(which, is_within).annotate(**counted)
    return [((row.pop(which) or NO_HOURS, _WORDS[row.pop(is_within)]), parts_of(row)) for row in grouped]


def hours_tables(question: Question) -> list[tables.Table]:
    """What the page shows, a file holds and the API answers."""
    lines, names = hours_lines(question), names_of_hours()
    metrics = [METRICS[key] for key in SHOWN_PER_HOURS]
    together = [_line(_words()[one.within], one, metrics, question) for one in lines if one.hours_id is None]
    apart = [
        _line(f"{_name(one.hours_id, names)} · {_words()[one.within]}", one, metrics, question)
        for one in lines
        if one.hours_id is not None
    ]
    total = HoursLine(None, "", sum_of(one.parts for one in lines if one.hours_id is None))
    return [
        tables.Table(
            "hours_served",
            _("Within and outside hours of service"),
            _("Callers"),
            metrics,
            together,
            _line(_("Total"), total, metrics, question),
        ),
        tables.Table("hours_patterns", _("By hours of service"), _("Hours of service"), metrics, apart),
    ]


def _line(label: str, one: HoursLine, metrics: list[Metric], question: Question) -> tables.Line:
    asked = replace(question, hours_id=one.hours_id, within=one.within)
    address = tables.address_of(asked)
    return tables.Line(label, [tables.Cell(metric, metric.value(one.parts), address) for metric in metrics])


def _name(hours_id: int | None, names: dict[int, str]) -> str:
    if not hours_id:
        return _("Around the clock")
    return names.get(hours_id) or _("Hours that were deleted")


def _words() -> dict[str, str]:
    return {WITHIN: _("within the hours"), OUTSIDE: _("outside the hours"), UNKNOWN: _("not known")}


def said_in_words(question: Question) -> str:
    """What of hours narrows a question, for the head of a list; "" when nothing does."""
    said = [_name(question.hours_id, names_of_hours())] if question.hours_id is not None else []
    return " · ".join([*said, *([_words()[question.within]] if question.within else [])])
