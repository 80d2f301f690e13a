"""What differed between our rows and the switch, why, and what was done about it."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django import forms
from django.db.models import Q, QuerySet
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.utils.dateparse import parse_datetime
from django.utils.translation import gettext_lazy as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET

from telephony import policies
from telephony.console.truth_words import told_side
from telephony.models import Agent, Difference
from telephony.queries.truth import differences, last_look, open_differences
from tenants.people.console.access import member_required
from tenants.typed import whole

PAGE_SIZE = 50
SILENT_AFTER = 15.0
"""Seconds without a word of the watchdog after which the page says that nobody looks."""


class TruthFilterForm(forms.Form):
    """Both may be empty; a value that cannot be read filters nothing."""

    kind = forms.ChoiceField(
        label=_("What differed"), required=False, choices=[("", _("All")), *Difference.Kind.choices]
    )
    state = forms.ChoiceField(
        label=_("State"),
        required=False,
        choices=[("", _("All")), ("open", _("Still open")), ("healed", _("Healed"))],
    )

    def narrowed(self) -> QuerySet[Difference]:
        self.is_valid()
        return differences(**{name: self.cleaned_data.get(name, "") for name in ("kind", "state")})


@dataclass(frozen=True)
class ToldDifference:
    """One difference in the reader's words."""

    row: Difference
    agent: Agent | None
    ours: str
    theirs: str
    age_seconds: int


@never_cache
@require_GET
@member_required(*policies.LEADERS)
def truth_page(request: HttpRequest) -> HttpResponse:
    form = TruthFilterForm(request.GET, label_suffix="")
    found, next_key = _page(form.narrowed(), request.GET.get("after", ""))
    kept = request.GET.copy()
    kept.pop("after", None)
    seen = _now() | {
        "form": form,
        "differences": _told(found),
        "next_key": next_key,
        "is_first": "after" not in request.GET,
        "is_filtered": any(form.cleaned_data.values()),
        "address": kept.urlencode(),
    }
    return render(request, "telephony/truth.html", seen)


@never_cache
@require_GET
@member_required(*policies.LEADERS)
def truth_now(request: HttpRequest) -> HttpResponse:
    """The strip above the list, asked for again every few seconds."""
    return render(request, "telephony/_truth_now.html", _now())


def _now() -> dict[str, Any]:
    look = last_look()
    newest = differences().first()
    return {
        "look": look,
        "is_watched": look is not None and look.age_seconds < SILENT_AFTER,
        "open_count": open_differences().count(),
        "newest_id": newest.pk if newest else 0,
    }


def _told(found: list[Difference]) -> list[ToldDifference]:
    agents = Agent.objects.in_bulk({row.agent_id for row in found if row.agent_id})
    now = timezone.now()
    return [
        ToldDifference(
            row=row,
            agent=agents.get(row.agent_id),
            ours=told_side(row.ours),
            theirs=told_side(row.theirs),
            age_seconds=max(0, int((now - row.found_at).total_seconds())),
        )
        for row in found
    ]


def _page(found: QuerySet[Difference], after: str) -> tuple[list[Difference], str]:
    """Newest first, after the difference a key names (`<moment>_<id>`), and the key of the next page or ""."""
    if key := _read_key(after):
        found = found.filter(Q(found_at__lt=key[0]) | Q(found_at=key[0], pk__lt=key[1]))
    rows = list(found[: PAGE_SIZE + 1])
    shown = rows[:PAGE_SIZE]
    more = len(rows) > PAGE_SIZE
    return shown, f"{shown[-1].found_at.isoformat()}_{shown[-1].pk}" if more else ""


def _read_key(after: str) -> tuple[datetime, int] | None:
    moment, _sep, number = after.partition("_")
    try:
        at = parse_datetime(moment)
    except ValueError:
        return None
    key = whole(number)
    return (at, key) if at and timezone.is_aware(at) and key is not None else None
