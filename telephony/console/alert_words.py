"""Alerts in the reader's words: what is beyond its limit, and what to do about it."""

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from telephony.models import QueueAlert
from tenants.templatetags.shell import duration

Kind = QueueAlert.Kind


def told_figure(kind: str, value: float) -> str:
    if kind in (Kind.EXPECTED_WAIT, Kind.LONGEST_WAIT):
        return duration(value)
    return f"{value:.1f} %" if kind == Kind.SERVICE_LEVEL else f"{value:.0f}"


def told_state(alert: QueueAlert) -> str:
    """`waiting 9, expected wait 140 s`: what the advice was worked out from."""
    waiting = _("waiting %(n)s") % {"n": alert.waiting}
    if alert.expected_wait_seconds is None:
        return _("%(waiting)s, nobody works") % {"waiting": waiting}
    wait = _("expected wait %(seconds)s s") % {"seconds": round(alert.expected_wait_seconds)}
    return f"{waiting}{_(', ')}{wait}"


def told_advice(alert: QueueAlert) -> str:
    """`Add 2 agents`. Nothing where the line itself needs nobody at this moment."""
    more = alert.agents_to_add
    if more is None:
        return _("More agents than can be added: let callers overflow, or offer callbacks")
    if more == 0:
        return _("Nobody has to be added at this moment")
    return ngettext("Add %(n)s agent", "Add %(n)s agents", more) % {"n": more}
