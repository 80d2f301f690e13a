"""For operators: what this installation bears, how available it was, and a whole tenant's emergency."""

from dataclasses import dataclass
from typing import Any

from django import forms
from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET, require_http_methods

from telephony import actions, queries
from telephony.cells import availability as availability_of
from telephony.cells.capacity import gauges, latest_measurement
from telephony.console import capacity_words
from telephony.console import emergency_words as words
from telephony.emergencies import switch_plan
from telephony.models import EmergencyPlan
from telephony.queries.load import load_now
from tenants.context import enter, every_tenant
from tenants.errors import DomainError
from tenants.people.console.access import member_required
from tenants.people.policies import Role


@dataclass(frozen=True)
class TenantCard:
    """A tenant whose emergency an operator may switch; `plan` is the one for every number, or None."""

    schema: str
    name: str
    numbers: int
    live_calls: int
    waiting_calls: int
    plan: EmergencyPlan | None
    way: str


class ReasonForm(forms.Form):
    reason = forms.CharField(
        label=gettext_lazy("Reason"),
        max_length=200,
        help_text=gettext_lazy("The tenant reads it in the audit log, with your name."),
    )


@never_cache
@require_GET
@member_required(Role.OPERATOR)
def capacity(request: HttpRequest) -> HttpResponse:
    measured = latest_measurement()
    page = {
        "measured": measured,
        "gauges": [capacity_words.told(gauge) for gauge in gauges(measured, load_now())],
        "others": capacity_words.other_figures(measured),
        "not_run": capacity_words.not_run(measured),
        "hardware": capacity_words.hardware(measured),
    }
    return render(request, "telephony/operators/capacity.html", page)


@never_cache
@require_GET
@member_required(Role.OPERATOR)
def availability(request: HttpRequest) -> HttpResponse:
    budget = availability_of.budget(timezone.now().date())
    page = {
        "budget": budget,
        "percent": None if budget.availability is None else f"{budget.availability * 100:.4f}",
        "share": min(1.0, budget.used / budget.budget),
        "outages": [(row, capacity_words.parts(row.parts)) for row in availability_of.outages()],
    }
    return render(request, "telephony/operators/availability.html", page)


@never_cache
@require_GET
@member_required(Role.OPERATOR)
def emergency(request: HttpRequest) -> HttpResponse:
    cards = [_card(tenant) for tenant in every_tenant()]
    return render(request, "telephony/operators/emergency.html", {"cards": cards})


@never_cache
@require_http_methods(["GET", "POST"])
@member_required(Role.OPERATOR)
def switch(request: HttpRequest, schema: str, to: str) -> HttpResponse:
    """The plan for every number of one tenant. Where none is prepared, the message is what callers get."""
    tenant = next((one for one in every_tenant() if one.schema_name == schema), None)
    if tenant is None or to not in ("on", "off"):
        raise Http404
    form = ReasonForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        _switch(request, schema, to == "on", form.cleaned_data["reason"])
        return redirect("operators:emergency")
    with enter(schema):
        plan = _general_plan() or EmergencyPlan(action=EmergencyPlan.Action.MESSAGE)
        effect = words.effect_of_switching(plan, to == "on", _way(plan))
    page = {"tenant": tenant, "to": to, "effect": effect, "form": form}
    return render(request, "telephony/operators/emergency_confirm.html", page)


def _card(tenant: Any) -> TenantCard:
    with enter(tenant.schema_name):
        plan = _general_plan()
        effect = queries.effect_of(plan or EmergencyPlan())
        way = _way(plan) if plan else ""
    return TenantCard(
        schema=tenant.schema_name,
        name=tenant.name,
        numbers=len(effect.numbers),
        live_calls=effect.live_calls,
        waiting_calls=effect.waiting_calls,
        plan=plan,
        way=way,
    )


def _way(plan: EmergencyPlan) -> str:
    """Which queue, or whose number, is the tenant's own business."""
    return str(plan.get_action_display())


def _general_plan() -> EmergencyPlan | None:
    return EmergencyPlan.objects.select_related("queue").filter(entry=None).first()


def _switch(request: HttpRequest, schema: str, is_on: bool, reason: str) -> None:
    """An operator is nobody of the tenant's: the audit log there names him and his reason."""
    try:
        with enter(schema):
            plan = _general_plan() or actions.save_emergency_plan(
                entry_id=None, action=EmergencyPlan.Action.MESSAGE
            )
            switch_plan(plan_id=plan.pk, is_on=is_on, by=None, at=timezone.now(), reason=reason)
        messages.success(request, _("Switched on.") if is_on else _("Switched off."))
    except DomainError as refusal:
        messages.error(request, refusal.message)
