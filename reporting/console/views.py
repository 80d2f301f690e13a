"""Reports for people: figures that open their definition and the rows behind them, and the same as files."""

from __future__ import annotations

from dataclasses import replace
from zoneinfo import ZoneInfo

from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET

from reporting import policies, queries, registry, spreadsheets, tables
from reporting.console.forms import QuestionForm, shown
from reporting.console.lines import line_tables
from reporting.flow_lines import flow_lines
from reporting.hours_lines import hours_tables, said_in_words
from reporting.metric import ANSWERS, CALLS, LINES, OFFERS
from reporting.queries import Question, Report
from telephony import queries as telephony
from tenants.errors import NotFound
from tenants.people.actions import record_audit
from tenants.people.console.access import member_required
from tenants.people.queries import teams as people

ROWS_PER_PAGE = 50
KINDS = {
    "csv": "text/csv; charset=utf-8",
    "xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
}


def _question(request: HttpRequest) -> Question:
    return QuestionForm(request.GET, zone=ZoneInfo(request.tenant.time_zone)).question()


@require_GET
@member_required(*policies.REPORT_ROLES)
def report_page(request: HttpRequest) -> HttpResponse:
    question = _question(request)
    report = queries.report(question, timezone.now())
    days, hours = tables.day_table(report, question), tables.hour_table(report, question)
    seen = {
        "form": shown(question),
        "question": question,
        "report": report,
        "tables": [days, hours],
        "headline": _cells(report, question, registry.HEADLINE),
        "service_levels": _cells(report, question, [metric.id for metric in registry.SERVICE_LEVELS]),
        "ledger": _cells(report, question, ["O", "A", "B", "F", "VM", "LOST", "W"]),
        "address": tables.address_of(question),
        "charts": {"days": _chart(report.days), "hours": _chart(report.hours)},
    }
    return render(request, "reporting/report.html", seen)


def _cells(report: Report, question: Question, ids) -> list[tables.Cell]:
    address = tables.address_of(question)
    return [
        tables.Cell(registry.METRICS[id], registry.METRICS[id].value(report.total), address) for id in ids
    ]


def _chart(slots: dict) -> dict:
    """Columns for the chart: what became of the offered calls of each slot, so the bars add up to O."""
    parts = list(slots.values())
    return {
        "labels": [f"{key:02d}" if isinstance(key, int) else key.strftime("%m-%d") for key in slots],
        "answered": [one.answered for one in parts],
        "abandoned": [one.abandoned for one in parts],
        "elsewhere": [one.offered - one.answered - one.abandoned for one in parts],
    }


@require_GET
@member_required(*policies.REPORT_ROLES)
def agents_page(request: HttpRequest) -> HttpResponse:
    question = _question(request)
    seen = {
        "form": shown(question),
        "question": question,
        "table": tables.agent_table(queries.agent_lines(question, timezone.now()), question),
        "address": tables.address_of(question),
    }
    return render(request, "reporting/agents.html", seen)


@require_GET
@member_required(*policies.REPORT_ROLES)
def sites_page(request: HttpRequest) -> HttpResponse:
    question = replace(_question(request), site_id=None)
    table = tables.site_table(queries.site_lines(question, timezone.now()), question)
    seen = {
        "form": shown(question),
        "question": question,
        "table": table,
        "has_sites": people.sites().exists(),
        "address": tables.address_of(question),
    }
    return render(request, "reporting/sites.html", seen)


@require_GET
@member_required(*policies.REPORT_ROLES)
def satisfaction_page(request: HttpRequest) -> HttpResponse:
    question = _question(request)
    report = queries.report(question, timezone.now())
    seen = {
        "form": shown(question),
        "question": question,
        "headline": _cells(report, question, registry.SHOWN_PER_SURVEY),
        "table": tables.satisfaction_table(queries.satisfaction_lines(question), report.total, question),
        "address": tables.address_of(question),
    }
    return render(request, "reporting/satisfaction.html", seen)


@require_GET
@member_required(*policies.REPORT_ROLES)
def flows_page(request: HttpRequest) -> HttpResponse:
    """What became of callers in each flow, how its variants fare, and how soon a key is answered."""
    question = _question(request)
    seen = {
        "form": shown(question),
        "question": question,
        "lines": flow_lines(question),
        "address": tables.address_of(question),
    }
    return render(request, "reporting/flows.html", seen)


@require_GET
@member_required(*policies.REPORT_ROLES)
def behind(request: HttpRequest, metric_id: str) -> HttpResponse:
    """The definition of a figure and exactly the rows it was counted from."""
    metric = registry.metric(metric_id)
    if metric is None:
        raise NotFound()
    question = _question(request)
    found = queries.rows_behind(metric, question)
    page = Paginator(found, ROWS_PER_PAGE).get_page(request.GET.get("page")) if found is not None else None
    counted = queries.counted_keys(metric, found) if found is not None else None
    seen = {
        "metric": metric,
        "question": question,
        "queue": telephony.queue(question.queue_id) if question.queue_id else None,
        "agent": telephony.agent(question.agent_id) if question.agent_id else None,
        "site": _site_name(question),
        "hours": said_in_words(question),
        "page": page,
        "rows": [(row, counted is None or row.pk in counted) for row in page.object_list] if page else [],
        "counted": counted,
        "is_offers": metric.source == OFFERS,
        "is_answers": metric.source == ANSWERS,
        "is_lines": metric.source == LINES,
        "is_calls": metric.source == CALLS,
        "address": tables.address_of(question),
    }
    return render(request, "reporting/behind.html", seen)


def _site_name(question: Question) -> str:
    """Of the site asked about; "" when the question is about none in particular."""
    if question.site_id is None:
        return ""
    names = {site.pk: site.name for site in people.sites()}
    return names.get(question.site_id, _("Of no site"))


@require_GET
@member_required(*policies.REPORT_ROLES)
def definitions(request: HttpRequest) -> HttpResponse:
    return render(request, "reporting/definitions.html", {"metrics": registry.METRICS.values()})


@require_GET
@member_required(*policies.REPORT_ROLES)
def export(request: HttpRequest, kind: str) -> HttpResponse:
    """Exactly what the page with the same address shows; `table` chooses the one a csv holds."""
    if kind not in KINDS:
        raise NotFound()
    question = _question(request)
    wanted = request.GET.get("table", "days")
    found = {table.key: table for table in _tables(question, wanted)}
    if wanted not in found:
        raise NotFound()
    stamp = _stamp(request, question)
    body = (
        spreadsheets.csv_of(found[wanted], stamp)
        if kind == "csv"
        else spreadsheets.xlsx_of(found.values(), stamp)
    )
    record_audit(
        actor=request.user,
        verb="report.exported",
        subject="reporting.report",
        after={"filter": tables.address_of(question), "table": wanted, "kind": kind},
    )
    name = f"calls-{question.period.first}-{question.period.last}-{wanted}.{kind}"
    headers = {"Content-Disposition": f'attachment; filename="{name}"', "Cache-Control": "no-store"}
    return HttpResponse(body, content_type=KINDS[kind], headers=headers)


def _tables(question: Question, wanted: str) -> list[tables.Table]:
    now = timezone.now()
    if wanted == "satisfaction":
        total = queries.report(question, now).total
        return [tables.satisfaction_table(queries.satisfaction_lines(question), total, question)]
    if wanted.startswith("hours_"):
        return hours_tables(question)
    if wanted.startswith("line_"):
        return line_tables(question)
    if wanted == "sites":
        return [tables.site_table(queries.site_lines(question, now), question)]
    if wanted == "agents":
        return [tables.agent_table(queries.agent_lines(question, now), question)]
    report = queries.report(question, now)
    return [tables.day_table(report, question), tables.hour_table(report, question)]


def _stamp(request: HttpRequest, question: Question) -> list[tuple[str, str]]:
    period = question.period
    queue = telephony.queue(question.queue_id) if question.queue_id else None
    zone = period.zone
    return [
        (_("Tenant"), request.tenant.name),
        (_("From"), period.first.isoformat()),
        (_("To"), period.last.isoformat()),
        (_("Time zone"), zone.key),
        (_("Queue"), queue.name if queue else _("All")),
        (_("Service level"), "SL_F3"),
        (_("Made at"), timezone.now().astimezone(zone).strftime("%Y-%m-%d %H:%M:%S")),
    ]
