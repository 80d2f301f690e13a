"""What a tenant's owner, administrators and finance see of their plan: modules, quotas, the trial."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET

from tenants.people.console.access import member_required
from tenants.plans.costs import costs_of
from tenants.plans.doors import standing_of
from tenants.plans.policies import PLAN_READERS
from tenants.plans.queries import gauges_of, terms_on, today_of
from tenants.plans.queries.pages import UNUSED_DAYS, module_lines
from tenants.plans.queries.trials import days_left, trial_of
from tenants.queries import contract_on


@never_cache
@require_GET
@member_required(*PLAN_READERS)
def plan(request: HttpRequest) -> HttpResponse:
    tenant, now = request.tenant, timezone.now()
    today = today_of(tenant, now)
    lines = module_lines(tenant, at=now, costs=costs_of(tenant, today))
    seen = {
        "contract": contract_on(tenant, today),
        "terms": terms_on(tenant, today),
        "lines": lines,
        "unused": [line for line in lines if line.is_unused],
        "days": UNUSED_DAYS,
        "gauges": gauges_of(tenant),
        "trial": trial_of(tenant),
        "days_left": days_left(standing_of(tenant), today),
        "tab": "plan",
    }
    return render(request, "tenants/plans/plan.html", seen)
