"""Which rows stand behind which number: one condition each, to count and to list, so both agree.

Stays are rows of telephony's ledger of waiting (offered = a stay began); conversations are its answered offers.
`waited` is an annotation made by `timed`.
"""

from __future__ import annotations

from django.db.models import DurationField, ExpressionWrapper, F, Q, QuerySet
from django.db.models.functions import Extract

from telephony import metrics

EVERY = Q(pk__isnull=False)
ANSWERED = Q(exit="answered")
ABANDONED = Q(exit="abandoned")
FLOWED_OUT = Q(exit="flow_out")
VOICEMAIL = Q(exit="voicemail")
LOST = Q(exit="lost")
WAITING = Q(exit="", left_at__isnull=True, call__ended_at__isnull=True)

WITHIN = Q(waited__lte=F("sl_seconds"))
SHORT = ABANDONED & Q(waited__lt=F("short_abandon_seconds"))
KEPT_ABANDONS = ABANDONED & ~Q(waited__lt=F("short_abandon_seconds"))

ANSWERED_WITHIN = ANSWERED & WITHIN
ABANDONED_WITHIN = KEPT_ABANDONS & WITHIN
ABANDONED_LATER = KEPT_ABANDONS & ~WITHIN

# A conversation that still goes on has no length yet.
BRIDGED = Q(outcome="bridged", talk_ended_at__isnull=False)
# Who lets the own phone ring for a call they asked for misses nobody.
MISSED = Q(outcome="missed") & ~Q(kind="dial")

CALL_ANSWERED = Q(exit="answered")
CALL_SERVED = Q(exit="self_served")
CALL_VOICEMAIL = Q(exit="voicemail")
CALL_ELSEWHERE = Q(exit="flow_out")
CALL_UNSERVED = Q(exit__in=("abandoned", "left_early", "refused", "lost"))

CSAT_ANSWERED = Q(scale="csat", score__isnull=False)
CSAT_SATISFIED = CSAT_ANSWERED & Q(score__gte=metrics.SATISFIED_FROM)
NPS_ANSWERED = Q(scale="nps", score__isnull=False)
NPS_PROMOTERS = NPS_ANSWERED & Q(score__gte=metrics.PROMOTER_FROM)
SCORED = Q(score__isnull=False)
POOR_LINES = Q(mos__lt=F("least_mos"))
TIMED_LINES = Q(delay_ms__isnull=False)


def timed(stays: QuerySet) -> QuerySet:
    """Stays with `waited`: from entering the queue to leaving it, whichever way."""
    wait = ExpressionWrapper(F("left_at") - F("entered_at"), output_field=DurationField())
    return stays.annotate(waited=Extract(wait, "epoch"))
