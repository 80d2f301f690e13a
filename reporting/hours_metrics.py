"""Calls as they came in, whether or not they ever waited: what is compared by hours of service."""

from __future__ import annotations

from collections.abc import Callable

from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from reporting import populations as rows
from reporting.metric import CALLS, COUNT, NONE, PERCENT, Metric
from reporting.parts import Parts
from telephony import metrics

CAME_IN = _("Every call from outside that arrived in the period, also those that never waited in a queue.")
_STILL = _("Calls that have not ended.")


def _count(id: str, name, formula, value: Callable[[Parts], float], members: Q, exclusions=_STILL) -> Metric:
    return Metric(
        id=id,
        name=name,
        formula=formula,
        population=CAME_IN,
        exclusions=exclusions,
        unit=COUNT,
        value=value,
        source=CALLS,
        members=members,
    )


CALL_FIGURES = (
    _count("CALLS", _("Calls that came in"), _("Number of calls"), lambda p: p.calls, rows.EVERY, NONE),
    _count(
        "C_ANSWERED",
        _("Spoke with a person"),
        _("Calls that ended after an agent had answered"),
        lambda p: p.calls_answered,
        rows.CALL_ANSWERED,
    ),
    _count(
        "C_SERVED",
        _("Served without a person"),
        _("Calls to which the call flow gave the answer"),
        lambda p: p.calls_served,
        rows.CALL_SERVED,
    ),
    _count(
        "C_VM",
        _("Left a message"),
        _("Calls that ended with a message"),
        lambda p: p.calls_voicemail,
        rows.CALL_VOICEMAIL,
    ),
    _count(
        "C_OUT",
        _("Sent elsewhere"),
        _("Calls that ended at an outside number, or with a callback promised"),
        lambda p: p.calls_elsewhere,
        rows.CALL_ELSEWHERE,
    ),
    _count(
        "C_NOBODY",
        _("Reached nobody"),
        _("Calls abandoned while waiting, left before the queue, refused with a notice, or lost"),
        lambda p: p.calls_unserved,
        rows.CALL_UNSERVED,
    ),
    Metric(
        id="C_REACHED",
        name=_("Share that spoke with a person"),
        formula=_("calls answered by an agent / calls that came in × 100"),
        population=CAME_IN,
        exclusions=NONE,
        unit=PERCENT,
        value=lambda p: metrics.ratio(p.calls_answered, p.calls),
        source=CALLS,
        members=rows.EVERY,
        counted=rows.CALL_ANSWERED,
    ),
)
