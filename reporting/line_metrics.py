"""The figures of how well lines were heard; part of the registry."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from reporting import populations as rows
from reporting.metric import COUNT, LINES, MARK, PERCENT, Metric
from telephony import metrics

_JUDGED = _(
    "Every leg that ended in the period and sent at least two seconds of sound: callers, agents, outside."
)
_UNHEARD = _(
    "Legs of which the switch wrote no measurement; delay and codec, which are in none of these marks."
)

LINE_QUALITY = (
    Metric(
        id="LINES",
        name=_("Lines judged"),
        formula=_("Number of legs with a measurement"),
        population=_JUDGED,
        exclusions=_UNHEARD,
        unit=COUNT,
        value=lambda p: p.lines,
        source=LINES,
        members=rows.EVERY,
    ),
    Metric(
        id="MOS",
        name=_("MOS"),
        formula=_("Σ MOS / legs; from the share of packets that arrived, 4.5 is perfect"),
        population=_JUDGED,
        exclusions=_UNHEARD,
        unit=MARK,
        value=lambda p: metrics.mean_score(p.mos, p.lines),
        source=LINES,
        members=rows.EVERY,
    ),
    Metric(
        id="POOR",
        name=_("Poor lines"),
        formula=_("legs with a MOS below the tenant's threshold of then / legs × 100"),
        population=_JUDGED,
        exclusions=_UNHEARD,
        unit=PERCENT,
        value=lambda p: metrics.ratio(p.poor_lines, p.lines),
        source=LINES,
        members=rows.EVERY,
        counted=rows.POOR_LINES,
    ),
    Metric(
        id="LOSS",
        name=_("Packet loss"),
        formula=_("Σ percent of packets that never arrived / legs"),
        population=_JUDGED,
        exclusions=_UNHEARD,
        unit=PERCENT,
        value=lambda p: metrics.mean_score(p.loss, p.lines),
        source=LINES,
        members=rows.EVERY,
    ),
    Metric(
        id="JITTER",
        name=_("Jitter (ms)"),
        formula=_("Σ largest jitter of a leg in milliseconds / legs"),
        population=_JUDGED,
        exclusions=_UNHEARD,
        unit=MARK,
        value=lambda p: metrics.mean_score(p.jitter, p.lines),
        source=LINES,
        members=rows.EVERY,
    ),
    Metric(
        id="DELAY",
        name=_("Round trip (ms)"),
        formula=_("Σ time to the far end and back in milliseconds / legs whose far end reports it"),
        population=_JUDGED,
        exclusions=_("Legs whose telephone or carrier reports nothing back (RTCP)."),
        unit=MARK,
        value=lambda p: metrics.mean_score(p.delay, p.delays),
        source=LINES,
        members=rows.TIMED_LINES,
    ),
)
