"""The report on hours of service: what becomes of callers within them and outside."""

from __future__ import annotations

from dataclasses import replace
from zoneinfo import ZoneInfo

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_GET

from reporting import policies, tables
from reporting.console.forms import QuestionForm, shown
from reporting.hours_lines import hours_tables
from tenants.people.console.access import member_required


@require_GET
@member_required(*policies.REPORT_ROLES)
def hours_page(request: HttpRequest) -> HttpResponse:
    asked = QuestionForm(request.GET, zone=ZoneInfo(request.tenant.time_zone)).question()
    question = replace(asked, hours_id=None, within="")
    together, apart = hours_tables(question)
    seen = {
        "form": shown(question),
        "question": question,
        "tables": [together, apart],
        "has_calls": bool(together.total and together.total.cells[0].value),
        "address": tables.address_of(question),
    }
    return render(request, "reporting/hours.html", seen)
