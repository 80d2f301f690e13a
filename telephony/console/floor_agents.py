"""One agent's day, drawn as a band with a table beneath."""

from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.utils.dateparse import parse_date
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET

from telephony import metrics, policies, queries
from telephony.errors import AgentNotFound
from telephony.models import Offer
from telephony.queries.agent_day import AgentDay, Span
from telephony.queries.agent_day import agent_day as day_of
from telephony.queries.placements import moves
from telephony.queries.supervision import agents_seen_by
from tenants.people.console.access import member_required

WIDTH = 1000
"""Units across the band; the page stretches them."""
STATES = {
    "offline": ("○", _("Offline")),
    "ready": ("●", _("Ready")),
    "not_ready": ("◐", _("Not ready")),
    "ringing": ("▲", _("Ringing")),
    "talking": ("☎", _("Talking")),
    "hold": ("‖", _("On hold")),
    "wrap_up": ("✎", _("Wrap-up")),
    "consulting": ("☎", _("Consulting")),
    "dialling": ("☎", _("Dialling")),
    "listening": ("◉", _("Listening in")),
}
LENGTHS = ("talk_seconds", "hold_seconds", "wrap_up_seconds")
CONTACT = ("talking", "hold", "wrap_up", "consulting", "dialling")
CAUSES = {
    "agent": pgettext_lazy("cause of a state", "the agent"),
    "supervisor": pgettext_lazy("cause of a state", "a supervisor"),
    "call": pgettext_lazy("cause of a state", "a call"),
    "phone": pgettext_lazy("cause of a state", "the phone"),
    "system:wrap_up_over": _("the wrap-up was over"),
    "system:no_answer": _("calls not answered"),
    "system:unregistered": _("phone not registered"),
    "system:switch_died": _("the switch failed"),
    "system:page_closed": _("page closed"),
}


@dataclass(frozen=True)
class Told:
    """One span of the band: where it is drawn, and what it says."""

    span: Span
    shape: str
    word: Any
    reason: str
    cause: Any
    x: float
    width: float


@never_cache
@require_GET
@member_required(*policies.LEADERS)
def agent_day(request: HttpRequest, agent_id: int) -> HttpResponse:
    agent, seen_by = queries.agent(agent_id), agents_seen_by(request.user)
    if agent is None or (seen_by is not None and agent.pk not in seen_by):
        raise AgentNotFound
    now, today = timezone.now(), timezone.localdate()
    day = min(_day(request.GET.get("day", "")) or today, today)
    start, end = midnight(day), midnight(day + timedelta(days=1))
    found = day_of(agent, start, min(end, now))
    told = [_told(span, start, end) for span in found.spans]
    seen = {
        "agent": agent,
        "day": day,
        "is_today": day == today,
        "before": day - timedelta(days=1),
        "after": day + timedelta(days=1),
        "found": found,
        "band": told,
        "rows": list(reversed(told)),
        "hours": [f"{hour:02d}:00" for hour in range(0, 25, 3)],
        "legend": [(key, *words) for key, words in STATES.items() if key in found.seconds_by_state()],
        "offers": found.offers,
        "openable": queries.openable(request.user, [offer.call_id for offer in found.offers]),
        "figures": _figures(found),
        "moves": moves().filter(agent=agent)[:20],
        "zone": timezone.get_current_timezone_name(),
    }
    return render(request, "telephony/floor_agent.html", seen)


def midnight(day: date) -> datetime:
    return timezone.make_aware(datetime.combine(day, time.min))


def _day(text: str) -> date | None:
    try:
        return parse_date(text[:10])
    except ValueError:
        return None


def _told(span: Span, start: datetime, end: datetime) -> Told:
    whole = (end - start).total_seconds()
    x = WIDTH * (span.start - start).total_seconds() / whole
    width = WIDTH * span.seconds / whole
    shape, word = STATES.get(span.state, ("○", span.state))
    change = span.change
    reason = change.reason.name if change is not None and span.state == "not_ready" and change.reason else ""
    cause = CAUSES.get(change.cause, "") if change is not None else ""
    return Told(span, shape, word, reason, cause, round(x, 2), round(max(width, 0.6), 2))


def _figures(found: AgentDay) -> list[tuple[Any, float | None, str]]:
    """(name, value, unit) of the day, by the formulas of metrics.py."""
    by_state = found.seconds_by_state()
    contact, idle = sum(by_state.get(state, 0.0) for state in CONTACT), by_state.get("ready", 0.0)
    handled = [one for one in found.offers if one.outcome == Offer.Outcome.BRIDGED and one.talk_ended_at]
    talk, hold, wrap = (sum(getattr(one, name) for one in handled) for name in LENGTHS)
    missed = sum(1 for one in found.offers if one.outcome == Offer.Outcome.MISSED)
    return [
        (_("Conversations"), len(handled), ""),
        (_("Not answered"), missed, ""),
        (_("Average talk time"), metrics.average_talk_time(talk, len(handled)), "m:ss"),
        (_("Average handle time"), metrics.average_handle_time(talk, hold, wrap, len(handled)), "m:ss"),
        (_("Not ready"), by_state.get("not_ready", 0.0), "m:ss"),
        (_("Occupancy"), metrics.occupancy(contact, idle), "%"),
    ]
