"""For operators: every tenant's plan, use and trial; and of one tenant its modules, trial and checklist."""

from typing import Any

from django import forms
from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET, require_POST

from tenants.context import enter, every_tenant
from tenants.errors import BadInput, DomainError
from tenants.models import Tenant
from tenants.people.console.access import member_required
from tenants.plans.actions import onboarding as steps
from tenants.plans.actions import switch_module
from tenants.plans.actions.trials import prolong_trial, turn_into_contract
from tenants.plans.costs import costs_of
from tenants.plans.models import OnboardingStep
from tenants.plans.modules import EVERY
from tenants.plans.policies import OPERATORS
from tenants.plans.preflight import preflight
from tenants.plans.queries import gauges_of, switches_of, today_of
from tenants.plans.queries.pages import UNUSED_DAYS, module_lines, tenant_cards
from tenants.plans.queries.trials import onboarding_of, trial_of
from tenants.queries import contract_on


@never_cache
@require_GET
@member_required(*OPERATORS)
def tenant_list(request: HttpRequest) -> HttpResponse:
    seen = {"cards": tenant_cards(at=timezone.now()), "days": UNUSED_DAYS}
    return render(request, "tenants/plans/operators/list.html", seen)


def _tenant(schema: str) -> Tenant:
    found = next((one for one in every_tenant() if one.schema_name == schema), None)
    if found is None:
        raise Http404
    return found


@never_cache
@require_GET
@member_required(*OPERATORS)
def tenant_page(request: HttpRequest, schema: str) -> HttpResponse:
    tenant, now = _tenant(schema), timezone.now()
    today = today_of(tenant, now)
    with enter(tenant.schema_name):
        gauges, checks = gauges_of(tenant), preflight()
    seen = {
        "tenant": tenant,
        "contract": contract_on(tenant, today),
        "lines": module_lines(tenant, at=now, costs=costs_of(tenant, today)),
        "switches": switches_of(tenant)[:20],
        "gauges": gauges,
        "trial": trial_of(tenant),
        "steps": onboarding_of(tenant),
        "preflight": checks,
        "days": UNUSED_DAYS,
    }
    return render(request, "tenants/plans/operators/tenant.html", seen)


class SwitchForm(forms.Form):
    module = forms.ChoiceField(choices=[(module, module) for module in EVERY])
    to = forms.ChoiceField(choices=[("on", "on"), ("off", "off")])
    reason = forms.CharField(max_length=200, required=False)


class ProlongForm(forms.Form):
    ends_on = forms.DateField(label=gettext_lazy("Last day"))


class StepForm(forms.Form):
    step = forms.IntegerField(min_value=1)
    owner = forms.CharField(max_length=80, required=False)
    due_on = forms.DateField()


class WhichForm(forms.Form):
    step = forms.IntegerField(min_value=1)


def _switch(request: HttpRequest, tenant: Tenant, given: dict[str, Any]) -> None:
    switch_module(
        tenant_id=tenant.pk,
        module=given["module"],
        is_on=given["to"] == "on",
        at=timezone.now(),
        by_name=str(request.user),
        reason=given["reason"],
    )


def _prolong(request: HttpRequest, tenant: Tenant, given: dict[str, Any]) -> None:
    prolong_trial(tenant_id=_with_trial(tenant), ends_on=given["ends_on"], at=timezone.now())


def _convert(request: HttpRequest, tenant: Tenant, given: dict[str, Any]) -> None:
    turn_into_contract(tenant_id=_with_trial(tenant), at=timezone.now())


def _plan(request: HttpRequest, tenant: Tenant, given: dict[str, Any]) -> None:
    steps.plan_step(
        tenant_id=tenant.pk,
        step_id=_own_step(tenant, given["step"]),
        owner=given["owner"],
        due_on=given["due_on"],
    )


def _done(request: HttpRequest, tenant: Tenant, given: dict[str, Any]) -> None:
    step_id = _own_step(tenant, given["step"])
    steps.finish_step(tenant_id=tenant.pk, step_id=step_id, by_name=str(request.user), at=timezone.now())


def _reopen(request: HttpRequest, tenant: Tenant, given: dict[str, Any]) -> None:
    steps.reopen_step(tenant_id=tenant.pk, step_id=_own_step(tenant, given["step"]))


def _with_trial(tenant: Tenant) -> int:
    if trial_of(tenant) is None:
        raise Http404
    return tenant.pk


def _own_step(tenant: Tenant, step_id: int) -> int:
    if not OnboardingStep.objects.filter(pk=step_id, tenant=tenant).exists():
        raise Http404
    return step_id


ACTS: dict[str, tuple[type[forms.Form], Any]] = {
    "switch": (SwitchForm, _switch),
    "prolong": (ProlongForm, _prolong),
    "contract": (forms.Form, _convert),
    "plan": (StepForm, _plan),
    "done": (WhichForm, _done),
    "reopen": (WhichForm, _reopen),
}


@require_POST
@member_required(*OPERATORS)
def act(request: HttpRequest, schema: str, act: str) -> HttpResponse:
    tenant = _tenant(schema)
    if act not in ACTS:
        raise Http404
    kind, do = ACTS[act]
    form = kind(request.POST)
    try:
        if not form.is_valid():
            raise BadInput
        do(request, tenant, form.cleaned_data)
    except DomainError as refusal:
        messages.error(request, refusal.message)
    else:
        messages.success(request, _("Saved."))
    return redirect("plan_operators:tenant", tenant.schema_name)
