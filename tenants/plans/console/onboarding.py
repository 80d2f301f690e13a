"""The checklist of opening, for the tenant's side."""

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET, require_POST

from tenants.people.console.access import member_required
from tenants.plans.actions.onboarding import finish_step
from tenants.plans.models import OnboardingStep
from tenants.plans.policies import STARTERS
from tenants.plans.preflight import preflight
from tenants.plans.queries.trials import onboarding_of


@never_cache
@require_GET
@member_required(*STARTERS)
def start(request: HttpRequest) -> HttpResponse:
    lines = onboarding_of(request.tenant)
    seen = {
        "lines": lines,
        "done": sum(line.step.done_at is not None for line in lines),
        "late": sum(line.step.is_late for line in lines),
        "preflight": preflight(),
        "tab": "start",
    }
    return render(request, "tenants/plans/start.html", seen)


@require_POST
@member_required(*STARTERS)
def step_done(request: HttpRequest, onboardingstep_id: int) -> HttpResponse:
    """Only what is the customer's: the operator says when theirs is done."""
    mine = OnboardingStep.objects.filter(
        pk=onboardingstep_id, tenant_id=request.tenant.pk, side=OnboardingStep.Side.CUSTOMER
    )
    if not mine.exists():
        raise Http404
    finish_step(
        tenant_id=request.tenant.pk, step_id=onboardingstep_id, by_name=str(request.user), at=timezone.now()
    )
    return redirect("plans:start")
