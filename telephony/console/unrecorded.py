"""Answered calls without a recording, day by day, with the reason."""

import csv
from collections.abc import Iterator
from datetime import date, timedelta

from django.http import HttpRequest, HttpResponse, StreamingHttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.utils.dateparse import parse_date
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET

from telephony import policies
from telephony.console.vault_words import REASONS
from telephony.queries.unrecorded import RecordedDay, recorded_day
from tenants.exports import neutralise
from tenants.people.actions import record_audit
from tenants.people.console.access import member_required

MOST_SHOWN = 500
COLUMNS = ("call", "answered_at", "agent", "queue", "talk_seconds", "reason", "policy_version")


@never_cache
@require_GET
@member_required(*policies.LEADERS)
def missing_page(request: HttpRequest) -> HttpResponse:
    found = recorded_day(_day(request))
    page = {
        "day": found,
        "rows": [(row, REASONS[row.reason]) for row in found.rows[:MOST_SHOWN]],
        "reasons": [(REASONS[reason], count) for reason, count in found.reasons.items()],
        "before": found.day - timedelta(days=1),
        "after": found.day + timedelta(days=1),
        "is_today": found.day >= timezone.localdate(),
        "left_out": max(0, len(found.rows) - MOST_SHOWN),
        "may_keep": policies.can_configure(request.user),
    }
    return render(request, "telephony/recordings/missing.html", page)


@never_cache
@require_GET
@member_required(*policies.LEADERS)
def missing_export(request: HttpRequest) -> StreamingHttpResponse:
    """The same rows as CSV; no number of anybody in it."""
    found = recorded_day(_day(request))
    record_audit(verb="exported unrecorded calls", subject=f"recordings:{found.day}")
    answer = StreamingHttpResponse(_lines(found), content_type="text/csv; charset=utf-8")
    answer["Content-Disposition"] = f'attachment; filename="not-recorded-{found.day}.csv"'
    return answer


class _Echo:
    def write(self, line: str) -> str:
        return line


def _lines(found: RecordedDay) -> Iterator[str]:
    writer = csv.writer(_Echo())
    yield "\ufeff" + writer.writerow(COLUMNS)
    for row in found.rows:
        talk = row.offer
        yield writer.writerow(
            [
                talk.call_id,
                timezone.localtime(talk.answered_at).isoformat(),
                neutralise(talk.agent.name),
                neutralise(talk.call.queue.name if talk.call.queue else ""),
                talk.talk_seconds,
                str(REASONS[row.reason]),
                row.version,
            ]
        )


def _day(request: HttpRequest) -> date:
    """The tenant's yesterday unless another day is asked for; nonsense is yesterday too."""
    today = timezone.localdate()
    try:
        asked = parse_date(request.GET.get("day", "")[:10])
    except ValueError:
        asked = None
    return min(asked, today) if asked and asked.year > 2000 else today - timedelta(days=1)
