"""Every figure a report shows, once: its id, formula in words, population, exclusions, unit and function.

Ids are those of docs/glossary.md. A figure that counts rows names the condition it counts by, and the same
condition lists them: the number and the list behind it cannot differ.
"""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from reporting import populations as rows
from reporting.hours_metrics import CALL_FIGURES
from reporting.line_metrics import LINE_QUALITY
from reporting.metric import (
    ALL_STAYS,
    ANSWERS,
    ASKED,
    COUNT,
    MARK,
    NONE,
    OFFERS,
    PERCENT,
    SECONDS,
    STAYS,
    TALKS,
    Metric,
    service_level,
    stay_count,
)
from telephony import metrics

COUNTS = (
    stay_count("O", _("Offered"), _("Number of stays that began"), lambda p: p.offered, rows.EVERY),
    stay_count("A", _("Answered"), _("Stays that ended with an agent"), lambda p: p.answered, rows.ANSWERED),
    stay_count(
        "B",
        _("Abandoned"),
        _("Stays that ended because the caller hung up"),
        lambda p: p.abandoned,
        rows.ABANDONED,
    ),
    stay_count(
        "B_SHORT",
        _("Short abandons"),
        _("Abandoned sooner than the queue's short-abandon seconds; part of B"),
        lambda p: p.short_abandoned,
        rows.SHORT,
    ),
    stay_count(
        "F",
        _("Flowed out"),
        _("Stays that ended by a transfer or an overflow to somewhere else"),
        lambda p: p.flowed_out,
        rows.FLOWED_OUT,
    ),
    stay_count(
        "VM",
        _("Voicemail"),
        _("Stays that ended with a message; a kind of flow-out"),
        lambda p: p.voicemail,
        rows.VOICEMAIL,
    ),
    stay_count(
        "LOST",
        _("Lost by the switch"),
        _("Stays that ended because the switch went away; a kind of flow-out"),
        lambda p: p.lost,
        rows.LOST,
    ),
    stay_count("W", _("Still waiting"), _("Stays that have not ended"), lambda p: p.waiting, rows.WAITING),
)

_DECIDED = rows.ANSWERED | rows.KEPT_ABANDONS

SERVICE_LEVELS = (
    service_level(
        "SL_F1",
        _("Service level F1"),
        _("(answered within X + abandoned within X) / (answered + abandoned) × 100"),
        metrics.service_level_f1,
        _DECIDED,
        rows.ANSWERED_WITHIN | rows.ABANDONED_WITHIN,
    ),
    service_level(
        "SL_F2",
        _("Service level F2"),
        _("answered within X / answered × 100"),
        metrics.service_level_f2,
        rows.ANSWERED,
        rows.ANSWERED_WITHIN,
    ),
    service_level(
        "SL_F3",
        _("Service level F3"),
        _("answered within X / (answered + abandoned) × 100"),
        metrics.service_level_f3,
        _DECIDED,
        rows.ANSWERED_WITHIN,
        is_chosen=True,
    ),
    service_level(
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
        exclusions=NONE,
        unit=SECONDS,
        value=lambda p: metrics.average_abandon_wait(p.abandon_wait, p.abandoned),
        source=STAYS,
        members=rows.ABANDONED,
    ),
    Metric(
        id="ABN",
        name=_("Abandon rate"),
        formula=_("abandoned / offered × 100"),
        population=ALL_STAYS,
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
        population=ALL_STAYS,
        exclusions=NONE,
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
        population=TALKS,
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
        population=TALKS,
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
        population=TALKS,
        exclusions=NONE,
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

SATISFACTION = (
    Metric(
        id="CSAT",
        name=_("Customer satisfaction"),
        formula=_("answers 4 and 5 / all answers × 100, on the scale from 1 to 5"),
        population=_("Callers who gave a mark from 1 to 5 after a call in the period."),
        exclusions=_("Callers who were asked and gave none; see the response rate."),
        unit=PERCENT,
        value=lambda p: metrics.customer_satisfaction(p.csat_satisfied, p.csat_answers),
        source=ANSWERS,
        members=rows.CSAT_ANSWERED,
        counted=rows.CSAT_SATISFIED,
    ),
    Metric(
        id="CSAT_MEAN",
        name=_("Mean mark"),
        formula=_("Σ marks / answers, on the scale from 1 to 5"),
        population=_("Callers who gave a mark from 1 to 5 after a call in the period."),
        exclusions=_("Callers who were asked and gave none; see the response rate."),
        unit=MARK,
        value=lambda p: metrics.mean_score(p.csat_sum, p.csat_answers),
        source=ANSWERS,
        members=rows.CSAT_ANSWERED,
    ),
    Metric(
        id="NPS",
        name=_("Net promoter score"),
        formula=_("% of marks 9 and 10 − % of marks 0 to 6; from −100 to 100"),
        population=_("Callers who gave a mark from 0 to 10 after a call in the period."),
        exclusions=_("Callers who were asked and gave none; see the response rate."),
        unit=MARK,
        value=lambda p: metrics.net_promoter_score(p.nps_promoters, p.nps_detractors, p.nps_answers),
        source=ANSWERS,
        members=rows.NPS_ANSWERED,
        counted=rows.NPS_PROMOTERS,
    ),
    Metric(
        id="SURVEYED",
        name=_("Asked after the call"),
        formula=_("Number of callers asked"),
        population=ASKED,
        exclusions=NONE,
        unit=COUNT,
        value=lambda p: p.csat_asked + p.nps_asked,
        source=ANSWERS,
        members=rows.EVERY,
    ),
    Metric(
        id="RESP",
        name=_("Response rate"),
        formula=_("callers who gave a mark / callers asked × 100"),
        population=ASKED,
        exclusions=NONE,
        unit=PERCENT,
        value=lambda p: metrics.ratio(p.csat_answers + p.nps_answers, p.csat_asked + p.nps_asked),
        source=ANSWERS,
        members=rows.EVERY,
        counted=rows.SCORED,
    ),
)

_EVERY_METRIC = (
    *COUNTS,
    *SERVICE_LEVELS,
    *RATES,
    *AGENT_FIGURES,
    *SATISFACTION,
    *LINE_QUALITY,
    *CALL_FIGURES,
)
METRICS = {metric.id: metric for metric in _EVERY_METRIC}

SHOWN_PER_SLOT = ("O", "A", "B", "F", "VM", "W", "SL_F3", "ASA", "AHT", "ATT", "ABN", "OCC")
HEADLINE = ("O", "A", "B", "ABN", "SL_F3", "ASA", "AHT", "ATT", "OCC", "CONN", "CSAT", "NPS")
SHOWN_PER_AGENT = ("HANDLED", "RONA", "ATT", "AHT", "OCC", "CSAT", "CSAT_MEAN", "SURVEYED")
SHOWN_PER_LINE = ("MOS", "POOR", "LOSS", "JITTER", "DELAY", "LINES")
SHOWN_PER_HOURS = (
    *("CALLS", "C_ANSWERED", "C_SERVED", "C_VM", "C_OUT", "C_NOBODY", "C_REACHED"),
    *("SL_F3", "ASA", "ABN", "CSAT"),
)
SHOWN_PER_SURVEY = ("CSAT", "CSAT_MEAN", "NPS", "SURVEYED", "RESP")


def metric(metric_id: str) -> Metric | None:
    return METRICS.get(metric_id)
