"""Every figure a report shows, once: its id, formula in words, population, exclusions, unit and function.

Ids are those of docs/glossary.md. A figure that counts rows names the condition it counts by, and the same
condition lists them: the number and the list behind it cannot differ.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from django.db.models import Q
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from reporting import populations as rows
from reporting.parts import Parts
from telephony import metrics

COUNT, PERCENT, SECONDS = "count", "percent", "seconds"
STAYS, OFFERS, NOTHING = "stays", "offers", ""

_ALL_STAYS = _(
    "Every stay in a queue that began in the period. A call that waits in two queues has two stays."
)
_TALKS = _("Every conversation (an offer an agent answered) whose offer was made in the period.")
_NO_SHORT = _(
    "Abandons shorter than the queue's short-abandon seconds, calls that flowed out, calls still waiting."
)
_NONE = _("None.")


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


def _stay_count(id: str, name, formula, value: Callable[[Parts], float], members: Q) -> Metric:
    return Metric(
        id=id,
        name=name,
        formula=formula,
        population=_ALL_STAYS,
        exclusions=_NONE,
        unit=COUNT,
        value=value,
        source=STAYS,
        members=members,
    )


def _service(id: str, name, formula, function: Callable, members: Q, counted: Q, is_chosen=False) -> Metric:
    return Metric(
        id=id,
        name=name,
        formula=formula,
        population=_(
            "Stays that began in the period and were answered or abandoned. X is the queue's own threshold."
        ),
        exclusions=_NO_SHORT,
        unit=PERCENT,
        value=lambda parts: function(parts.service),
        source=STAYS,
        members=members,
        counted=counted,
        is_chosen=is_chosen,
    )


COUNTS = (
    _stay_count("O", _("Offered"), _("Number of stays that began"), lambda p: p.offered, rows.EVERY),
    _stay_count("A", _("Answered"), _("Stays that ended with an agent"), lambda p: p.answered, rows.ANSWERED),
    _stay_count(
        "B",
        _("Abandoned"),
        _("Stays that ended because the caller hung up"),
        lambda p: p.abandoned,
        rows.ABANDONED,
    ),
    _stay_count(
        "B_SHORT",
        _("Short abandons"),
        _("Abandoned sooner than the queue's short-abandon seconds; part of B"),
        lambda p: p.short_abandoned,
        rows.SHORT,
    ),
    _stay_count(
        "F",
        _("Flowed out"),
        _("Stays that ended by a transfer or an overflow to somewhere else"),
        lambda p: p.flowed_out,
        rows.FLOWED_OUT,
    ),
    _stay_count(
        "VM",
        _("Voicemail"),
        _("Stays that ended with a message; a kind of flow-out"),
        lambda p: p.voicemail,
        rows.VOICEMAIL,
    ),
    _stay_count(
        "LOST",
        _("Lost by the switch"),
        _("Stays that ended because the switch went away; a kind of flow-out"),
        lambda p: p.lost,
        rows.LOST,
    ),
    _stay_count("W", _("Still waiting"), _("Stays that have not ended"), lambda p: p.waiting, rows.WAITING),
)

_DECIDED = rows.ANSWERED | rows.KEPT_ABANDONS

SERVICE_LEVELS = (
    _service(
        "SL_F1",
        _("Service level F1"),
        _("(answered within X + abandoned within X) / (answered + abandoned) × 100"),
        metrics.service_level_f1,
        _DECIDED,
        rows.ANSWERED_WITHIN | rows.ABANDONED_WITHIN,
    ),
    _service(
        "SL_F2",
        _("Service level F2"),
        _("answered within X / answered × 100"),
        metrics.service_level_f2,
        rows.ANSWERED,
        rows.ANSWERED_WITHIN,
    ),
    _service(
        "SL_F3",
        _("Service level F3"),
        _("answered within X / (answered + abandoned) × 100"),
        metrics.service_level_f3,
        _DECIDED,
        rows.ANSWERED_WITHIN,
        is_chosen=True,
    ),
    _service(
        "SL_F4",
        _("Service level F4"),
        _("answered within X / (answered + abandoned later than X) × 100"),
        metrics.service_level_f4,
        rows.ANSWERED | rows.ABANDONED_LATER,
        rows.ANSWERED_WITHIN,
    ),
)

RATES = (
    Metric(
        id="ASA",
        name=_("Average speed of answer"),
        formula=_(
            "Σ wait of answered / answered; the wait begins at the queue and ends when the agent answers"
        ),
        population=_("Answered stays that began in the period."),
        exclusions=_("Time before the queue."),
        unit=SECONDS,
        value=lambda p: metrics.average_speed_of_answer(p.answer_wait, p.answered),
        source=STAYS,
        members=rows.ANSWERED,
    ),
    Metric(
        id="AHD",
        name=_("Average wait of abandoned"),
        formula=_("Σ wait of abandoned / abandoned"),
        population=_("Abandoned stays that began in the period, short ones too."),
        exclusions=_NONE,
        unit=SECONDS,
        value=lambda p: metrics.average_abandon_wait(p.abandon_wait, p.abandoned),
        source=STAYS,
        members=rows.ABANDONED,
    ),
    Metric(
        id="ABN",
        name=_("Abandon rate"),
        formula=_("abandoned / offered × 100"),
        population=_ALL_STAYS,
        exclusions=_("Callbacks are not abandons."),
        unit=PERCENT,
        value=lambda p: metrics.abandon_rate(p.abandoned, p.offered),
        source=STAYS,
        members=rows.EVERY,
        counted=rows.ABANDONED,
    ),
    Metric(
        id="CONN",
        name=_("Connect rate"),
        formula=_("answered / offered × 100"),
        population=_ALL_STAYS,
        exclusions=_NONE,
        unit=PERCENT,
        value=lambda p: metrics.connect_rate(p.answered, p.offered),
        source=STAYS,
        members=rows.EVERY,
        counted=rows.ANSWERED,
    ),
    Metric(
        id="AHT",
        name=_("Average handle time"),
        formula=_("(talk + hold + wrap-up) / conversations"),
        population=_TALKS,
        exclusions=_("Not-ready time. Hold is counted once, beside talk."),
        unit=SECONDS,
        value=lambda p: metrics.average_handle_time(p.talk, p.hold, p.wrap_up, p.handled),
        source=OFFERS,
        members=rows.BRIDGED,
    ),
    Metric(
        id="ATT",
        name=_("Average talk time"),
        formula=_("talk / conversations"),
        population=_TALKS,
        exclusions=_("Hold and wrap-up."),
        unit=SECONDS,
        value=lambda p: metrics.average_talk_time(p.talk, p.handled),
        source=OFFERS,
        members=rows.BRIDGED,
    ),
    Metric(
        id="OCC",
        name=_("Contact occupancy"),
        formula=_("time on contacts / (time on contacts + idle time) × 100; wrap-up is on contact"),
        population=_(
            "All agents while online, from the log of their states. Not by queue: an agent serves several."
        ),
        exclusions=_("Not-ready time and ringing."),
        unit=PERCENT,
        value=lambda p: metrics.occupancy(p.contact, p.idle),
    ),
)

AGENT_FIGURES = (
    Metric(
        id="HANDLED",
        name=_("Conversations"),
        formula=_("Number of conversations"),
        population=_TALKS,
        exclusions=_NONE,
        unit=COUNT,
        value=lambda p: p.handled,
        source=OFFERS,
        members=rows.BRIDGED,
    ),
    Metric(
        id="RONA",
        name=_("Not answered"),
        formula=_("Offers that rang until their end; once per miss"),
        population=_("Every offer made in the period."),
        exclusions=_("Offers that ended because the caller left or the switch refused."),
        unit=COUNT,
        value=lambda p: p.missed,
        source=OFFERS,
        members=rows.MISSED,
    ),
)

METRICS = {metric.id: metric for metric in (*COUNTS, *SERVICE_LEVELS, *RATES, *AGENT_FIGURES)}

SHOWN_PER_SLOT = ("O", "A", "B", "F", "VM", "W", "SL_F3", "ASA", "AHT", "ATT", "ABN", "OCC")
HEADLINE = ("O", "A", "B", "ABN", "SL_F3", "ASA", "AHT", "ATT", "OCC", "CONN")
SHOWN_PER_AGENT = ("HANDLED", "RONA", "ATT", "AHT", "OCC")


def metric(metric_id: str) -> Metric | None:
    return METRICS.get(metric_id)
