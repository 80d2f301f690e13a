"""What a figure is: its id, formula in words, population, exclusions, unit and function; two kinds made shorter."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from django.db.models import Q
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from reporting.parts import Parts

COUNT, PERCENT, SECONDS, MARK = "count", "percent", "seconds", "mark"
STAYS, OFFERS, ANSWERS, LINES, CALLS, NOTHING = "stays", "offers", "answers", "lines", "calls", ""

ALL_STAYS = _(
    "Every stay in a queue that began in the period. A call that waits in two queues has two stays."
)
TALKS = _("Every conversation (an offer an agent answered) whose offer was made in the period.")
ASKED = _("Every caller asked after a call in the period, whether or not they answered.")
NO_SHORT = _(
    "Abandons shorter than the queue's short-abandon seconds, calls that flowed out, calls still waiting."
)
NONE = _("None.")


@dataclass(frozen=True, kw_only=True)
class Metric:
    """`members` are the rows the figure is made of; `counted` those of them in its numerator (None: all)."""

    id: str
    name: str | Promise
    formula: str | Promise
    population: str | Promise
    exclusions: str | Promise
    unit: str
    value: Callable[[Parts], float | None]
    source: str = NOTHING
    members: Q | None = None
    counted: Q | None = None
    is_chosen: bool = False


def stay_count(id: str, name, formula, value: Callable[[Parts], float], members: Q) -> Metric:
    return Metric(
        id=id,
        name=name,
        formula=formula,
        population=ALL_STAYS,
        exclusions=NONE,
        unit=COUNT,
        value=value,
        source=STAYS,
        members=members,
    )


def service_level(
    id: str, name, formula, function: Callable, members: Q, counted: Q, is_chosen=False
) -> Metric:
    return Metric(
        id=id,
        name=name,
        formula=formula,
        population=_(
            "Stays that began in the period and were answered or abandoned. X is the queue's own threshold."
        ),
        exclusions=NO_SHORT,
        unit=PERCENT,
        value=lambda parts: function(parts.service),
        source=STAYS,
        members=members,
        counted=counted,
        is_chosen=is_chosen,
    )
