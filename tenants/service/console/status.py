"""Status pages: the public one, and a tenant's own with its months and the outages behind them."""

import csv
from datetime import datetime, timedelta
from io import StringIO
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.template.loader import render_to_string
from django.utils import timezone, translation
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET, require_POST

from tenants.exports import neutralise
from tenants.people.actions import record_audit
from tenants.people.console.access import member_required
from tenants.plans.queries.notices import notices_for
from tenants.service import status
from tenants.service.actions.notes import read_note
from tenants.service.console.answers import month_asked
from tenants.service.models import PartSpan
from tenants.service.parts import name_of
from tenants.service.policies import CASE_ROLES, PROMISE_READERS, can_open_cases, can_see_promise
from tenants.service.queries.availability import cells_of, month_of_tenant, months_seen, whole_month
from tenants.service.queries.notes import notes_for
from tenants.service.queries.watch import last_look, outages, parts_now

LANGUAGES = ("en", "zh-hans")
RECENT = timedelta(days=30)
STATES = dict(PartSpan.State.choices)


@require_GET
def public(request: HttpRequest) -> HttpResponse:
    """No session and no member is asked for: it is there when they are not. Kept ten seconds by whoever stands in
    front.
    """
    told, is_fresh = status.current()
    asked = request.GET.get("lang", "")
    with translation.override(asked if asked in LANGUAGES else translation.get_language()):
        page = render_to_string("tenants/service/public.html", public_words(told, is_fresh))
    answer = HttpResponse(page)
    answer["Cache-Control"] = "public, max-age=10"
    answer["Vary"] = "Accept-Language, Cookie"
    return answer


def public_words(told: status.Picture | None, is_fresh: bool) -> dict[str, Any]:
    """The picture in the reader's language, with moments for moments."""
    language = translation.get_language() or "en"
    if told is None:
        return {"told": None, "LANGUAGE_CODE": language}
    zh = language.startswith("zh")
    notes = [
        one | {
            "title": one["title_zh" if zh else "title"], "began_at": at(one["began_at"]),
            "resolved_at": at(one["resolved_at"]),
            "updates": [{"text": up["text_zh" if zh else "text"], "at": at(up["at"])} for up in one["updates"]],
        }
        for one in told["notes"]
    ]  # fmt: skip
    parts = [
        one | {"name": name_of(one["part"]), "words": STATES.get(one["state"], ""), "since": at(one["since"]),
               "days": [status.DayBar(**day) for day in one["days"]]}
        for one in told["parts"]
    ]  # fmt: skip
    looked = at(told["looked_at"])
    is_late = looked is None or timezone.now() - looked > timedelta(seconds=60)
    return {
        "told": told, "parts": parts, "notes": notes, "is_fresh": is_fresh, "looked_at": looked,
        "is_late": is_late, "worst": "unknown" if is_late else status.worst(told), "LANGUAGE_CODE": language,
    }  # fmt: skip


def at(text: str | None) -> datetime | None:
    return datetime.fromisoformat(text) if text else None


# --- of one tenant ---


@never_cache
@require_GET
@member_required()
def own(request: HttpRequest) -> HttpResponse:
    """How it is now where the tenant lives, what was, what is planned and what we say about it."""
    tenant, now = request.tenant, timezone.now()
    known = parts_now(now)
    parts = [one for one in known if one.place in ("", tenant.cell)]
    outside = status.from_outside(known, tenant.cell)
    looked = last_look()
    seen = {
        "tab": "status",
        "parts": [(one, STATES.get(one.state, "")) for one in [*parts, *outside]],
        "worst": status.worst_of(parts),
        "looked_at": looked,
        "is_late": looked is None or now - looked > timedelta(seconds=60),
        "outages": outages(since=now - RECENT, cells=cells_of(tenant), most=30),
        "notes": [(one, *_worded(one.note)) for one in notes_for(tenant)],
        "coming": notices_for(tenant).filter(ends_at__gt=now)[:10],
        "may_see_promise": can_see_promise(request.user),
        "may_read": can_open_cases(request.user),
    }
    return render(request, "tenants/service/status.html", seen)


def _worded(note: Any) -> tuple[str, list[tuple[str, datetime]]]:
    zh = (translation.get_language() or "").startswith("zh")
    updates = [(one.text_zh if zh else one.text, one.at) for one in note.updates.all()]
    return note.title_zh if zh else note.title, updates


@require_POST
@member_required(*CASE_ROLES)
def read(request: HttpRequest, outagenote_id: int | str) -> HttpResponse:
    read_note(note_id=int(outagenote_id), tenant=request.tenant, by_name=str(request.user), at=timezone.now())
    return redirect("service:status")


@never_cache
@require_GET
@member_required(*PROMISE_READERS)
def month(request: HttpRequest) -> HttpResponse:
    """What was promised for a month, what it came to, and every outage behind the figure."""
    tenant, now = request.tenant, timezone.now()
    known = months_seen(tenant, now)
    asked = month_asked(request, known[0])
    measured = whole_month(tenant, asked, now)
    seen = {
        "tab": "month", "month": asked, "months": sorted({*known, asked}, reverse=True), "measured": measured,
        "periods": month_of_tenant(tenant, asked, now), "zone": tenant.time_zone,
        "behind": [(one, name_of(one.span.part)) for one in measured.outages],
    }  # fmt: skip
    return render(request, "tenants/service/month.html", seen)


HEAD = (
    "month", "counted_seconds", "down_seconds", "not_known_seconds", "maintenance_seconds",
    "before_first_probe_seconds", "availability_percent", "worst_percent", "outages",
)  # fmt: skip


@never_cache
@require_GET
@member_required(*PROMISE_READERS)
def export(request: HttpRequest) -> HttpResponse:
    """The months as the pages show them, by the same definition."""
    tenant, now = request.tenant, timezone.now()
    known = months_seen(tenant, now)
    rows = []
    for one in known:
        told = whole_month(tenant, one, now)
        behind = "; ".join(
            f"{row.span.began_at.isoformat()} {row.span.part} {row.span.counts_as} {row.counted}"
            for row in told.outages
        )
        rows.append(
            [f"{one:%Y-%m}", told.counted, told.down, told.unknown, told.maintenance, told.unmeasured,
             told.percent, told.worst_percent, neutralise(behind)]
        )  # fmt: skip
    record_audit(verb="exported", subject="service.monthavailability", after={"rows": len(rows)})
    return sheet(f"availability-{tenant.schema_name}", HEAD, rows)


def sheet(name: str, head: tuple[str, ...], rows: list[list[Any]]) -> HttpResponse:
    text = StringIO()
    writer = csv.writer(text)
    writer.writerow(head)
    writer.writerows(["" if cell is None else cell for cell in row] for row in rows)
    # The mark lets spreadsheet programs read Chinese from a csv.
    answer = HttpResponse(b"\xef\xbb\xbf" + text.getvalue().encode(), content_type="text/csv; charset=utf-8")
    answer["Content-Disposition"] = f'attachment; filename="{name}.csv"'
    answer["Cache-Control"] = "no-store"
    return answer
