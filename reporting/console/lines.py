"""How well lines were heard: the trend, by agent, by trunk; and below which MOS somebody is told."""

from __future__ import annotations

from typing import Any
from zoneinfo import ZoneInfo

from django import forms
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET, require_POST

from reporting import policies, queries, registry, tables
from reporting.console.forms import QuestionForm, shown
from reporting.parts import sum_of
from reporting.queries import Question
from telephony import policies as telephony_policies
from telephony import queries as telephony
from telephony.actions.line_quality import keep_quality_terms
from telephony.queries.line_quality import terms
from tenants.errors import DomainError
from tenants.people.console.access import member_required


class TermsForm(forms.Form):
    least_mos = forms.FloatField(
        min_value=1.0,
        max_value=4.5,
        label=gettext_lazy("Alert below MOS"),
        widget=forms.NumberInput({"step": "0.1"}),
        help_text=gettext_lazy(
            "4.5 is perfect; below 3.6 many are dissatisfied. It counts for calls from now on."
        ),
    )
    opens_follow_ups = forms.BooleanField(
        required=False,
        label=gettext_lazy("A poor line becomes a follow-up, one at a time for each phone and trunk"),
    )


@never_cache
@require_GET
@member_required(*policies.REPORT_ROLES)
def lines_page(request: HttpRequest) -> HttpResponse:
    question = QuestionForm(request.GET, zone=ZoneInfo(request.tenant.time_zone)).question()
    found = line_tables(question)
    total = sum_of(queries.line_days(question).values())
    address, wanted = tables.address_of(question), terms()
    seen: dict[str, Any] = {
        "form": shown(question),
        "question": question,
        "tables": found,
        "headline": [
            tables.Cell(registry.METRICS[id], registry.METRICS[id].value(total), address)
            for id in registry.SHOWN_PER_LINE
        ],
        "has_lines": bool(total.lines),
        "address": address,
        "chart": _trend(found[0], wanted.least_mos),
        "terms": wanted,
        "terms_form": TermsForm(
            initial={"least_mos": wanted.least_mos, "opens_follow_ups": wanted.opens_follow_ups},
            label_suffix="",
        ),
        "may_change": telephony_policies.can_configure(request.user),
    }
    return render(request, "reporting/lines.html", seen)


@require_POST
@member_required(*telephony_policies.CONFIGURERS)
def change_terms(request: HttpRequest) -> HttpResponse:
    form = TermsForm(request.POST)
    try:
        if form.is_valid():
            keep_quality_terms(**form.cleaned_data)
            messages.success(request, _("Saved."))
        else:
            messages.error(request, _("MOS goes from 1.0 to 4.5."))
    except DomainError as refusal:
        messages.error(request, refusal.message)
    return redirect("reporting:lines")


def line_tables(question: Question) -> list[tables.Table]:
    """By day, by agent and by trunk: what the page shows and what a file holds."""
    days = [(day.isoformat(), {"day": day}, parts) for day, parts in queries.line_days(question).items()]
    by_agent = queries.line_parts_by("agent_id", question)
    agents = [
        (agent.name, {"agent": agent.pk}, by_agent[agent.pk])
        for agent in telephony.agents_on_floor()
        if agent.pk in by_agent
    ]
    by_trunk = queries.line_parts_by("trunk", question)
    trunks = [(name, {"trunk": name}, by_trunk[name]) for name in sorted(by_trunk)]
    return [
        tables.line_table("line_days", _("By day"), _("Day"), days, question),
        tables.line_table("line_agents", _("By agent: what their phones sent"), _("Agent"), agents, question),
        tables.line_table("line_trunks", _("By trunk: what came from outside"), _("Trunk"), trunks, question),
    ]


def _trend(days: tables.Table, least_mos: float) -> dict[str, Any]:
    """MOS of each day, null where nobody spoke."""
    return {
        "labels": [line.label[5:] for line in days.lines],
        "mos": [line.cells[0].value for line in days.lines],
        "least": least_mos,
    }
